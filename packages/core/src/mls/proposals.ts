/** Proposals (RFC 9420 §12.1), each as it stands in a commit: by value or by reference. */
import { unreachable } from '../now.ts'
import { type KeyPackage, putKeyPackage, takeKeyPackage } from './key-package.ts'
import {
  type Extension,
  type LeafNode,
  putExtension,
  putLeafNode,
  takeExtension,
  takeLeafNode,
} from './leaf-node.ts'
import type { WireReader, WireWriter } from './wire.ts'

export type Proposal =
  | { readonly kind: 'add'; readonly keyPackage: KeyPackage }
  | { readonly kind: 'update'; readonly leaf: LeafNode }
  | { readonly kind: 'remove'; readonly removed: number }
  | { readonly kind: 'psk'; readonly psk: PskId }
  | ReInit
  | { readonly kind: 'external-init'; readonly kemOutput: Uint8Array }
  | { readonly kind: 'group-context-extensions'; readonly extensions: readonly Extension[] }

interface ReInit {
  readonly kind: 'reinit'
  readonly groupId: Uint8Array
  readonly version: number
  readonly suite: number
  readonly extensions: readonly Extension[]
}

interface PskId {
  readonly source:
    | { readonly kind: 'external'; readonly id: Uint8Array }
    | {
        readonly kind: 'resumption'
        readonly usage: number
        readonly groupId: Uint8Array
        readonly epoch: bigint
      }
  readonly nonce: Uint8Array
}

export type ProposalOrReference =
  | { readonly kind: 'reference'; readonly reference: Uint8Array }
  | Proposal

export function takeProposalOrReference(reader: WireReader): ProposalOrReference {
  const kind = reader.u8()
  if (kind === 2) return { kind: 'reference', reference: reader.opaque() }
  if (kind !== 1) reader.fail()
  return takeProposal(reader)
}

export function putProposalOrReference(writer: WireWriter, proposal: ProposalOrReference): void {
  writer.u8(proposal.kind === 'reference' ? 2 : 1)
  if (proposal.kind === 'reference') writer.opaque(proposal.reference)
  else putProposal(writer, proposal)
}

const takers: Record<number, (reader: WireReader) => Proposal> = {
  1: (reader) => ({ kind: 'add', keyPackage: takeKeyPackage(reader) }),
  2: (reader) => ({ kind: 'update', leaf: takeLeafNode(reader) }),
  3: (reader) => ({ kind: 'remove', removed: reader.u32() }),
  4: (reader) => ({ kind: 'psk', psk: takePskId(reader) }),
  5: takeReInit,
  6: (reader) => ({ kind: 'external-init', kemOutput: reader.opaque() }),
  7: (reader) => ({
    kind: 'group-context-extensions',
    extensions: reader.vector(takeExtension),
  }),
}

/** The reader fails at a kind that is not of RFC 9420: its length cannot be known. */
function takeProposal(reader: WireReader): Proposal {
  const take = takers[reader.u16()]
  if (take !== undefined) return take(reader)
  reader.fail()
  return { kind: 'remove', removed: 0 }
}

function putProposal(writer: WireWriter, proposal: Proposal): void {
  switch (proposal.kind) {
    case 'add':
      writer.u16(1)
      return putKeyPackage(writer, proposal.keyPackage)
    case 'update':
      writer.u16(2)
      return putLeafNode(writer, proposal.leaf)
    case 'remove':
      writer.u16(3)
      return writer.u32(proposal.removed)
    case 'psk':
      writer.u16(4)
      return putPskId(writer, proposal.psk)
    case 'reinit':
      writer.u16(5)
      return putReInit(writer, proposal)
    case 'external-init':
      writer.u16(6)
      return writer.opaque(proposal.kemOutput)
    case 'group-context-extensions':
      writer.u16(7)
      return writer.vector(proposal.extensions, putExtension)
    default:
      unreachable(proposal)
  }
}

function takeReInit(reader: WireReader): ReInit {
  const groupId = reader.opaque()
  const version = reader.u16()
  const suite = reader.u16()
  const extensions = reader.vector(takeExtension)
  return { kind: 'reinit', groupId, version, suite, extensions }
}

function putReInit(writer: WireWriter, proposal: ReInit): void {
  writer.opaque(proposal.groupId)
  writer.u16(proposal.version)
  writer.u16(proposal.suite)
  writer.vector(proposal.extensions, putExtension)
}

function takePskId(reader: WireReader): PskId {
  const source = reader.u8()
  if (source === 1) {
    const id = reader.opaque()
    return { source: { kind: 'external', id }, nonce: reader.opaque() }
  }
  if (source !== 2) reader.fail()
  const usage = reader.u8()
  const groupId = reader.opaque()
  const epoch = reader.u64()
  return { source: { kind: 'resumption', usage, groupId, epoch }, nonce: reader.opaque() }
}

function putPskId(writer: WireWriter, { source, nonce }: PskId): void {
  if (source.kind === 'external') {
    writer.u8(1)
    writer.opaque(source.id)
  } else {
    writer.u8(2)
    writer.u8(source.usage)
    writer.opaque(source.groupId)
    writer.u64(source.epoch)
  }
  writer.opaque(nonce)
}

/**
 * Group infos (RFC 9420 §12.4.3): how a group stands after a commit, signed by the committer. With
 * one, and the tree, a device joins by itself.
 */
import { putEnvelope, takeEnvelope, version10, wireFormats } from './envelope.ts'
import { type Extension, putExtension, takeExtension } from './leaf-node.ts'
import { readWhole, type WireReader, type WireWriter, writeWhole } from './wire.ts'

const externalPubExtension = 0x0004

export interface GroupInfo {
  readonly suite: number
  readonly groupId: Uint8Array
  readonly epoch: bigint
  readonly treeHash: Uint8Array
  readonly confirmedTranscriptHash: Uint8Array
  readonly contextExtensions: readonly Extension[]
  readonly extensions: readonly Extension[]
  readonly confirmationTag: Uint8Array
  readonly signer: number
  readonly signature: Uint8Array
}

export interface GroupInfoParts {
  readonly suite: number
  readonly groupId: Uint8Array
  readonly epoch: number
  readonly confirmationTag: Uint8Array
  readonly signer: number
  /** Without it nobody joins by an external commit. */
  readonly externalPub?: Uint8Array
}

/** An MLSMessage with a group info in it. */
export function readGroupInfo(bytes: Uint8Array): GroupInfoParts | undefined {
  const info = readWholeGroupInfo(bytes)
  if (info === undefined || info.epoch > BigInt(Number.MAX_SAFE_INTEGER)) return
  const { suite, groupId, confirmationTag, signer } = info
  const found = info.extensions.filter(({ type }) => type === externalPubExtension)
  const externalPub = found[0] && readWhole(found[0].data, (reader) => reader.opaque())
  if (found.length > 1 || (found.length === 1 && externalPub === undefined)) return
  return {
    ...{ suite, groupId, epoch: Number(info.epoch), confirmationTag, signer },
    ...(externalPub === undefined ? {} : { externalPub }),
  }
}

export function readWholeGroupInfo(bytes: Uint8Array): GroupInfo | undefined {
  return readWhole(bytes, (reader) => {
    takeEnvelope(reader, wireFormats.groupInfo)
    return takeGroupInfo(reader)
  })
}

export function writeGroupInfo(info: GroupInfo): Uint8Array {
  return writeWhole(info, (writer) => {
    putEnvelope(writer, wireFormats.groupInfo)
    putGroupInfo(writer, info)
  })
}

export function externalPubOf(key: Uint8Array): Extension {
  return { type: externalPubExtension, data: writeWhole(key, (writer, k) => writer.opaque(k)) }
}

function takeGroupInfo(reader: WireReader): GroupInfo {
  if (reader.u16() !== version10) reader.fail()
  const suite = reader.u16()
  const groupId = reader.opaque()
  const epoch = reader.u64()
  const treeHash = reader.opaque()
  const confirmedTranscriptHash = reader.opaque()
  const contextExtensions = reader.vector(takeExtension)
  const extensions = reader.vector(takeExtension)
  const confirmationTag = reader.opaque()
  const signer = reader.u32()
  return {
    ...{ suite, groupId, epoch, treeHash, confirmedTranscriptHash, contextExtensions },
    ...{ extensions, confirmationTag, signer, signature: reader.opaque() },
  }
}

function putGroupInfo(writer: WireWriter, info: GroupInfo): void {
  writer.u16(version10)
  writer.u16(info.suite)
  writer.opaque(info.groupId)
  writer.u64(info.epoch)
  writer.opaque(info.treeHash)
  writer.opaque(info.confirmedTranscriptHash)
  writer.vector(info.contextExtensions, putExtension)
  writer.vector(info.extensions, putExtension)
  writer.opaque(info.confirmationTag)
  writer.u32(info.signer)
  writer.opaque(info.signature)
}

/**
 * Commits as the servers read them: a PublicMessage (RFC 9420 §6.2) that holds a Commit (§12.4).
 *
 * `readPublicCommit` takes everything apart and nothing away. `readCommit` gives what a server
 * decides by, and nothing when the message contradicts itself in what a server can see. Above all a
 * commit that removes somebody without a new path is none: its new secrets would reach whoever it
 * removes.
 */
import { putEnvelope, takeEnvelope, wireFormats } from './envelope.ts'
import { type KeyPackageParts, keyPackageParts } from './key-package.ts'
import { type LeafNode, putLeafNode, takeLeafNode } from './leaf-node.ts'
import {
  type ProposalOrReference,
  putProposalOrReference,
  takeProposalOrReference,
} from './proposals.ts'
import { readWhole, type WireReader, type WireWriter, writeWhole } from './wire.ts'

const commitContent = 3
const safeEpochMax = BigInt(Number.MAX_SAFE_INTEGER)

export interface HpkeCiphertext {
  readonly kemOutput: Uint8Array
  readonly ciphertext: Uint8Array
}

export interface UpdatePath {
  readonly leaf: LeafNode
  readonly nodes: readonly {
    readonly encryptionKey: Uint8Array
    readonly encryptedSecrets: readonly HpkeCiphertext[]
  }[]
}

export interface PublicCommit {
  readonly groupId: Uint8Array
  readonly epoch: bigint
  readonly sender: CommitSender
  readonly authenticatedData: Uint8Array
  readonly proposals: readonly ProposalOrReference[]
  readonly path?: UpdatePath
  readonly signature: Uint8Array
  readonly confirmationTag: Uint8Array
  /** Of a member's commit alone; empty in another. */
  readonly membershipTag: Uint8Array
}

export type CommitSender =
  | { readonly kind: 'member'; readonly leaf: number }
  | { readonly kind: 'new-member' }

export interface CommitParts {
  readonly groupId: Uint8Array
  /** The epoch that it builds on. */
  readonly epoch: number
  readonly sender: CommitSender
  readonly adds: readonly KeyPackageParts[]
  readonly removes: readonly number[]
  /** Proposals of other kinds and all by reference, but for a new member's ExternalInit. */
  readonly others: number
  /** The committer's new leaf. */
  readonly pathLeaf?: LeafNode
  readonly confirmationTag: Uint8Array
}

export function readCommit(bytes: Uint8Array): CommitParts | undefined {
  const commit = readPublicCommit(bytes)
  if (commit === undefined || commit.epoch > safeEpochMax || isContradictory(commit)) return
  const { groupId, sender, proposals, path, confirmationTag } = commit
  const adds: KeyPackageParts[] = []
  const removes: number[] = []
  // A new member's commit has the one ExternalInit that makes it one.
  let others = sender.kind === 'new-member' ? -1 : 0
  for (const proposal of proposals) {
    const added = proposal.kind === 'add' ? keyPackageParts(proposal.keyPackage) : undefined
    if (added !== undefined) adds.push(added)
    else if (proposal.kind === 'remove') removes.push(proposal.removed)
    else others += 1
  }
  const pathLeaf = path === undefined ? {} : { pathLeaf: path.leaf }
  const epoch = Number(commit.epoch)
  return { groupId, epoch, sender, adds, removes, others, ...pathLeaf, confirmationTag }
}

/** What RFC 9420 §12.2 and §12.4 forbid and anybody can see. */
function isContradictory({ sender, proposals, path }: PublicCommit): boolean {
  const count = (kind: ProposalOrReference['kind']) =>
    proposals.filter((proposal) => proposal.kind === kind).length
  const removed = proposals.flatMap((one) => (one.kind === 'remove' ? [one.removed] : []))
  if (new Set(removed).size < removed.length) return true
  if (path !== undefined && path.leaf.source.kind !== 'commit') return true
  if (sender.kind === 'new-member') {
    return path === undefined || count('external-init') !== 1 || removed.length > 1
  }
  if (count('external-init') > 0 || removed.includes(sender.leaf)) return true
  const pathless = count('add') + count('psk') + count('reinit') + count('reference')
  return path === undefined && (proposals.length === 0 || pathless < proposals.length)
}

export function readPublicCommit(bytes: Uint8Array): PublicCommit | undefined {
  return readWhole(bytes, (reader) => {
    takeEnvelope(reader, wireFormats.publicMessage)
    const groupId = reader.opaque()
    const epoch = reader.u64()
    const sender = takeSender(reader)
    const authenticatedData = reader.opaque()
    if (reader.u8() !== commitContent) reader.fail()
    const proposals = reader.vector(takeProposalOrReference)
    const path = reader.optional(takePath)
    const signature = reader.opaque()
    const confirmationTag = reader.opaque()
    const membershipTag = sender.kind === 'member' ? reader.opaque() : new Uint8Array(0)
    return {
      ...{ groupId, epoch, sender, authenticatedData, proposals },
      ...(path === undefined ? {} : { path }),
      ...{ signature, confirmationTag, membershipTag },
    }
  })
}

export function writePublicCommit(commit: PublicCommit): Uint8Array {
  return writeWhole(commit, (writer) => {
    putEnvelope(writer, wireFormats.publicMessage)
    writer.opaque(commit.groupId)
    writer.u64(commit.epoch)
    putSender(writer, commit.sender)
    writer.opaque(commit.authenticatedData)
    writer.u8(commitContent)
    writer.vector(commit.proposals, putProposalOrReference)
    writer.optional(commit.path, putPath)
    writer.opaque(commit.signature)
    writer.opaque(commit.confirmationTag)
    if (commit.sender.kind === 'member') writer.opaque(commit.membershipTag)
  })
}

/** Those who send proposals alone, and senders outside the group, send no commits. */
function takeSender(reader: WireReader): CommitSender {
  const kind = reader.u8()
  if (kind === 1) return { kind: 'member', leaf: reader.u32() }
  if (kind !== 4) reader.fail()
  return { kind: 'new-member' }
}

function putSender(writer: WireWriter, sender: CommitSender): void {
  writer.u8(sender.kind === 'member' ? 1 : 4)
  if (sender.kind === 'member') writer.u32(sender.leaf)
}

function takePath(reader: WireReader): UpdatePath {
  const leaf = takeLeafNode(reader)
  const nodes = reader.vector((inner) => {
    const encryptionKey = inner.opaque()
    return { encryptionKey, encryptedSecrets: inner.vector(takeHpkeCiphertext) }
  })
  return { leaf, nodes }
}

function putPath(writer: WireWriter, path: UpdatePath): void {
  putLeafNode(writer, path.leaf)
  writer.vector(path.nodes, (inner, node) => {
    inner.opaque(node.encryptionKey)
    inner.vector(node.encryptedSecrets, putHpkeCiphertext)
  })
}

export function takeHpkeCiphertext(reader: WireReader): HpkeCiphertext {
  const kemOutput = reader.opaque()
  return { kemOutput, ciphertext: reader.opaque() }
}

export function putHpkeCiphertext(writer: WireWriter, { kemOutput, ciphertext }: HpkeCiphertext) {
  writer.opaque(kemOutput)
  writer.opaque(ciphertext)
}

/** Commits, groups and welcomes as the stand-in makes them; none stands until its entry opens. */
import { fromBase64url, toBase64url } from '../../mls/base64url.ts'
import { type PublicCommit, writePublicCommit } from '../../mls/commit.ts'
import type { KeyPackageParts } from '../../mls/key-package.ts'
import type { ProposalOrReference } from '../../mls/proposals.ts'
import { readTreeNode, treePatchBetween } from '../../mls/ratchet-tree.ts'
import { readWelcome, writeWelcome } from '../../mls/welcome.ts'
import type { Chance } from '../../now.ts'
import { randomId } from '../random-id.ts'
import type { GroupAnswer, GroupOperation, Welcome } from './cipher.ts'
import {
  bytesOf,
  close,
  closeFor,
  hashOf,
  open,
  openOwn,
  publicOf,
  textOf,
} from './stand-in-crypto.ts'
import {
  checkedGroup,
  confirmationTagOf,
  externalInitFor,
  groupInfoOf,
  initSecretOf,
  pathNodesFor,
  secretAfter,
  treeAfter,
} from './stand-in-groups.ts'
import { leafNodeOf, nodeText, signed, suite, type Tree, treeHashOf } from './stand-in-leaves.ts'
import type { Group, Pending, Vault } from './stand-in-vault.ts'

export interface Maker {
  readonly vault: Vault
  readonly chance: Chance
  readonly nowMs: number
}

export interface Made {
  readonly id: string
  readonly pending: Pending
  readonly op: Extract<GroupOperation, { kind: 'commit' }>
}

export function beginGroup({ vault, chance, nowMs }: Maker, gen: number) {
  const [groupId, secret, leafKey] = [randomId(chance), randomId(chance), randomId(chance)]
  const tree = [nodeText(leafNodeOf(vault, leafKey, { kind: 'commit', parentHash: bytesOf('') }))]
  const group: Group = {
    ...{ gen, groupId, epoch: 0, secret, tree, leaf: 0, leafKey, updatedAtMs: nowMs },
  }
  const groupInfo = groupInfoOf(group, vault.signatureKey)
  const op: Extract<GroupOperation, { kind: 'group' }> = {
    ...{ kind: 'group', gen, groupId: toBase64url(bytesOf(groupId)), groupInfo, tree },
  }
  return { group, op }
}

/** Nothing when the answer does not fit together. */
export function joinGroup(maker: Maker, answer: GroupAnswer): Made | undefined {
  const checked = checkedGroup(answer)
  if (checked === undefined) return
  const { vault, chance, nowMs } = maker
  const { groupId, externalPub, leaves } = checked
  const own = leaves.find(({ user, device }) => isMe(vault, user, device))
  const init = randomId(chance)
  const remove = own === undefined ? [] : [removal(own.leaf)]
  const content = {
    sender: { kind: 'new-member' as const },
    proposals: [externalInitFor(externalPub, init), ...remove],
  }
  const { gen, epoch, tree } = answer
  const none = { gen, groupId, epoch, secret: '', tree, leaf: -1, leafKey: '' }
  return commit(maker, { ...none, updatedAtMs: nowMs }, { content, init, hasPath: true })
}

export interface Change {
  readonly add: readonly KeyPackageParts[]
  readonly claims: readonly string[]
  readonly remove: readonly number[]
  readonly update: boolean
}

export function changeGroup(maker: Maker, group: Group, change: Change): Made | undefined {
  const adds = change.add.map(({ suite, initKey, leaf, extensions, signature }) => ({
    kind: 'add' as const,
    keyPackage: { suite, initKey, leaf, extensions, signature },
  }))
  const proposals = [...adds, ...change.remove.map(removal)]
  const hasPath = change.remove.length > 0 || change.update
  if (proposals.length === 0 && !hasPath) return
  const content = { sender: { kind: 'member' as const, leaf: group.leaf }, proposals }
  const made = commit(maker, group, { content, init: initSecretOf(group), hasPath })
  if (made === undefined || adds.length === 0) return made
  const after = made.pending.group
  const welcomes = change.add.map((added, at) => ({
    device: made.pending.added[at]?.device ?? '',
    bytes: welcomeFor(after, textOf(added.initKey)),
  }))
  return { ...made, op: { ...made.op, claims: [...change.claims], welcomes } }
}

type Content = Pick<PublicCommit, 'sender' | 'proposals'>

function commit(
  { vault, chance, nowMs }: Maker,
  group: Group,
  make: { readonly content: Content; readonly init: string; readonly hasPath: boolean },
): Made | undefined {
  const id = randomId(chance)
  const path = make.hasPath ? randomId(chance) : ''
  const leafKey = make.hasPath ? randomId(chance) : group.leafKey
  const leaf = leafNodeOf(vault, leafKey, { kind: 'commit', parentHash: bytesOf('') })
  const after = treeAfter(group.tree, {
    ...make.content,
    ...(make.hasPath ? { path: { leaf } } : {}),
  })
  if (after === undefined) return
  const secret = secretAfter(group, after.tree, { init: make.init, path })
  const { gen, epoch, groupId } = group
  const updatedAtMs = make.hasPath ? nowMs : group.updatedAtMs
  const next: Group = {
    ...{ gen, groupId, epoch: epoch + 1, secret, tree: after.tree, leaf: after.sender },
    ...{ leafKey, updatedAtMs },
  }
  const bytes = writePublicCommit({
    ...make.content,
    groupId: bytesOf(groupId),
    epoch: BigInt(epoch),
    authenticatedData: bytesOf(''),
    ...(make.hasPath ? { path: { leaf, nodes: pathNodesFor(after.staying, path) } } : {}),
    signature: signed(publicOf(vault.signatureKey), id),
    confirmationTag: bytesOf(confirmationTagOf(secret)),
    membershipTag: bytesOf(make.content.sender.kind === 'member' ? hashOf('member', id) : ''),
  })
  const op: Made['op'] = {
    ...{ kind: 'commit', gen, epoch, id, commit: toBase64url(bytes) },
    groupInfo: groupInfoOf(next, vault.signatureKey),
    tree: patchOf(group.tree, after.tree),
  }
  return { id, op, pending: { gen, base: epoch, group: next, added: after.added } }
}

function patchOf(before: Tree, after: Tree): Made['op']['tree'] {
  const bytes = (tree: Tree) => tree.map((node) => (node === null ? null : bytesOf(node)))
  const { size, changed } = treePatchBetween(bytes(before), bytes(after))
  return { size, changed: changed.map(([place, node]) => [place, node && textOf(node)]) }
}

/** What a welcome says under the secret that it brings; the tree is the servers' to tell. */
interface Invitation {
  readonly gen: number
  readonly groupId: string
  readonly epoch: number
  readonly treeHash: string
}

function welcomeFor({ gen, groupId, epoch, secret, tree }: Group, initKey: string): string {
  const invitation: Invitation = { gen, groupId, epoch, treeHash: treeHashOf(tree) }
  const bytes = writeWelcome({
    suite,
    secrets: [{ newMember: bytesOf(initKey), encryptedSecrets: closeFor(initKey, secret) }],
    encryptedGroupInfo: close(secret, JSON.stringify(invitation)),
  })
  return toBase64url(bytes)
}

/**
 * The group that a welcome lets in, as of the epoch that it is of; and the key package that is used
 * up by it.
 */
export function acceptWelcome({ vault, nowMs }: Maker, mail: Welcome, answer: GroupAnswer) {
  const bytes = fromBase64url(mail.bytes)
  const welcome = bytes && readWelcome(bytes)
  const entrance = welcome?.secrets[0]
  const keys = entrance && vault.packages.get(textOf(entrance.newMember))
  const secret = keys && openOwn(keys.init, entrance.encryptedSecrets)
  const text = secret && open(secret, welcome!.encryptedGroupInfo)
  if (keys === undefined || secret === undefined || text === undefined) return
  const { gen, groupId, epoch, treeHash } = JSON.parse(text) as Invitation
  const { tree } = answer
  if (gen !== mail.gen || epoch !== mail.epoch || treeHashOf(tree) !== treeHash) return
  const leaf = leafWithKey(tree, publicOf(keys.leaf))
  if (leaf === undefined) return
  const group: Group = {
    ...{ gen, groupId, epoch, secret, tree, leaf, leafKey: keys.leaf },
    updatedAtMs: nowMs,
  }
  return { group, keys }
}

function leafWithKey(tree: Tree, encryptionKey: string): number | undefined {
  for (let place = 0; place < tree.length; place += 2) {
    const bytes = fromBase64url(tree[place] ?? '')
    const node = bytes && readTreeNode(bytes)
    if (node?.kind === 'leaf' && textOf(node.leaf.encryptionKey) === encryptionKey) return place / 2
  }
  return
}

function removal(removed: number): ProposalOrReference {
  return { kind: 'remove', removed }
}

export function isMe({ me }: Vault, user: string, device: string): boolean {
  return me?.user === user && me.device === device
}

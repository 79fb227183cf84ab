/** What is asked about people's keys, the groups of encrypted rooms, and one's own archive. */
import type { Answer, OwnKeys } from '@starling/protocol/down'
import type { ErrorCode } from '@starling/protocol/error-codes'
import type { Reply } from '../link/down.ts'
import type { AskFrame } from '../link/up.ts'
import { fromBase64url } from '../mls/base64url.ts'
import { readDeviceIdentity } from '../mls/device-identity.ts'
import { readTreeNode } from '../mls/ratchet-tree.ts'
import type { GroupRow } from '../room/room-groups.ts'
import type { Store } from '../room/store.ts'
import type { AnswerContext, Asker } from './answers.ts'

type AskOf<T extends AskFrame['t']> = Extract<AskFrame, { t: T }>
type Found = Answer | ErrorCode

/** JSON characters of the commits in one answer; at least one goes however long it is. */
const commitCharactersMax = 512 * 1024

export function keys({ store }: AnswerContext, asker: Asker, frame: AskOf<'keys'>): Found {
  const user = frame.user ?? asker.user
  if (store.account(user) === undefined) return 'unknown-user'
  const identity = store.keys.identity(user)
  const version = identity?.version ?? 0
  return {
    kind: 'keys',
    user,
    ...(identity === undefined || version === 0 ? {} : { identity: identity.key }),
    version,
    devices: store.keys.devicesOf(user).flatMap(({ device, certificate, linkKey }) => {
      if (certificate === undefined) return []
      return [{ device, certificate, ...(linkKey === undefined ? {} : { linkKey }) }]
    }),
    ...(user === asker.user ? { mine: ownKeys(store, asker) } : {}),
  }
}

function ownKeys(store: Store, { user, device }: Asker): OwnKeys {
  const recovery = store.keys.identity(user)?.recovery
  return {
    packages: store.keys.countPackages(device),
    hasLastResort: store.keys.device(device)?.lastResort !== undefined,
    ...(recovery === undefined ? {} : { recovery }),
    unlinked: store.keys.devicesOf(user).flatMap((row) => {
      if (row.certificate !== undefined || row.linkKey === undefined) return []
      const label = store.device(row.device)?.label ?? ''
      return [{ device: row.device, label, linkKey: row.linkKey }]
    }),
  }
}

/** After it was applied. One claimed so long ago that it is forgotten is to be claimed anew. */
export function answerClaim(store: Store, { user, claim }: { user: string; claim: string }): Reply {
  const row = store.keys.claim(user, claim)
  if (row === undefined) return { kind: 'refused', code: 'forgotten' }
  return { kind: 'answer', answer: { kind: 'claimed', packages: row.packages } }
}

export function group(
  { store, limits }: AnswerContext,
  asker: Asker,
  frame: AskOf<'group'>,
): Found {
  const fault = encryptedFault(store, asker, frame.room)
  if (fault !== undefined) return fault
  const { groups } = store
  const absent = groups.absent(frame.room, limits.groupAddsMax)
  const row = groups.group(frame.room)
  if (row === undefined) {
    const nothing = { epoch: 0, groupInfo: '', tree: [], leaves: [], removals: [] }
    return { kind: 'group', gen: 0, ...nothing, absent }
  }
  if (frame.epoch !== undefined && frame.epoch !== row.epoch) {
    return pastGroup(store, row, frame.epoch)
  }
  const { gen, epoch, groupInfo, removals } = row
  const tree = treeOf(store, row)
  const leaves = groups.leaves(frame.room).map(({ leaf, user, device }) => ({ leaf, user, device }))
  return { kind: 'group', gen, epoch, groupInfo, tree, leaves, removals, absent }
}

/** Of an epoch that is past its tree alone, and whose leaves are in it. */
function pastGroup(store: Store, row: GroupRow, epoch: number): Found {
  const back = store.groups.treesBefore(row.room, epoch)
  if (back.length !== row.epoch - epoch) return 'forgotten'
  const tree = treeOf(store, row)
  for (const { size, changed } of back) {
    tree.length = Math.min(size, tree.length)
    while (tree.length < size) tree.push(null)
    for (const [place, node] of changed) tree[place] = node
  }
  const leaves = tree.flatMap((node, place) => {
    const who = place % 2 === 0 && node !== null ? ownerOf(node) : undefined
    return who === undefined ? [] : [{ leaf: place / 2, ...who }]
  })
  const nothing = { groupInfo: '', removals: [], absent: [] }
  return { kind: 'group', gen: row.gen, epoch, tree, leaves, ...nothing }
}

function treeOf({ groups }: Store, { room, treeSize }: GroupRow): (string | null)[] {
  const tree: (string | null)[] = new Array(treeSize).fill(null)
  for (const [place, node] of groups.nodes(room)) tree[place] = node
  return tree
}

function ownerOf(node: string): { readonly user: string; readonly device: string } | undefined {
  const bytes = fromBase64url(node)
  const read = bytes && readTreeNode(bytes)
  const identity = read?.kind === 'leaf' ? readDeviceIdentity(read.leaf.identity) : undefined
  return identity && { user: identity.user, device: identity.device }
}

export function commits(
  { store, limits }: AnswerContext,
  asker: Asker,
  { room, gen, epoch }: AskOf<'commits'>,
): Found {
  const fault = encryptedFault(store, asker, room)
  if (fault !== undefined) return fault
  const indexes = store.groups.commits(room, gen, epoch, limits.commitsPerAnswerMax + 1)
  const entries = []
  let characters = 0
  for (const index of indexes.slice(0, limits.commitsPerAnswerMax)) {
    const entry = store.entry(room, index)!
    characters += JSON.stringify(entry).length
    if (entries.length > 0 && characters > commitCharactersMax) break
    entries.push(entry)
  }
  const head = store.room(room)?.head ?? 0
  return { kind: 'commits', entries, head, more: entries.length < indexes.length }
}

export function archived(
  { store, limits }: AnswerContext,
  { user }: Asker,
  { prefix, after = '' }: AskOf<'archived'>,
): Found {
  const version = store.keys.identity(user)?.version ?? 0
  const limit = limits.archiveRowsPerAnswerMax
  const rows = store.keys.archived(user, { version, prefix, after, limit: limit + 1 })
  return { kind: 'archived', rows: rows.slice(0, limit), more: rows.length > limit }
}

function encryptedFault(store: Store, { user }: Asker, room: string): ErrorCode | undefined {
  const row = store.room(room)
  if (row === undefined || row.kind === 'self') return 'unknown-room'
  if (store.member(room, user) === undefined) return 'not-member'
  return row.isEncrypted ? undefined : 'not-encrypted'
}

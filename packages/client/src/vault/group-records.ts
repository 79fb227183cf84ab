/**
 * Where this device stands in each room's group, as it is stored: the group itself, the commits of
 * one's own that may come to stand, and the content key of every epoch that one may read.
 *
 * The servers decide which commit makes the next epoch. One's own is stored before it is given out,
 * since nobody can process their own commit; when its entry comes, what was stored takes the place
 * of the group, and when another's comes at that epoch, it is dropped.
 */
import { type GroupStatus, noGroup } from '@starling/core/client/private/cipher'
import { areSame } from '@starling/mls/bytes'
import { Group } from '@starling/mls/group'
import type { Leaf } from '@starling/mls/leaf'
import { archive } from './archive-rows.ts'
import { meet, signerBytes } from './people.ts'
import { ownOf, toText, type VaultJob } from './vault-job.ts'

/** Own commits of one room that may still come to stand; the oldest go. */
const pendingsMax = 8
export const contentKeyBytes = 32

export interface PendingRecord {
  /** Of a commit the id that its entry has. */
  readonly id: string
  readonly gen: number
  /** The epoch that it makes. */
  readonly epoch: number
  /** It gives this device's leaf new keys. */
  readonly isRenewal: boolean
  /** Of a begun group, by which its entry is known: two of one's devices may begin one at once. */
  readonly groupInfo?: string
}

export async function statusOf({ draft, names }: VaultJob, room: string): Promise<GroupStatus> {
  return (await draft.record<GroupStatus>(names.status(room))) ?? noGroup
}

export function putStatus({ draft, names }: VaultJob, room: string, status: GroupStatus): void {
  draft.putRecord(names.status(room), status)
}

/** As it stands; undefined when this device is no member. */
export async function groupOf(job: VaultJob, room: string): Promise<Group | undefined> {
  const cached = job.groups.get(room)
  if (cached !== undefined) return cached
  const bytes = await job.draft.bytes(job.names.group(room))
  if (bytes === undefined) return undefined
  const group = Group.decode(ownOf(job), bytes)
  job.groups.put(room, group)
  return group
}

export async function pendingsOf(
  { draft, names }: VaultJob,
  room: string,
): Promise<readonly PendingRecord[]> {
  return (await draft.record<readonly PendingRecord[]>(names.pending(room))) ?? []
}

export async function putPending(
  job: VaultJob,
  room: string,
  { group, ...pending }: PendingRecord & { readonly group: Group },
): Promise<void> {
  const { draft, names } = job
  const others = (await pendingsOf(job, room)).filter(({ id }) => id !== pending.id)
  const kept = [...others, pending].slice(-pendingsMax)
  for (const { id } of others)
    if (!kept.some((one) => one.id === id)) draft.remove(names.pending(room, id))
  draft.putRecord(names.pending(room), kept)
  draft.put(names.pending(room, pending.id), group.encode())
}

export async function pendingGroup(
  job: VaultJob,
  room: string,
  { id }: PendingRecord,
): Promise<Group | undefined> {
  const bytes = await job.draft.bytes(job.names.pending(room, id))
  return bytes && Group.decode(ownOf(job), bytes)
}

/** Those that can stand no more: of this epoch and those before it. */
async function dropPendings(
  job: VaultJob,
  room: string,
  upTo: { readonly gen: number; readonly epoch: number },
): Promise<void> {
  const { draft, names } = job
  const pendings = await pendingsOf(job, room)
  const isOver = ({ gen, epoch }: PendingRecord) =>
    gen < upTo.gen || (gen === upTo.gen && epoch <= upTo.epoch)
  const left = pendings.filter((pending) => !isOver(pending))
  if (left.length === pendings.length) return
  for (const pending of pendings.filter(isOver)) draft.remove(names.pending(room, pending.id))
  if (left.length === 0) draft.remove(names.pending(room))
  else draft.putRecord(names.pending(room), left)
}

export interface Standing {
  readonly room: string
  readonly gen: number
  readonly group: Group
  readonly isRenewal: boolean
  /** Undefined: all of its leaves are new to this device. */
  readonly added?: readonly Leaf[]
}

/** The group stands so from now on. Answers whose account key is another than it was. */
export async function putGroup(job: VaultJob, standing: Standing): Promise<readonly string[]> {
  const { room, gen, group, isRenewal, added } = standing
  const epoch = Number(group.epoch)
  const before = await statusOf(job, room)
  job.draft.put(job.names.group(room), group.encode())
  job.groups.put(room, group)
  putStatus(job, room, {
    state: 'member',
    gen,
    epoch,
    leaves: group.leaves.length,
    leaf: group.ownLeaf,
    updatedAtMs: isRenewal ? job.nowMs : before.updatedAtMs,
  })
  await dropPendings(job, room, { gen, epoch })
  await putOwnKey(job, room, { gen, epoch, key: await group.contentKey(room) })
  const changed = new Set<string>()
  for (const { device } of added ?? group.leaves) {
    if (await meet(job, device)) changed.add(device.userId)
  }
  return [...changed]
}

/** This device has no place in the group any more; what it could read it still can. */
export async function endGroup(job: VaultJob, room: string, status: GroupStatus): Promise<void> {
  const { draft, names } = job
  draft.remove(names.group(room))
  job.groups.remove(room)
  const upTo = { gen: status.gen, epoch: Number.MAX_SAFE_INTEGER }
  await dropPendings(job, room, status.state === 'none' ? { ...upTo, gen: status.gen - 1 } : upTo)
  putStatus(job, room, status)
}

export interface EpochKey {
  readonly gen: number
  readonly epoch: number
  readonly key: Uint8Array
}

/** From the group itself, so it is right. */
async function putOwnKey(job: VaultJob, room: string, { key, ...at }: EpochKey): Promise<void> {
  job.draft.put(job.names.epochKey(room, at), key)
  await archive(job, `e:${room}:${at.gen}:${at.epoch}`, key)
}

export function learnOwnKey(
  { draft, names }: VaultJob,
  room: string,
  { key, ...at }: EpochKey,
): void {
  draft.put(names.epochKey(room, at), key)
}

/**
 * By another member's word, which may be wrong: it is marked by a byte after it, may be replaced,
 * and replaces none that is right. Whether it is news.
 */
export async function learnToldKey(
  { draft, names }: VaultJob,
  room: string,
  { key, ...at }: EpochKey,
): Promise<boolean> {
  const name = names.epochKey(room, at)
  const held = await draft.bytes(name)
  const marked = new Uint8Array(contentKeyBytes + 1)
  marked.set(key.subarray(0, contentKeyBytes))
  if (held?.length === contentKeyBytes || (held && areSame(held, marked))) return false
  draft.put(name, marked)
  return true
}

export async function epochKeyOf(
  { draft, names }: VaultJob,
  room: string,
  at: { readonly gen: number; readonly epoch: number },
): Promise<Uint8Array | undefined> {
  return (await draft.bytes(names.epochKey(room, at)))?.subarray(0, contentKeyBytes)
}

/** So that who reads older history later can tell who wrote it. */
export function putGone(
  { draft, names }: VaultJob,
  { room, gen, epoch }: { readonly room: string; readonly gen: number; readonly epoch: number },
  leaves: readonly Leaf[],
): void {
  if (leaves.length === 0) return
  const devices = leaves.map(({ device }) => toText(signerBytes(device)))
  draft.putRecord(names.gone(room, gen, epoch), devices)
}

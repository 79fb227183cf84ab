/** What this device says in a room, and what it does to the room's group. */
import type {
  CipherOutcome,
  GroupAnswer,
  GroupOperation,
  RoomWork,
} from '@starling/core/client/private/cipher'
import { sealContent } from '@starling/mls/content'
import { readDevice } from '@starling/mls/credential'
import { Group, type OwnCommit } from '@starling/mls/group'
import { createOwnGroup, joinByCommit, joinByWelcome, refsIn } from '@starling/mls/joining'
import { verifyKeyPackage } from '@starling/mls/key-package'
import { MlsError } from '@starling/mls/mls-error'
import { encodeTree, type Tree } from '@starling/mls/tree'
import type { ClaimedPackage } from '@starling/protocol/down'
import { limits } from '@starling/protocol/limits'
import { endGroup, epochKeyOf, groupOf, putGroup, putPending, statusOf } from './group-records.ts'
import { type PackageRecord, removePackage } from './key-packages.ts'
import { pinOf, verifiedOf } from './people.ts'
import { withKeys } from './shared-keys.ts'
import { fromText, ownOf, toText, type VaultJob, WorkRefused } from './vault-job.ts'

const idBytes = 16
/** Of a welcome without its tree, at most. */
const welcomeRestBytes = 1_024

type WorkOf<K extends RoomWork['kind']> = Extract<RoomWork, { kind: K }>

/** The same for all who have the room's id and its gen, so nobody can be led into another group. */
async function groupIdOf(room: string, gen: number): Promise<Uint8Array> {
  const name = new TextEncoder().encode(`Starling 1 group ${gen} ${room}`)
  return new Uint8Array(await crypto.subtle.digest('SHA-256', name))
}

export async function seal(
  job: VaultJob,
  { room, contents }: WorkOf<'seal'>,
): Promise<CipherOutcome> {
  const own = ownOf(job)
  const { state, gen, epoch, leaf } = await statusOf(job, room)
  const key = await epochKeyOf(job, room, { gen, epoch })
  if (state !== 'member' || key === undefined) {
    throw new WorkRefused('not-ready', 'This device does not have the keys of this room yet.')
  }
  const users = await changedPeople(job, room)
  if (users.length > 0) return { kind: 'blocked', users }
  const boxes: string[] = []
  for (const content of contents) {
    const body = new TextEncoder().encode(JSON.stringify(await withKeys(job, room, content)))
    const sealing = { room, key, gen, epoch: BigInt(epoch), leaf, signer: own.signer }
    boxes.push(toText(await sealContent(sealing, body)))
  }
  return { kind: 'sealed', gen, epoch, boxes }
}

/** Members whose account key is not the one that was verified, here or by the servers' word. */
async function changedPeople(job: VaultJob, room: string): Promise<readonly string[]> {
  const verified = await verifiedOf(job)
  const watched = Object.keys(verified).filter((user) => verified[user]?.accountKey !== undefined)
  if (watched.length === 0) return []
  const group = await groupOf(job, room)
  const changed = new Set<string>()
  for (const { device } of group?.leaves ?? []) {
    const { userId, accountKey } = device
    const held = verified[userId]?.accountKey
    if (held === undefined) continue
    const isOther = held !== toText(accountKey) || (await pinOf(job, userId)) !== held
    if (isOther) changed.add(userId)
  }
  return [...changed].sort()
}

export async function begin(job: VaultJob, { room, gen }: WorkOf<'begin'>): Promise<CipherOutcome> {
  const groupId = await groupIdOf(room, gen)
  const group = await createOwnGroup(ownOf(job), groupId)
  const groupInfo = toText(await group.groupInfo())
  const id = randomId()
  await putPending(job, room, { id, gen, epoch: 0, isRenewal: true, groupInfo, group })
  const op: GroupOperation = {
    kind: 'group',
    gen,
    groupId: toText(groupId),
    groupInfo,
    tree: group.tree().map((node) => toText(node ?? new Uint8Array())),
  }
  return { kind: 'operation', op }
}

export async function join(job: VaultJob, { room, group }: WorkOf<'join'>): Promise<CipherOutcome> {
  const door = {
    groupId: await groupIdOf(room, group.gen),
    groupInfo: fromText(group.groupInfo),
    tree: treeOf(group),
  }
  const entry = await joinByCommit(ownOf(job), door)
  const op = await pendingCommit(job, { room, base: group, made: entry, isRenewal: true })
  return { kind: 'operation', op }
}

export async function welcome(
  job: VaultJob,
  { room, mail, group: answer }: WorkOf<'welcome'>,
): Promise<CipherOutcome> {
  const { gen, epoch } = mail
  const status = await statusOf(job, room)
  const isKnown = gen < status.gen || (gen === status.gen && epoch <= status.epoch)
  if (isKnown && status.state === 'member') return { kind: 'done' }
  const bytes = fromText(mail.bytes)
  const [ref] = refsIn(bytes).map(toText)
  const held = ref && (await job.draft.record<PackageRecord>(job.names.keyPackage(ref)))
  if (!ref || !held)
    throw new WorkRefused('unusable', 'The welcome is for a package not held here.')
  const keyPackage = { bytes: fromText(held.bytes), privateBytes: fromText(held.privateBytes) }
  const groupId = await groupIdOf(room, gen)
  // When the group has gone on its tree is another one; then the welcome has it, if it was small.
  const isPresent = answer.gen === gen && answer.epoch === epoch
  const tree = isPresent ? treeOf(answer) : undefined
  const invitation = { groupId, welcome: bytes, tree, keyPackage }
  const group = await joinByWelcome(ownOf(job), invitation)
  if (group.epoch !== BigInt(epoch)) {
    throw new WorkRefused('unusable', 'The welcome is for another epoch.')
  }
  await putGroup(job, { room, gen, group, isRenewal: true })
  removePackage(job, ref, held)
  job.learned.add(room)
  return { kind: 'done' }
}

export async function change(job: VaultJob, work: WorkOf<'change'>): Promise<CipherOutcome> {
  const { room, group: answer, claims, remove, update } = work
  const group = await presentGroup(job, room, answer)
  if (!(group instanceof Group)) return group
  const add = await usablePackages(job, work.add)
  if (add.length === 0 && remove.length === 0 && !update) {
    throw new WorkRefused('unusable', 'None of the devices can be added now.')
  }
  const made = await group.commit({ add, remove, isTreeInWelcome: fitsIntoWelcome(group, add) })
  const isRenewal = remove.length > 0 || add.length === 0
  const op = await pendingCommit(job, { room, base: answer, made, isRenewal })
  if (add.length === 0) return { kind: 'operation', op }
  return {
    kind: 'operation',
    op: { ...op, claims: [...claims], welcomes: welcomesIn(made) },
  }
}

/** With what a welcome holds besides. */
function fitsIntoWelcome(group: Group, add: readonly Uint8Array[]): boolean {
  const treeBytes = encodeTree(group.tree()).length
  const addedBytes = add.reduce((sum, bytes) => sum + bytes.length, 0)
  return treeBytes + addedBytes + welcomeRestBytes <= limits.welcomeBytesMax
}

function welcomesIn({ welcomes }: OwnCommit) {
  return welcomes.map(({ device, bytes }) => ({ device: device.deviceId, bytes: toText(bytes) }))
}

/** The group as it stands, if the servers' is the same; else why not. */
async function presentGroup(
  job: VaultJob,
  room: string,
  answer: GroupAnswer,
): Promise<Group | CipherOutcome> {
  const status = await statusOf(job, room)
  const group = await groupOf(job, room)
  if (group === undefined || status.gen !== answer.gen || status.epoch !== answer.epoch) {
    throw new WorkRefused('not-ready', 'The group here is not the one at the servers.')
  }
  const own = answer.leaves.find(({ leaf }) => leaf === group.ownLeaf)
  if (own?.user === job.me.user && own.device === job.me.device) return group
  // Another of one's own devices began it at the same time, and this one was second.
  await endGroup(job, room, { ...status, state: 'none', leaves: 0, leaf: -1 })
  return { kind: 'failed', code: 'unusable', say: 'This device has no place in the group.' }
}

async function usablePackages(
  job: VaultJob,
  claimed: readonly ClaimedPackage[],
): Promise<readonly Uint8Array[]> {
  const usable: Uint8Array[] = []
  for (const claim of claimed) {
    const bytes = fromText(claim.package)
    if (await isUsable(job, claim, bytes)) usable.push(bytes)
  }
  return usable
}

async function isUsable(
  job: VaultJob,
  { user, device, certificate }: ClaimedPackage,
  bytes: Uint8Array,
): Promise<boolean> {
  try {
    const found = (await verifyKeyPackage(ownOf(job), bytes, job.nowMs)).device
    const named = readDevice(fromText(certificate), found.signatureKey)
    return found.userId === user && found.deviceId === device && named.userId === user
  } catch (error) {
    if (error instanceof MlsError) return false
    throw error
  }
}

interface Made {
  readonly room: string
  readonly base: { readonly gen: number; readonly epoch: number }
  readonly made: Omit<OwnCommit, 'welcomes'>
  readonly isRenewal: boolean
}

type CommitOperation = Extract<GroupOperation, { kind: 'commit' }>

async function pendingCommit(
  job: VaultJob,
  { room, base, made, isRenewal }: Made,
): Promise<CommitOperation> {
  const id = randomId()
  const { gen, epoch } = base
  await putPending(job, room, { id, gen, epoch: epoch + 1, isRenewal, group: made.group })
  const { size, changed } = made.treePatch
  return {
    kind: 'commit',
    gen,
    epoch,
    id,
    commit: toText(made.commit),
    groupInfo: toText(made.groupInfo),
    tree: { size, changed: changed.map(([at, node]) => [at, node && toText(node)]) },
  }
}

function randomId(): string {
  return toText(crypto.getRandomValues(new Uint8Array(idBytes)))
}

function treeOf({ tree }: GroupAnswer): Tree {
  return tree.map((node) => (node === null ? null : fromText(node)))
}

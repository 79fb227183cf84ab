/**
 * Entries of an encrypted room, in order: commits bring the group on, boxes are opened with the key
 * of their epoch, whenever that was. So boxes may come in any order and again and again; only
 * commits count, and one that is missing is told by its epoch.
 */
import type {
  CipherOutcome,
  GroupStatus,
  OpenedBox,
  OpenedOutcome,
  RoomWork,
} from '@starling/core/client/private/cipher'
import { hex } from '@starling/mls/bytes'
import { type Opened, openContent, readContentHeader } from '@starling/mls/content'
import type { Group, Processed } from '@starling/mls/group'
import type { Leaf } from '@starling/mls/leaf'
import { MlsError } from '@starling/mls/mls-error'
import type { Entry, Unreadable } from '@starling/protocol/entry'
import {
  endGroup,
  epochKeyOf,
  groupOf,
  pendingGroup,
  pendingsOf,
  putGone,
  putGroup,
  putStatus,
  statusOf,
} from './group-records.ts'
import { type SignerRecord, signersOf, verifiedOf } from './people.ts'
import { learnKeys } from './shared-keys.ts'
import { fromText, toText, type VaultJob } from './vault-job.ts'

type OpenWork = Extract<RoomWork, { kind: 'open' }>
type EntryOf<K extends Entry['kind']> = Extract<Entry, { kind: K }>
type Sealed = EntryOf<'sealed'>

interface Box {
  readonly key: Uint8Array
  readonly bytes: Uint8Array
}

export async function open(job: VaultJob, work: OpenWork): Promise<CipherOutcome> {
  const opening = new Opening(job, work)
  for (const entry of work.entries) await opening.take(entry)
  return opening.outcome()
}

class Opening {
  readonly #job: VaultJob
  readonly #room: string
  readonly #isHistoryShared: boolean
  readonly #boxes: OpenedBox[] = []
  readonly #added: { user: string; device: string }[] = []
  readonly #identities: { index: number; users: readonly string[] }[] = []
  #behind: { gen: number; epoch: number } | undefined

  constructor(job: VaultJob, { room, isHistoryShared }: OpenWork) {
    this.#job = job
    this.#room = room
    this.#isHistoryShared = isHistoryShared
  }

  async take(entry: Entry): Promise<void> {
    if (entry.kind === 'group') await this.#group(entry)
    else if (entry.kind === 'commit') await this.#commit(entry)
    else if (entry.kind === 'sealed') this.#boxes.push(await this.#sealed(entry))
  }

  outcome(): OpenedOutcome {
    const behind = this.#behind === undefined ? {} : { behind: this.#behind }
    return {
      kind: 'opened',
      boxes: this.#boxes,
      added: this.#added,
      identities: this.#identities,
      ...behind,
    }
  }

  async #group(entry: EntryOf<'group'>): Promise<void> {
    const status = await statusOf(this.#job, this.#room)
    const { gen } = entry
    if (gen < status.gen || (gen === status.gen && status.state !== 'none')) return
    const begun = await this.#begunGroup(entry)
    if (begun !== undefined) return this.#stand(entry.index, { gen, group: begun, isRenewal: true })
    if (gen === status.gen) return
    const none = { epoch: 0, leaves: 0, leaf: -1, updatedAtMs: 0 }
    await endGroup(this.#job, this.#room, { state: 'none', gen, ...none })
  }

  /** Its GroupInfo is the very one of the entry. */
  async #begunGroup({ gen, groupInfo }: EntryOf<'group'>): Promise<Group | undefined> {
    const pendings = await pendingsOf(this.#job, this.#room)
    const begun = pendings.find((one) => one.gen === gen && one.groupInfo === groupInfo)
    return begun && pendingGroup(this.#job, this.#room, begun)
  }

  async #commit(entry: EntryOf<'commit'>): Promise<void> {
    const status = await statusOf(this.#job, this.#room)
    if (entry.gen < status.gen) return
    if (await this.#promote(entry, status)) return
    if (status.state !== 'member') return
    const isOn = entry.gen === status.gen && entry.epoch === status.epoch
    if (isOn) return this.#process(entry, status)
    if (entry.gen > status.gen || entry.epoch > status.epoch) {
      this.#missing({ gen: entry.gen, epoch: entry.epoch + 1 }, status)
    }
  }

  /** One's own, if it is the next one here. */
  async #promote(entry: EntryOf<'commit'>, status: GroupStatus): Promise<boolean> {
    const { gen, epoch, id } = entry
    const isNext = status.state !== 'member' || (gen === status.gen && epoch === status.epoch)
    const pendings = isNext ? await pendingsOf(this.#job, this.#room) : []
    const pending = pendings.find(
      (one) => one.id === id && one.gen === gen && one.epoch === epoch + 1,
    )
    const group = pending && (await pendingGroup(this.#job, this.#room, pending))
    if (pending === undefined || group === undefined) return false
    if (!group.isMadeBy(fromText(entry.commit))) return false
    const before = status.state === 'member' ? await groupOf(this.#job, this.#room) : undefined
    const added = before && leavesOnlyIn(group, before)
    if (before !== undefined) {
      putGone(this.#job, { room: this.#room, gen, epoch }, leavesOnlyIn(before, group))
    }
    const { isRenewal } = pending
    await this.#stand(entry.index, { gen, group, isRenewal, ...(added && { added }) })
    return true
  }

  async #process(entry: EntryOf<'commit'>, status: GroupStatus): Promise<void> {
    const group = await groupOf(this.#job, this.#room)
    const processed = group && (await this.#processed(group, entry))
    if (processed === undefined) {
      return putStatus(this.#job, this.#room, { ...status, state: 'broken' })
    }
    const { gen, epoch } = entry
    if (processed.kind === 'removed') {
      return endGroup(this.#job, this.#room, { ...status, state: 'removed', leaves: 0, leaf: -1 })
    }
    putGone(this.#job, { room: this.#room, gen, epoch }, processed.removed)
    const { added } = processed
    await this.#stand(entry.index, { gen, group: processed.group, isRenewal: false, added })
  }

  /** Undefined when it cannot be followed. */
  async #processed(group: Group, entry: EntryOf<'commit'>): Promise<Processed | undefined> {
    try {
      return await group.process(fromText(entry.commit))
    } catch (error) {
      if (error instanceof MlsError) return undefined
      throw error
    }
  }

  async #stand(
    index: number,
    standing: Omit<Parameters<typeof putGroup>[1], 'room'>,
  ): Promise<void> {
    const users = await putGroup(this.#job, { room: this.#room, ...standing })
    if (users.length > 0) this.#identities.push({ index, users })
    if (standing.added === undefined) this.#job.learned.add(this.#room)
    if (standing.added === undefined) this.#added.push(this.#job.me)
    for (const { device } of standing.added ?? []) {
      this.#added.push({ user: device.userId, device: device.deviceId })
    }
  }

  async #sealed(entry: Sealed): Promise<OpenedBox> {
    const { index } = entry
    const found = await this.#opened(entry)
    if (typeof found === 'string') return { index, ok: false, why: found }
    const { content, signer } = found
    if (this.#isHistoryShared) await learnKeys(this.#job, this.#room, content)
    const verified = await verifiedOf(this.#job)
    const isVerified = verified[entry.by]?.accountKey === signer.accountKey
    return { index, ok: true, content, device: signer.device, isVerified }
  }

  async #opened(
    entry: Sealed,
  ): Promise<Unreadable | { readonly content: unknown; readonly signer: SignerRecord }> {
    const { gen, epoch, box } = entry
    const bytes = fromText(box)
    const header = readContentHeader(bytes)
    if (header?.gen !== gen || header.epoch !== BigInt(epoch)) return 'tampered'
    const key = await epochKeyOf(this.#job, this.#room, { gen, epoch })
    if (key === undefined) return this.#noKey(entry)
    const signers = await signersOf(this.#job, entry.by)
    for (const signer of [...signers].reverse()) {
      const opened = await this.#openedBy(signer.signatureKey, { key, bytes })
      if (opened.ok) {
        const content = parsed(opened.body)
        return content === undefined ? 'tampered' : { content, signer }
      }
      if (opened.why !== 'bad-signature') return 'tampered'
    }
    if (signers.length > 0) return 'bad-signature'
    return this.#byAnother(header.leaf, { key, bytes })
  }

  /** No device of the author is known. Perhaps none will be: another member has sealed it. */
  async #byAnother(leaf: number, box: Box): Promise<Unreadable> {
    const group = await groupOf(this.#job, this.#room)
    const device = group?.leaves.find(({ index }) => index === leaf)?.device
    if (device === undefined) return 'no-key'
    const opened = await this.#openedBy(toText(device.signatureKey), box)
    if (opened.ok) return 'bad-signature'
    return opened.why === 'bad-signature' ? 'no-key' : 'tampered'
  }

  #openedBy(signatureKey: string, { key, bytes }: Box): Promise<Opened> {
    return openContent({ room: this.#room, key, signatureKey: fromText(signatureKey) }, bytes)
  }

  async #noKey({ gen, epoch }: Sealed): Promise<Unreadable> {
    const status = await statusOf(this.#job, this.#room)
    if (this.#job.own === undefined) return 'not-linked'
    const isAhead = gen > status.gen || (gen === status.gen && epoch > status.epoch)
    if (isAhead && status.state === 'member') this.#missing({ gen, epoch }, status)
    if (isAhead) return 'no-key'
    const { names, draft } = this.#job
    const [first] = await draft.keys(names.epochKeys(this.#room))
    const since = first === undefined ? undefined : names.epochOf(first)
    const isBefore =
      since !== undefined && (gen < since.gen || (gen === since.gen && epoch < since.epoch))
    return isBefore ? 'before-join' : 'no-key'
  }

  #missing(at: { readonly gen: number; readonly epoch: number }, { gen }: GroupStatus): void {
    // Another gen is begun by an entry of its own; what is missing until then is not commits.
    if (at.gen !== gen) return
    if (this.#behind === undefined || at.epoch > this.#behind.epoch) this.#behind = at
  }
}

function leavesOnlyIn(one: Group, other: Group): readonly Leaf[] {
  const known = new Set(other.leaves.map(({ device }) => hex(device.signatureKey)))
  return one.leaves.filter(({ device }) => !known.has(hex(device.signatureKey)))
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined
    throw error
  }
}

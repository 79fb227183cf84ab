/**
 * The log in virtual time, with everything that a replicated log does to those who use it.
 *
 * An append travels to the engine, *lands* (it is durable and has its position) and is
 * acknowledged; between these steps a fault may strike. While the engine elects a leader nothing
 * lands; it waits, up to the engine's limit. An append that was given up with `landed: 'unknown'`
 * may land still, and later than what others appended meanwhile. A backend may be cut off from the
 * engine: it neither appends nor follows. A full disk refuses. Followers lag, each as it likes,
 * but never skip.
 *
 * Appends of one backend land in the order in which they were sent, except those given up.
 */
import type { LoggedRecord } from '@starling/core/backend/backend-io'
import { countUpTo } from '@starling/core/log/count-up-to'
import type { LogErrorCode } from '@starling/core/log/log'
import type { LogRecord, Position } from '@starling/core/log/record'
import type { Random } from '../random.ts'
import type { Cancel, World } from '../world.ts'

export type AppendResult =
  | { readonly ok: true; readonly position: Position }
  | { readonly ok: false; readonly code: LogErrorCode; readonly landed: 'no' | 'unknown' }

export interface SimulatedFollower {
  onRecords(records: readonly LoggedRecord[]): void
  onReach(canAppend: boolean, why: string): void
}

export interface LogConditions {
  /** From the append to its landing, and from there to its acknowledgement and to each follower. */
  readonly landMs: readonly [number, number]
  readonly ackMs: readonly [number, number]
  readonly followMs: readonly [number, number]
  /** How long an append waits for a leader before the engine's client gives it up. */
  readonly appendWaitMsMax: number
  /** How late an append that was given up may land. */
  readonly lateLandingMsMax: number
}

interface Following {
  readonly who: string
  readonly follower: SimulatedFollower
  /** How many records were handed over. */
  handed: number
  isPlanned: boolean
  isStopped: boolean
  lagMs: number
}

interface Pending {
  readonly who: string
  readonly record: LogRecord
  readonly done: (result: AppendResult) => void
  isSettled: boolean
  cancel: Cancel
}

/** What becomes of an append that nobody acknowledged. */
export const fates = ['lands', 'lands late', 'is lost'] as const
export type Fate = (typeof fates)[number]

/**
 * Called when a record lands; an engine that applies within the append's commit returns what it
 * did.
 */
export type OnLanding = (position: Position, record: LogRecord) => LoggedRecord['applied']

export class SimulatedLog {
  readonly #world: World
  readonly #random: Random
  readonly #conditions: LogConditions
  readonly #onLanding: OnLanding
  readonly #records: LoggedRecord[] = []
  /** Who proposed the record, in the order of the records. */
  readonly #proposers: string[] = []
  readonly #positions = new Map<string, Position>()
  readonly #followings = new Set<Following>()
  readonly #cutOff = new Map<string, number>()
  readonly #lagMs = new Map<string, number>()
  /** What waits for a leader, in order. */
  #waiting: Pending[] = []
  #elections = 0
  #fullDisks = 0
  /** Share of appends whose acknowledgement gets lost, and share of these that never landed. */
  ackLossShare = 0
  /** What becomes of the next appends that are given up; drawn when nothing is laid down. */
  readonly #fates: Fate[] = []
  #lateTotal = 0
  #lastLandingMs = new Map<string, number>()

  constructor(
    world: World,
    options: { random: Random; conditions: LogConditions; onLanding: OnLanding },
  ) {
    this.#world = world
    this.#random = options.random
    this.#conditions = options.conditions
    this.#onLanding = options.onLanding
  }

  get records(): readonly LoggedRecord[] {
    return this.#records
  }

  /** Nothing that was given up may land still. */
  get isQuiet(): boolean {
    return this.#lateTotal === 0
  }

  get head(): Position {
    return this.#records.at(-1)?.position ?? 0
  }

  /** The same records with what applying them did, whoever asks. */
  truthOf(records: readonly LoggedRecord[]): readonly LoggedRecord[] {
    const from = countUpTo(this.#records, (records[0]?.position ?? 1) - 1)
    return this.#records.slice(from, from + records.length)
  }

  append(who: string, record: LogRecord, done: (result: AppendResult) => void): void {
    const pending: Pending = { who, record, done, isSettled: false, cancel: () => undefined }
    if (this.#isCutOff(who)) return this.#fail(pending, 'unavailable', 'no')
    if (this.#fullDisks > 0) return this.#fail(pending, 'full', 'no')
    if (this.#elections > 0) return this.#wait(pending)
    const last = this.#lastLandingMs.get(who) ?? 0
    const atMs = Math.max(last, this.#world.nowMs + this.#draw(this.#conditions.landMs))
    this.#lastLandingMs.set(who, atMs)
    this.#world.at(atMs, () => this.#arrive(pending))
  }

  follow(who: string, after: Position, follower: SimulatedFollower): () => void {
    const following: Following = {
      who,
      follower,
      handed: countUpTo(this.#records, after),
      isPlanned: false,
      isStopped: false,
      lagMs: this.#lagMs.get(who) ?? 0,
    }
    this.#followings.add(following)
    this.#world.after(0, () => {
      if (following.isStopped) return
      const isCutOff = this.#isCutOff(who)
      follower.onReach(!isCutOff, isCutOff ? 'the log is out of reach' : '')
    })
    this.#planHandOver(following)
    return () => {
      following.isStopped = true
      this.#followings.delete(following)
    }
  }

  /** The next append is not acknowledged, and this becomes of it. */
  loseNextAck(fate: Fate): void {
    this.#fates.push(fate)
  }

  /** Nothing lands until `endElection`; several may overlap. */
  beginElection(): void {
    this.#elections++
  }

  endElection(): void {
    this.#elections--
    if (this.#elections > 0) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const pending of waiting) {
      pending.cancel()
      this.#world.after(this.#draw(this.#conditions.landMs), () => this.#arrive(pending))
    }
  }

  fillDisk(): void {
    this.#fullDisks++
    if (this.#fullDisks === 1) this.#tellReach()
  }

  freeDisk(): void {
    this.#fullDisks--
    if (this.#fullDisks === 0) this.#tellReach()
  }

  cutOff(who: string): void {
    this.#cutOff.set(who, (this.#cutOff.get(who) ?? 0) + 1)
    this.#tellReach(who)
  }

  reconnect(who: string): void {
    this.#cutOff.set(who, (this.#cutOff.get(who) ?? 0) - 1)
    this.#tellReach(who)
    for (const following of this.#followings) this.#planHandOver(following)
  }

  /** How much longer than others this follower waits for each record. */
  setLag(who: string, lagMs: number): void {
    this.#lagMs.set(who, lagMs)
    for (const following of this.#followings) if (following.who === who) following.lagMs = lagMs
  }

  #wait(pending: Pending): void {
    pending.cancel = this.#world.after(this.#conditions.appendWaitMsMax, () => {
      this.#waiting = this.#waiting.filter((other) => other !== pending)
      this.#giveUp(pending)
    })
    this.#waiting.push(pending)
  }

  #arrive(pending: Pending): void {
    if (this.#elections > 0) return this.#wait(pending)
    const isAckLost = this.#fates.length > 0 || this.#random.isHit(this.ackLossShare)
    if (isAckLost || this.#isCutOff(pending.who)) return this.#giveUp(pending)
    if (this.#fullDisks > 0) return this.#fail(pending, 'full', 'no')
    const position = this.#land(pending)
    this.#settle(pending, { ok: true, position }, this.#draw(this.#conditions.ackMs))
  }

  /** Nobody knows what became of it: landed already, lands later, or never. */
  #giveUp(pending: Pending): void {
    const fate = this.#fates.shift() ?? this.#random.pick(fates)
    if (fate === 'lands') this.#land(pending)
    if (fate === 'lands late') {
      const lateMs = this.#random.fraction(0, this.#conditions.lateLandingMsMax)
      this.#lateTotal++
      this.#world.after(lateMs, () => this.#landLate(pending))
    }
    const result = { ok: false, code: 'unavailable', landed: 'unknown' } as const
    this.#settle(pending, result, this.#draw(this.#conditions.ackMs))
  }

  #landLate(pending: Pending): void {
    this.#lateTotal--
    if (this.#elections > 0) return
    this.#world.trace.line('log', () => `lands late: ${pending.record.id}`)
    this.#land(pending)
  }

  #land({ who, record }: Pending): Position {
    const first = this.#positions.get(record.id)
    if (first !== undefined) return first
    const position = this.head + this.#random.between(1, 4)
    this.#positions.set(record.id, position)
    this.#proposers.push(who)
    const applied = this.#onLanding(position, record)
    this.#records.push(applied === undefined ? { position, record } : { position, record, applied })
    this.#world.trace.line('log', () => `${record.id} stands at ${position}`)
    for (const following of this.#followings) this.#planHandOver(following)
    return position
  }

  #fail(pending: Pending, code: LogErrorCode, landed: 'no' | 'unknown'): void {
    this.#settle(pending, { ok: false, code, landed }, this.#draw(this.#conditions.ackMs))
  }

  #settle(pending: Pending, result: AppendResult, delayMs: number): void {
    if (pending.isSettled) return
    pending.isSettled = true
    this.#world.after(delayMs, () => pending.done(result))
  }

  #planHandOver(following: Following): void {
    if (following.isPlanned || following.isStopped) return
    if (following.handed >= this.#records.length || this.#isCutOff(following.who)) return
    following.isPlanned = true
    const delayMs = this.#draw(this.#conditions.followMs) + following.lagMs
    this.#world.after(delayMs, () => this.#handOver(following))
  }

  #handOver(following: Following): void {
    following.isPlanned = false
    if (following.isStopped || this.#isCutOff(following.who)) return
    const { who, handed } = following
    const fresh = this.#records.slice(handed).map((logged, i) => {
      // Only the one that appended was told what applying did.
      if (logged.applied === undefined || this.#proposers[handed + i] === who) return logged
      return { position: logged.position, record: logged.record }
    })
    following.handed = this.#records.length
    if (fresh.length > 0) following.follower.onRecords(fresh)
  }

  #tellReach(only?: string): void {
    for (const { who, follower } of this.#followings) {
      if (only !== undefined && who !== only) continue
      const why = this.#isCutOff(who) ? 'the log is out of reach' : 'the disk is full'
      const canAppend = !this.#isCutOff(who) && this.#fullDisks === 0
      follower.onReach(canAppend, canAppend ? '' : why)
    }
  }

  #isCutOff(who: string): boolean {
    return (this.#cutOff.get(who) ?? 0) > 0
  }

  #draw([least, most]: readonly [number, number]): number {
    return this.#random.fraction(least, most)
  }
}

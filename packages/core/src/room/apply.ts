/**
 * What a record does: the deterministic state machine that every backend runs.
 *
 * `apply` is total. Its outcome depends on the store and the record alone; whatever shape a record
 * has, each of its operations ends as accepted or as a coded refusal, and a refusal changes nothing
 * but the outbox that it used a number of. The record's changes and the position stand together or
 * not at all.
 */
import type { LoggedOperation, LogRecord, Position } from '../log/record.ts'
import { accountAppliers, knownAccountOutcome } from './accounts.ts'
import type { Applied, Outcome } from './applied.ts'
import { trailAfter } from './record-digest.ts'
import { applySend, knownSendOutcome } from './sends.ts'
import { knownSettingsOutcome, settings } from './settings.ts'
import type { Store } from './store.ts'
import { refused, Turn } from './turn.ts'

export class Replica {
  readonly #store: Store

  constructor(options: { readonly store: Store }) {
    this.#store = options.store
  }

  /** `position` is beyond the store's: each record is applied once, in the log's order. */
  apply(position: Position, record: LogRecord): Applied {
    const store = this.#store
    if (!(position > store.position)) {
      throw new Error(`position ${position} was applied already; the store is at ${store.position}`)
    }
    return store.transact(position, () => {
      const turn = new Turn(store, timeOf(record))
      const outcomes = operationsOf(record).map((op) => applyOne(turn, op))
      const { rooms, notes } = turn
      const trail = trailAfter(store.trail, {
        position,
        recordId: recordIdOf(record),
        outcomes,
        rooms,
        notes,
      })
      store.putTrail(trail)
      return { position, outcomes, rooms, digest: trail.digest }
    })
  }

  /**
   * What became of an operation, as far as the store shows that it was applied or that it can never
   * be accepted; undefined: it must go through the log.
   */
  known(op: LoggedOperation): Outcome | undefined {
    if (!isObject(op)) return refused('invalid')
    if (op.kind === 'room') return knownSendOutcome(this.#store, op)
    if (op.kind === 'settings') return knownSettingsOutcome(op)
    return knownAccountOutcome(this.#store, op)
  }
}

/** Where an operation may make entries, self rooms too; rather too many rooms than too few. */
export function roomsTouchedBy(store: Store, op: LoggedOperation): readonly string[] {
  if (!isObject(op) || op.kind === 'settings') return []
  // Of most, the sender's own room is untouched.
  if (op.kind === 'room' && isObject(op.op) && staysInside.has(op.op.kind)) return [op.room]
  const named = op.kind === 'room' ? [op.room, op.by, ...othersNamed(store, op.op)] : [op.user]
  return [...new Set(named.filter((room) => typeof room === 'string'))]
}

const staysInside: ReadonlySet<unknown> = new Set(['post', 'sealed'])

/** A commit's welcomes go to the people whose devices they are for. */
function othersNamed(store: Store, op: unknown): readonly unknown[] {
  if (!isObject(op)) return []
  if ('user' in op) return [op.user]
  if (!('welcomes' in op) || !Array.isArray(op.welcomes)) return []
  return op.welcomes.map((one: unknown) =>
    isObject(one) && 'device' in one && typeof one.device === 'string'
      ? store.device(one.device)?.user
      : undefined,
  )
}

/** Operations in the record, whatever it is. */
export function operationsOf(record: LogRecord): readonly LoggedOperation[] {
  return isObject(record) && Array.isArray(record.ops) ? record.ops : []
}

export function recordIdOf(record: LogRecord): string {
  const id: unknown = isObject(record) ? record.id : ''
  return typeof id === 'string' ? id : ''
}

function applyOne(turn: Turn, op: unknown): Outcome {
  if (!isObject(op)) return refused('invalid')
  const { kind } = op as { kind?: unknown }
  if (kind === 'room') return applySend(turn, op)
  if (kind === 'settings') return settings(turn, op)
  if (typeof kind !== 'string' || !Object.hasOwn(accountAppliers, kind)) return refused('invalid')
  return accountAppliers[kind as keyof typeof accountAppliers](turn, op)
}

/** Milliseconds within the range of dates; what is none of them counts as the beginning of time. */
function timeOf(record: LogRecord): number {
  const at: unknown = isObject(record) ? record.at : 0
  return Number.isSafeInteger(at) && (at as number) >= 0 && (at as number) <= 8.64e15
    ? (at as number)
    : 0
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/**
 * What tests of the rules are written with: one replica on a store in memory, people who arrive and
 * send, each with one outbox a room whose numbers are counted for them.
 */
import assert from 'node:assert/strict'
import type { Entry, EntryBody } from '@starling/protocol/entry'
import type { ErrorCode } from '@starling/protocol/error-codes'
import { type Limits, limits } from '@starling/protocol/limits'
import { directRoomId, type Operation } from '@starling/protocol/operation'
import type { AccountOperation, LoggedOperation, LogRecord, VoidOperation } from '../log/record.ts'
import type { Applied, Outcome } from './applied.ts'
import { Replica } from './apply.ts'
import { MemoryStore } from './memory-store.ts'
import { settingsOf } from './settings.ts'

export interface BenchOptions {
  readonly limits?: Partial<Limits>
  readonly areGuestsAllowed?: boolean
  readonly isRegistrationOpen?: boolean
}

export class ReplicaBench {
  readonly store = new MemoryStore()
  readonly replica: Replica
  /** All that was applied, in order. */
  readonly records: LogRecord[] = []
  readonly #numbers = new Map<string, number>()
  /** Wall clock of the next record. */
  at = 1_000

  constructor(options: BenchOptions = {}) {
    const settings = settingsOf({
      limits: { ...limits, ...options.limits },
      areGuestsAllowed: options.areGuestsAllowed ?? true,
      isRegistrationOpen: options.isRegistrationOpen ?? true,
    })
    this.store.transact(0, () => this.store.putSettings(settings))
    this.replica = new Replica({ store: this.store })
  }

  apply(...ops: readonly LoggedOperation[]): Applied {
    const position = this.store.position + 2
    const record = { id: `record-${position}`, at: this.at, ops }
    this.records.push(record)
    return this.replica.apply(position, record)
  }

  applyOne(op: LoggedOperation): Outcome {
    return this.apply(op).outcomes[0]!
  }

  /** A guest whose user id is `u-` and the name. */
  guest(name: string): string {
    const user = `u-${name}`
    this.accepts({ kind: 'guest', user, name, device: `d-${name}` })
    return user
  }

  accepts(op: AccountOperation): Outcome & { ok: true } {
    const outcome = this.applyOne(op)
    assert.ok(outcome.ok, `${JSON.stringify(op)} was refused: ${JSON.stringify(outcome)}`)
    return outcome
  }

  /** The next number of the person's outbox in the room. */
  send(by: string, room: string, op: Operation | VoidOperation): Outcome {
    const outbox = `o-${by}`
    const number = (this.#numbers.get(`${outbox} ${room}`) ?? 0) + 1
    this.#numbers.set(`${outbox} ${room}`, number)
    return this.applyOne({ kind: 'room', room, by, outbox, number, op })
  }

  /** The send is accepted; answers the index of its entry. */
  does(by: string, room: string, op: Operation): number {
    const outcome = this.send(by, room, op)
    assert.ok(outcome.ok, `${JSON.stringify(op)} was refused: ${JSON.stringify(outcome)}`)
    return outcome.index
  }

  /** The send is refused with the code, and changes nothing but its outbox. */
  refuses(by: string, room: string, op: Operation, code: ErrorCode): void {
    const before = this.contentsBesidesOutboxes()
    assert.deepEqual(this.send(by, room, op), { ok: false, code })
    assert.deepEqual(this.contentsBesidesOutboxes(), before)
  }

  /** All that the store holds, but for its position. */
  contents(): readonly string[] {
    return this.store.contents().filter((line) => !line.startsWith('position '))
  }

  contentsBesidesOutboxes(): readonly string[] {
    return this.contents().filter((line) => !line.startsWith('outboxes '))
  }

  room(by: string, room: string, kind: 'public' | 'private' = 'public'): string {
    this.does(by, room, { kind: 'create', room: kind, name: room })
    return room
  }

  joins(room: string, ...users: readonly string[]): void {
    for (const user of users) this.does(user, room, { kind: 'join' })
  }

  says(by: string, room: string, text = 'hello'): number {
    return this.does(by, room, { kind: 'post', text })
  }

  direct(by: string, other: string): string {
    const room = directRoomId(by, other)
    this.does(by, room, { kind: 'direct', user: other })
    return room
  }

  entries(room: string): readonly Entry[] {
    return this.store.entries(room, 1, 10_000)
  }

  /** What the entries say, without who, when and by which send. */
  bodies(room: string, from = 1): readonly EntryBody[] {
    return this.store.entries(room, from, 10_000).map(bodyOf)
  }

  body(room: string, index: number): EntryBody {
    return bodyOf(this.store.entry(room, index)!)
  }

  lastBody(room: string): EntryBody {
    return this.bodies(room).at(-1)!
  }
}

function bodyOf(entry: Entry): EntryBody {
  const { index: _index, at: _at, by: _by, name: _name, outbox: _outbox, ...rest } = entry
  const { number: _number, ...body } = rest
  return body as EntryBody
}

/** Applies posts and nothing else, so that the engine is tested apart from the rules of rooms. */
import type { LogRecord, Position } from '@starling/core/log/record'
import type { Applied, Outcome, RoomEntries } from '@starling/core/room/applied'
import type { Store } from '@starling/core/room/store'
import type { PostBody } from '@starling/protocol/entry'
import type { Applier } from './sqlite-engine.ts'

export class PostReplica implements Applier {
  readonly #store: Store
  /** The id of a record that cannot be applied. */
  badId = ''

  constructor(store: Store) {
    this.#store = store
  }

  apply(position: Position, record: LogRecord): Applied {
    const outcomes: Outcome[] = []
    const rooms: RoomEntries[] = []
    this.#store.transact(position, () => {
      for (const op of record.ops) {
        if (op.kind !== 'room' || op.op.kind !== 'post') continue
        const index = (this.#store.room(op.room)?.head ?? 0) + 1
        const head = { index, at: record.at, by: op.by, name: op.by }
        const body: PostBody = { kind: 'post', text: op.op.text }
        const entry = { ...head, outbox: op.outbox, number: op.number, ...body }
        this.#store.putEntry(op.room, entry)
        this.#putRoom(op.room, index)
        outcomes.push({ ok: true, index, at: record.at })
        rooms.push({ room: op.room, entries: [entry] })
      }
      if (record.id === this.badId) throw new Error('cannot apply this')
    })
    return { position, outcomes, rooms, digest: '' }
  }

  #putRoom(room: string, head: number): void {
    this.#store.putRoom({
      ...{ room, kind: 'public', title: room, foldedTitle: room, topic: '', head },
      ...{ lastAt: 1, members: 1, owners: 1 },
    })
  }
}

export function postRecord(id: string, text = id): LogRecord {
  const op = { kind: 'post', text } as const
  return {
    id,
    at: 1,
    ops: [{ kind: 'room', room: 'r', by: 'u', outbox: id, number: 1, op }],
  }
}

import type { Entry } from '@starling/protocol/entry'
import type { ClientOutput, OutboxItem, RestoredState, StoredOutbox } from './client-io.ts'

/** What is on disk after these outputs. */
export function restoredFrom(outputs: readonly ClientOutput[]): RestoredState {
  const items = new Map<string, OutboxItem>()
  const outboxes = new Map<string, StoredOutbox>()
  const timelines = new Map<string, Map<number, Entry>>()
  let about: Pick<RestoredState, 'me' | 'rooms'> = { rooms: [] }
  const key = (item: OutboxItem) => `${item.outbox} ${item.number}`
  for (const output of outputs) {
    if (output.kind === 'store-me') about = { me: output.me, rooms: output.rooms }
    if (output.kind === 'forget-item') items.delete(key(output.item))
    if (output.kind === 'store-items') {
      for (const item of output.forget) items.delete(key(item))
      for (const item of output.items) items.set(key(item), item)
      for (const outbox of output.outboxes) outboxes.set(outbox.room, outbox)
    }
    if (output.kind === 'store-entries') {
      const held = output.isReset ? new Map() : (timelines.get(output.room) ?? new Map())
      for (const entry of output.entries) held.set(entry.index, entry)
      timelines.set(output.room, held)
    }
  }
  return {
    ...about,
    items: [...items.values()],
    outboxes: [...outboxes.values()],
    timelines: new Map([...timelines].map(([room, held]) => [room, [...held.values()]])),
  }
}

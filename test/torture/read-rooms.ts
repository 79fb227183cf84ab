/** The whole history of rooms, as somebody who was never there reads it. */
import { randomBytes } from 'node:crypto'
import { openMemoryStorage } from '@starling/client/memory-storage'
import { connect } from '@starling/client/node'
import type { Entry } from '@starling/protocol/entry'

export async function readRooms(
  addresses: readonly string[],
  rooms: readonly string[],
): Promise<ReadonlyMap<string, readonly Entry[]>> {
  const reader = await connect({
    addresses,
    auth: { kind: 'guest', name: `reader-${randomBytes(4).toString('hex')}` },
    storage: openMemoryStorage(),
    encryption: false,
  })
  const ready = await reader.ready()
  if (!ready.ok) throw new Error(`the reader was refused: ${ready.say}`)
  const truth = new Map<string, readonly Entry[]>()
  for (const room of rooms) {
    const joined = await reader.join(room)
    if (!joined.ok) throw new Error(`the reader may not join: ${joined.say}`)
    const entries: Entry[] = []
    for (;;) {
      const page = await reader.history(room, { after: entries.length, limit: 200 })
      if (!page.ok) throw new Error(`the reader may not read: ${page.say}`)
      if (page.value.length === 0) break
      entries.push(...page.value)
    }
    truth.set(room, entries)
  }
  await reader.close()
  return truth
}

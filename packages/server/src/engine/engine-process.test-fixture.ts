/** Like log-process.test-fixture.ts, with a store and the rules of rooms beside the log. */
import { Replica } from '@starling/core/room/apply'
import type { Order, Told } from '../log/sqlite/log-process.test-fixture.ts'
import { openSqliteEngine } from './sqlite-engine.ts'

const [directory = '', name = ''] = process.argv.slice(2)
const { log, store } = await openSqliteEngine({
  directory,
  name,
  makeReplica: (own) => new Replica({ store: own }),
})

function tell(told: Told): void {
  process.send?.(told)
}

async function post(count: number): Promise<void> {
  const by = { kind: 'room', by: name, room: 'lobby', outbox: `o-${name}` } as const
  let number = store.outbox('lobby', by.outbox)?.last ?? 0
  for (let n = 0; n < count; n += 1) {
    number += 1
    const op = { kind: 'post', text: `${name} says ${number}` } as const
    const id = `${name}-${process.pid}-${number}`
    const position = await log.append({ id, at: Date.now(), ops: [{ ...by, number, op }] })
    const sent = store.sent('lobby', by.outbox, number)
    if (sent) tell({ kind: 'appended', id: `${by.outbox} ${number}`, position })
  }
}

process.on('message', (order: Order) => {
  if (order.kind === 'append') void post(order.count)
})
process.on('disconnect', () => process.exit(0))
tell({ kind: 'ready' })

/**
 * A process that shares a log with its parent and with others like it, for tests. Its arguments are
 * the directory and its name; its orders and what it saw come and go as messages.
 */
import { DatabaseSync } from 'node:sqlite'
import type { PositionedRecord } from '@starling/core/log/record'
import { SqliteLog } from './sqlite-log.ts'

export type Order =
  /** Append so many records, so many of them at a time. */
  | { readonly kind: 'append'; readonly count: number; readonly atOnce: number }
  /** Hold the write lock and do nothing more. */
  | { readonly kind: 'hold' }

export type Told =
  | { readonly kind: 'ready' }
  | { readonly kind: 'appended'; readonly id: string; readonly position: number }
  | { readonly kind: 'saw'; readonly records: readonly (readonly [number, string])[] }
  | { readonly kind: 'holding' }

const [directory = '', name = ''] = process.argv.slice(2)
const log = await SqliteLog.open({ directory, name })

function tell(told: Told): void {
  process.send?.(told)
}

async function appendFrom(first: number, count: number, step: number): Promise<void> {
  for (let n = first; n < count; n += step) {
    const id = `${name}-${n}`
    tell({ kind: 'appended', id, position: await log.append({ id, at: Date.now(), ops: [] }) })
  }
}

process.on('message', (order: Order) => {
  if (order.kind === 'hold') {
    new DatabaseSync(`${directory}/starling.db`, { timeout: 5_000 }).exec('BEGIN IMMEDIATE')
    tell({ kind: 'holding' })
    return
  }
  for (let first = 0; first < order.atOnce; first += 1) {
    void appendFrom(first, order.count, order.atOnce)
  }
})
process.on('disconnect', () => process.exit(0))

log.follow(0, {
  onRecords: (records: readonly PositionedRecord[]) =>
    tell({ kind: 'saw', records: records.map((one) => [one.position, one.record.id]) }),
  onReach: () => undefined,
})
tell({ kind: 'ready' })

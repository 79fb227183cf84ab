/** A process that follows a log and tells what it got: node …/follow-process.test-fixture.ts */
import type { NatsSettings } from './nats-settings.ts'
import { openLog } from './open-logs.test-fixture.ts'

export interface Told {
  /** Of the last record so far. */
  readonly position: number
  /** Each position was the one after the former, and no id came twice. */
  readonly isDense: boolean
  readonly reaches: readonly string[]
}

const settings = JSON.parse(process.argv[2] ?? '') as NatsSettings
const log = await openLog(settings, { name: 'follower' })
const ids = new Set<string>()
const reaches: string[] = []
let position = 0
let isDense = true

function tell(): void {
  process.send?.({ position, isDense: isDense && ids.size === position, reaches } satisfies Told)
}

log.follow(0, {
  onRecords: (records) => {
    for (const each of records) {
      if (each.position !== position + 1) isDense = false
      position = each.position
      ids.add(each.record.id)
    }
    tell()
  },
  onReach: (canAppend, why) => {
    reaches.push(canAppend ? 'in reach' : why)
    tell()
  },
})
process.on('disconnect', () => process.exit())

/**
 * Moves the log of a running installation to another one. All but the newest is copied and compared
 * while the servers run; when the source is at rest the rest follows, which takes as long as what
 * was written meanwhile. It can be repeated: whatever is there already is only compared.
 */
import type { Log } from '@starling/core/log/log'
import type { Position } from '@starling/core/log/record'
import { copyLog } from './copy-log.ts'
import { type Difference, LogComparison } from './log-comparison.ts'

export interface Moving {
  readonly source: Log
  readonly target: Log
  /** Who may append to the source still; empty when it is at rest. */
  readonly writers: () => readonly string[]
  /** Lets nobody begin to write, from when the source is at rest. */
  readonly keepAtRest: () => void
  readonly say: (line: string) => void
}

export interface Moved {
  readonly position: Position
  readonly rooms: number
  readonly operations: number
  /** How long the servers had to be at rest. */
  readonly restMs: number
}

/** What was copied is not what the source holds. */
export class NotEqual extends Error {
  readonly differences: readonly Difference[]
  constructor(differences: readonly Difference[]) {
    super(`${differences.length} rooms differ`)
    this.differences = differences
  }
}

const sayEveryMs = 1_000
const lookEveryMs = 200

/** Rejects with `NoCopy`, `NotEqual` or a `LogError`. */
export async function moveLog(moving: Moving): Promise<Moved> {
  const { source, say } = moving
  const comparison = new LogComparison(source, moving.target)
  let head = await source.head()
  await bring(moving, comparison, head)
  const writers = moving.writers().join(', ')
  if (writers !== '') {
    say(`Everything up to position ${head} is copied and compared. Stop the servers now:`)
    say(`${writers}. What they write until then is copied, too.`)
  }
  while (moving.writers().length > 0) {
    head = await source.head()
    await bring(moving, comparison, head)
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
  }
  const restedAtMs = performance.now()
  moving.keepAtRest()
  await bring(moving, comparison, await source.head())
  const differences = comparison.differences()
  if (differences.length > 0) throw new NotEqual(differences)
  const { position, rooms, operations } = comparison
  return { position, rooms, operations, restMs: performance.now() - restedAtMs }
}

async function bring(moving: Moving, comparison: LogComparison, upTo: Position): Promise<void> {
  const { source, target, say } = moving
  if (comparison.position >= upTo) return
  const copied = steps(say, 'Copied', upTo)
  await copyLog({ source, target, upTo, onProgress: copied })
  await comparison.advance(upTo, steps(say, 'Compared', upTo))
}

/** Says how far it is, now and then. */
function steps(say: Moving['say'], done: string, upTo: Position): (position: Position) => void {
  let saidAtMs = performance.now()
  return (position) => {
    if (performance.now() - saidAtMs < sayEveryMs) return
    saidAtMs = performance.now()
    const share = Math.floor((position / upTo) * 100)
    say(`${done} ${share} % (${position.toLocaleString('en')} of ${upTo.toLocaleString('en')})`)
  }
}

/**
 * Compares two logs record by record, and tells of each room how many operations it has in both and
 * a digest over them. It goes on from where it stands, so that what was compared while the servers
 * still ran need not be read again.
 */
import type { Log } from '@starling/core/log/log'
import type { LogRecord, Position, PositionedRecord } from '@starling/core/log/record'
import { Digest } from '@starling/core/room/digest'
import { partsOf } from './log-parts.ts'

/** What is no room's: accounts, devices, settings. */
export const elsewhere = ''

export interface Tally {
  readonly operations: number
  readonly digest: string
}

export interface Difference {
  /** A room's id, or `elsewhere`. */
  readonly room: string
  readonly source: Tally
  readonly target: Tally
}

export class LogComparison {
  readonly #source: Log
  readonly #target: Log
  readonly #tallies = { source: new RoomTallies(), target: new RoomTallies() }
  #position: Position = 0

  constructor(source: Log, target: Log) {
    this.#source = source
    this.#target = target
  }

  get position(): Position {
    return this.#position
  }

  /** Reads both up to there. */
  async advance(upTo: Position, onProgress: (position: Position) => void): Promise<void> {
    const range = { after: this.#position, upTo }
    await Promise.all([
      tally(this.#source, range, this.#tallies.source),
      tally(this.#target, range, this.#tallies.target, onProgress),
    ])
    this.#position = Math.max(this.#position, upTo)
  }

  get rooms(): number {
    return this.#tallies.source.rooms.filter((room) => room !== elsewhere).length
  }

  get operations(): number {
    return this.#tallies.source.operations
  }

  differences(): readonly Difference[] {
    const { source, target } = this.#tallies
    const rooms = [...new Set([...source.rooms, ...target.rooms])]
    return rooms
      .map((room) => ({ room, source: source.of(room), target: target.of(room) }))
      .filter(({ source: a, target: b }) => {
        return a.operations !== b.operations || a.digest !== b.digest
      })
  }
}

async function tally(
  log: Log,
  range: { readonly after: Position; readonly upTo: Position },
  ...[into, onProgress]: [RoomTallies, ((position: Position) => void)?]
): Promise<void> {
  for await (const part of partsOf(log, range)) {
    for (const one of part) into.add(one)
    onProgress?.(part.at(-1)!.position)
  }
}

class RoomTallies {
  readonly #rooms = new Map<string, { operations: number; readonly digest: Digest }>()
  operations = 0

  add({ position, record }: PositionedRecord): void {
    for (const op of record.ops) {
      const at = this.#tallyOf(roomOf(op))
      at.operations += 1
      this.operations += 1
      at.digest.number(position)
      at.digest.number(record.at)
      at.digest.text(record.id)
      at.digest.value(op)
    }
  }

  get rooms(): readonly string[] {
    return [...this.#rooms.keys()]
  }

  of(room: string): Tally {
    const found = this.#rooms.get(room)
    if (found === undefined) return { operations: 0, digest: '' }
    return { operations: found.operations, digest: found.digest.toString() }
  }

  #tallyOf(room: string) {
    const known = this.#rooms.get(room)
    if (known !== undefined) return known
    const made = { operations: 0, digest: new Digest() }
    this.#rooms.set(room, made)
    return made
  }
}

/** Records were read from a log, which may hold anything. */
function roomOf(op: LogRecord['ops'][number]): string {
  return typeof op === 'object' && op !== null && op.kind === 'room' ? String(op.room) : elsewhere
}

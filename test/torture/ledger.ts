/**
 * What every client sent, was acknowledged and saw, and the judgement over it. The truth is the
 * rooms' history as a fresh client reads it at the end; everything else must agree with it:
 *
 * - lost: acknowledged, and not in the truth at the acknowledged index [P1];
 * - doubled: one send, two entries [P2];
 * - out of order: an outbox's numbers do not rise with the index [P4], or an observer saw another
 *   entry at an index than the truth has [P3];
 * - holes: an index missing in the truth, or skipped or repeated by an observer [P3];
 * - stuck: composed, and neither acknowledged nor refused when the calm was over.
 */
import type { Entry } from '@starling/protocol/entry'

export interface SendRecord {
  readonly client: string
  readonly room: string
  readonly text: string
  readonly composedAtMs: number
  ackedAtMs?: number
  index?: number
  refused?: string
}

export interface Verdict {
  readonly composed: number
  readonly acknowledged: number
  readonly refused: number
  readonly lost: number
  readonly doubled: number
  readonly outOfOrder: number
  readonly holes: number
  readonly stuck: number
  readonly observed: number
  /** The first few of each kind, for people. */
  readonly examples: readonly string[]
}

interface Seen {
  readonly index: number
  readonly key: string
}

export class Ledger {
  readonly sends: SendRecord[] = []
  /** Observer and room → what it saw, in the order it saw it. */
  readonly #observations = new Map<
    string,
    { room: string; seen: Seen[]; gaps: [number, number][]; isOver: boolean }
  >()
  #examples: string[] = []

  composed(send: SendRecord): SendRecord {
    this.sends.push(send)
    return send
  }

  observed(observer: string, room: string, entry: Entry): void {
    this.#observation(observer, room).seen.push({ index: entry.index, key: keyOf(entry) })
  }

  /** The observer was told that it has to read these from history. */
  gap(observer: string, room: string, range: { from: number; to: number }): void {
    this.#observation(observer, room).gaps.push([range.from, range.to])
  }

  /** The observer is told no more of the room. */
  over(observer: string, room: string): void {
    this.#observation(observer, room).isOver = true
  }

  get acknowledged(): number {
    return this.sends.filter((send) => send.ackedAtMs !== undefined).length
  }

  judge(truth: ReadonlyMap<string, readonly Entry[]>): Verdict {
    this.#examples = []
    let [doubled, outOfOrder, holes, observed] = [0, 0, 0, 0]
    for (const [room, entries] of truth) {
      doubled += this.#count('doubled', doubles(room, entries))
      outOfOrder += this.#count('out of order', disorders(room, entries))
      holes += this.#count('hole', missing(room, entries))
    }
    for (const [observer, { room, seen, gaps, isOver }] of this.#observations) {
      observed += seen.length
      const entries = truth.get(room) ?? []
      outOfOrder += this.#count('out of order', contradictions(observer, seen, entries))
      holes += this.#count(
        'hole',
        skips({ observer, seen, gaps, head: isOver ? 0 : entries.length }),
      )
    }
    const acked = this.sends.filter((send) => send.ackedAtMs !== undefined)
    return {
      composed: this.sends.length,
      acknowledged: acked.length,
      refused: this.sends.filter((send) => send.refused !== undefined).length,
      lost: this.#count('lost', losses(acked, truth)),
      doubled,
      outOfOrder,
      holes,
      stuck: this.#count('stuck', stuck(this.sends)),
      observed,
      examples: this.#examples,
    }
  }

  #observation(observer: string, room: string) {
    const key = `${observer} ${room}`
    let found = this.#observations.get(key)
    if (found === undefined) {
      found = { room, seen: [], gaps: [], isOver: false }
      this.#observations.set(key, found)
    }
    return found
  }

  #count(kind: string, found: readonly string[]): number {
    this.#examples.push(...found.slice(0, 3).map((what) => `${kind}: ${what}`))
    return found.length
  }
}

export function isClean(verdict: Verdict): boolean {
  const { lost, doubled, outOfOrder, holes, stuck } = verdict
  return lost + doubled + outOfOrder + holes + stuck === 0
}

function keyOf(entry: Entry): string {
  return entry.outbox === undefined ? entry.kind : `${entry.outbox} ${entry.number}`
}

function losses(acked: readonly SendRecord[], truth: ReadonlyMap<string, readonly Entry[]>) {
  return acked.flatMap(({ client, room, index, text }) => {
    const entry = truth.get(room)?.[index! - 1]
    const isThere = entry?.kind === 'post' && entry.text === text && entry.index === index
    return isThere ? [] : [`${client} was acknowledged ${text.slice(0, 20)} at ${room} ${index}`]
  })
}

function doubles(room: string, entries: readonly Entry[]): readonly string[] {
  const keys = new Set<string>()
  const texts = new Set<string>()
  return entries.flatMap((entry) => {
    if (entry.outbox === undefined) return []
    const text = entry.kind === 'post' ? entry.text : `${entry.kind} ${keyOf(entry)}`
    const isDouble = keys.has(keyOf(entry)) || texts.has(text)
    keys.add(keyOf(entry))
    texts.add(text)
    return isDouble ? [`${room} ${entry.index}: ${keyOf(entry)}`] : []
  })
}

function disorders(room: string, entries: readonly Entry[]): readonly string[] {
  const last = new Map<string, number>()
  return entries.flatMap(({ outbox, number, index }) => {
    if (outbox === undefined || number === undefined) return []
    const before = last.get(outbox) ?? 0
    last.set(outbox, Math.max(before, number))
    return number > before ? [] : [`${room} ${index}: number ${number} after ${before}`]
  })
}

function missing(room: string, entries: readonly Entry[]): readonly string[] {
  return entries.flatMap((entry, at) =>
    entry.index === at + 1 ? [] : [`${room}: ${entry.index} where ${at + 1} should be`],
  )
}

function contradictions(observer: string, seen: readonly Seen[], truth: readonly Entry[]) {
  return seen.flatMap(({ index, key }) => {
    const entry = truth[index - 1]
    const isSame = entry !== undefined && keyOf(entry) === key
    return isSame
      ? []
      : [`${observer} saw ${key} at ${index}, the room has ${entry && keyOf(entry)}`]
  })
}

function skips(observation: {
  readonly observer: string
  readonly seen: readonly Seen[]
  readonly gaps: readonly [number, number][]
  readonly head: number
}): readonly string[] {
  const { observer, seen, gaps, head } = observation
  const first = seen[0]
  if (first === undefined) return []
  const found: string[] = []
  let next = first.index
  for (const { index } of seen) {
    const gap = gaps.find(([from, to]) => from === next && to < index)
    if (gap !== undefined) next = gap[1] + 1
    if (index !== next) found.push(`${observer} saw ${index} where ${next} was due`)
    next = index + 1
  }
  const isAtEnd = next > head || gaps.some(([from, to]) => from <= next && to >= head)
  return isAtEnd ? found : [...found, `${observer} saw up to ${next - 1} of ${head}`]
}

function stuck(sends: readonly SendRecord[]): readonly string[] {
  return sends.flatMap((send) =>
    send.ackedAtMs === undefined && send.refused === undefined
      ? [`${send.client} ${send.text.slice(0, 20)} of ${send.room}`]
      : [],
  )
}

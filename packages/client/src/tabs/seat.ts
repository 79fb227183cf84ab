/**
 * One tab, as its host sees it: what it was shown last, and what is to be told to it. One turn is
 * on its way at a time. Of what gathers meanwhile entries are the only thing without end: over the
 * limit they become a `gap`, as after a long absence.
 */
import type { OutboxItem } from '@starling/core/client/client-io'
import type { ClientSnapshot } from '@starling/core/client/snapshot'
import type { ClientEventMap } from '../api.ts'
import { changeOf } from './snapshot-change.ts'
import type { HostPort, TabEvent } from './tab-frames.ts'

export const seatEventsMax = 1_000

export class Seat {
  readonly tab: string
  readonly port: HostPort
  /** What this tab composed goes by these outboxes. */
  readonly outboxes = new Set<string>()
  #kinds: ReadonlySet<keyof ClientEventMap> = new Set()
  #shown: ClientSnapshot
  #events: TabEvent[] = []
  #renamed: (readonly [OutboxItem, OutboxItem])[] = []
  #isOnItsWay = false

  constructor(tab: string, port: HostPort, shown: ClientSnapshot) {
    this.tab = tab
    this.port = port
    this.#shown = shown
  }

  listen(kinds: readonly (keyof ClientEventMap)[]): void {
    this.#kinds = new Set(kinds)
  }

  event(event: TabEvent): void {
    const isOwn =
      (event.kind === 'acked' || event.kind === 'refused') &&
      this.outboxes.has(event.event.item.outbox)
    if (!isOwn && !this.#kinds.has(event.kind)) return
    this.#events.push(event)
    if (this.#events.length > seatEventsMax) this.#events = shortened(this.#events, this.outboxes)
  }

  renamed(item: OutboxItem, to: OutboxItem): void {
    if (!this.outboxes.has(item.outbox)) return
    this.outboxes.add(to.outbox)
    this.#renamed.push([item, to])
  }

  took(): void {
    this.#isOnItsWay = false
  }

  /** Tells the tab what is new, unless it has not taken the turn before. */
  tell(now: ClientSnapshot): void {
    if (this.#isOnItsWay) return
    const change = changeOf(this.#shown, now)
    if (change === undefined && this.#events.length === 0 && this.#renamed.length === 0) return
    this.#shown = now
    this.#isOnItsWay = true
    const events = this.#events
    const renamed = this.#renamed
    this.#events = []
    this.#renamed = []
    this.port.post({ t: 'turn', events, renamed, ...(change === undefined ? {} : { change }) })
  }
}

/**
 * Entries become one gap a room. Acknowledgements of one's own sends stay: they are no more than
 * the sends. Of the rest the newest half stays.
 */
export function shortened(events: readonly TabEvent[], own: ReadonlySet<string>): TabEvent[] {
  const gaps = new Map<string, { from: number; to: number }>()
  const others: TabEvent[] = []
  for (const event of events) {
    if (event.kind !== 'entry' && event.kind !== 'gap') {
      others.push(event)
      continue
    }
    const { room } = event.event
    const [from, to] =
      event.kind === 'gap'
        ? [event.event.from, event.event.to]
        : [event.event.entry.index, event.event.entry.index]
    const gap = gaps.get(room)
    gaps.set(room, { from: Math.min(from, gap?.from ?? from), to: Math.max(to, gap?.to ?? to) })
  }
  const kept = others.filter((event, at) => {
    const isOwn =
      (event.kind === 'acked' || event.kind === 'refused') && own.has(event.event.item.outbox)
    return isOwn || at >= others.length - seatEventsMax / 2
  })
  const told = [...gaps].map(([room, { from, to }]): TabEvent => {
    return { kind: 'gap', event: { kind: 'gap', room, from, to } }
  })
  return [...told, ...kept]
}

/**
 * Everything that waits to be acknowledged, and what is shown of it. Each room has the outbox that
 * new sends go into, and perhaps some that an earlier run left behind; each is a lane of its own
 * (outbox-lane.ts). A send is on disk before it is on the wire, since its number must never be
 * given to another one.
 *
 * What is refused for good leaves its lane. A post or an edit then waits as `failed` for the person
 * to retry or drop it; anything else was reported and is forgotten.
 */
import type { DownFrameOf } from '@starling/protocol/down'
import type { Entry } from '@starling/protocol/entry'
import { sentenceOf } from '@starling/protocol/error-codes'
import type { Limits } from '@starling/protocol/limits'
import type { Operation } from '@starling/protocol/operation'
import type { UpFrameOf } from '@starling/protocol/up'
import type { Chance, Now } from '../now.ts'
import { reasonAgainst } from './check-send.ts'
import type {
  ClientOutput,
  ClientTuning,
  Composed,
  OutboxItem,
  RestoredState,
  StoredOutbox,
} from './client-io.ts'
import { OutboxLane } from './outbox-lane.ts'
import type { Wire } from './private/wire.ts'
import { randomId } from './random-id.ts'

/** Acknowledged, but its entry is not in the timeline yet. */
export interface SentEcho {
  readonly item: OutboxItem
  readonly index: number
}

interface RoomSends {
  /** New sends go into the first one that is `own`; the others are only emptied. */
  own: OutboxLane | undefined
  readonly left: OutboxLane[]
  failed: OutboxItem[]
  sent: SentEcho[]
  /** Keys of unacknowledged sends whose entry came before the ack. */
  readonly arrived: Set<string>
}

export interface OutboxHost {
  readonly emit: (output: ClientOutput) => void
  /** What is shown of the room changed. */
  readonly touch: (room: string) => void
  readonly chance: Chance
  readonly tuning: ClientTuning
  readonly wire: Wire
}

export class Outbox {
  readonly #host: OutboxHost
  readonly #rooms = new Map<string, RoomSends>()
  readonly #stored = new Map<string, StoredOutbox>()
  #count = 0

  constructor(host: OutboxHost, restored: RestoredState) {
    this.#host = host
    for (const stored of restored.outboxes) this.#stored.set(stored.room, stored)
    this.#take(restored.items)
  }

  /** Sends that are not acknowledged. */
  get waiting(): number {
    return this.#count
  }

  get isAnswerAwaited(): boolean {
    return this.#lanes().some((lane) => lane.isOnWire)
  }

  compose(now: Now, at: { room: string; op: Composed; limits: Limits }): OutboxItem {
    const { room, op } = at
    const code =
      this.#count >= this.#host.tuning.outboxItemsMax
        ? 'too-many-in-flight'
        : (this.#host.wire.reasonAgainst(now, room, op) ?? reasonAgainst(at))
    if (code !== undefined) {
      const refused = { code, say: sentenceOf(code) }
      const item = { room, outbox: '', number: 0, op, composedAt: now.wallMs, refused }
      this.#host.emit({ kind: 'event', event: { kind: 'refused', item, ...refused } })
      return item
    }
    return this.#append(now, { room, op, forget: [] })
  }

  retry(now: Now, item: OutboxItem): OutboxItem | undefined {
    const sends = this.#rooms.get(item.room)
    const failed = sends?.failed.find((other) => isSame(other, item))
    if (sends === undefined || failed === undefined) return undefined
    sends.failed = sends.failed.filter((other) => other !== failed)
    return this.#append(now, { room: item.room, op: failed.op, forget: [failed] })
  }

  drop(item: OutboxItem): void {
    const sends = this.#rooms.get(item.room)
    if (sends === undefined) return
    const failed = sends.failed.filter((other) => !isSame(other, item))
    if (failed.length === sends.failed.length) return
    sends.failed = failed
    this.#host.emit({ kind: 'store-items', forget: [item], items: [], outboxes: [] })
    this.#host.touch(item.room)
  }

  /** Lanes of other runs, sent beside our own. */
  adopt(items: readonly OutboxItem[]): void {
    this.#take(items)
    for (const room of new Set(items.map((item) => item.room))) this.#host.touch(room)
  }

  /**
   * A send that was composed, checked and numbered elsewhere: by one of the tabs that share this
   * client. Given again it changes nothing; `forget` are the failed ones that it replaces.
   */
  submit(item: OutboxItem, forget: readonly OutboxItem[]): void {
    const sends = this.#room(item.room)
    const held = [...sends.failed, ...lanesOf(sends).flatMap((lane) => lane.items)]
    if (held.some((other) => isSame(other, item))) return
    sends.failed = sends.failed.filter((other) => !forget.some((one) => isSame(one, other)))
    const marked = this.#marked(item)
    this.#take([marked])
    this.#host.emit({ kind: 'store-items', forget, items: [marked], outboxes: [] })
    this.#host.touch(item.room)
  }

  acked(now: Now, frame: DownFrameOf<'ack'>): void {
    const taken = this.#settle(frame)
    if (taken === undefined) return
    const { sends, item } = taken
    this.#host.wire.acked(now, item)
    if (!sends.arrived.delete(keyOf(item)) && frame.index > 0 && item.op.kind === 'post') {
      sends.sent.push({ item, index: frame.index })
    }
    this.#host.emit({ kind: 'forget-item', item })
    const { index, at } = frame
    this.#host.emit({ kind: 'event', event: { kind: 'acked', item, index, at } })
    this.#host.touch(item.room)
  }

  refused(now: Now, frame: DownFrameOf<'refused'>): void {
    if (frame.retry === 'never') {
      this.#fail(frame)
      return
    }
    const lane = this.#lane(frame)
    const isSealedAnew = frame.retry === 'seal'
    if (isSealedAnew && lane?.isOnWireNow(frame.number)) {
      this.#host.wire.sealAnew(now, frame.room)
    }
    const pauseMs = isSealedAnew ? 0 : (frame.retryMs ?? this.#host.tuning.retryMs)
    const waitMs = pauseMs * (1 + 0.2 * this.#host.chance())
    const kind = frame.retry === 'reorder' ? 'reorder' : 'later'
    if (lane?.goBack(now, frame.number, { kind, waitMs })) this.#renew(lane)
  }

  /** The entry of an own send is in the timeline: nothing stands for it any more. */
  entryArrived(room: string, entry: Entry): void {
    const sends = this.#rooms.get(room)
    if (sends === undefined || entry.outbox === undefined || entry.number === undefined) return
    const key = `${entry.outbox}:${entry.number}`
    sends.sent = sends.sent.filter((echo) => keyOf(echo.item) !== key)
    if (lanesOf(sends).some((lane) => lane.items.some((item) => keyOf(item) === key))) {
      sends.arrived.add(key)
    }
  }

  /** The timeline holds everything up to here. */
  timelineReached(room: string, index: number): void {
    const sends = this.#rooms.get(room)
    if (sends === undefined || sends.sent.length === 0) return
    sends.sent = sends.sent.filter((echo) => echo.index > index)
  }

  reconnected(): void {
    for (const lane of this.#lanes()) lane.reconnected()
  }

  tick(now: Now): void {
    for (const lane of this.#lanes()) lane.tick(now)
  }

  /** The sends that are to go on the wire now, each outbox's in order. */
  due(now: Now): readonly UpFrameOf<'send'>[] {
    const operation = (item: OutboxItem) => this.#host.wire.operation(now, item)
    return [...this.#rooms.values()].flatMap((sends) => dueOf(sends, now, operation))
  }

  /** Before what is composed next one will have tried to come into the room. */
  isToEnter(room: string): boolean {
    const sends = this.#rooms.get(room)
    return sends !== undefined && lanesOf(sends).some((lane) => lane.items.some(isEntry))
  }

  /** What comes before it, or is on the wire already, brings one into the room. */
  isEntering({ room, outbox, number }: OutboxItem): boolean {
    const sends = this.#rooms.get(room)
    if (sends === undefined) return false
    return lanesOf(sends).some((lane) =>
      lane.items.some((item) => {
        const isBefore = lane.outbox === outbox && item.number < number
        return isEntry(item) && (isBefore || lane.isOnWireNow(item.number))
      }),
    )
  }

  /** All is another person's: nothing of it may go out in the name of this one. */
  disown(): void {
    const refused = { code: 'not-allowed', say: 'Written here by another account.' } as const
    this.#stored.clear()
    for (const [room, sends] of this.#rooms) {
      const items = lanesOf(sends).flatMap((lane) => lane.clear())
      this.#count -= items.length
      sends.own = undefined
      sends.left.length = 0
      const failed = items.filter(isKept).map((item) => ({ ...item, refused }))
      sends.failed.push(...failed)
      const forget = items.filter((item) => !isKept(item))
      this.#host.emit({ kind: 'store-items', forget, items: failed, outboxes: [] })
      this.#host.touch(room)
    }
  }

  /** What is shown of a room: failed and pending in the order of composing, and echoes. */
  shown(room: string): { sent: readonly SentEcho[]; waiting: readonly OutboxItem[] } {
    const sends = this.#rooms.get(room)
    if (sends === undefined) return { sent: [], waiting: [] }
    const pending = lanesOf(sends).flatMap((lane) => lane.items)
    const waiting = [...sends.failed, ...pending.filter((item) => !sends.arrived.has(keyOf(item)))]
    return { sent: sends.sent, waiting: waiting.sort((a, b) => a.composedAt - b.composedAt) }
  }

  #append(
    now: Now,
    send: { room: string; op: Composed; forget: readonly OutboxItem[] },
  ): OutboxItem {
    const lane = this.#ownLane(send.room)
    const { room, outbox, next: number } = lane
    const composed = { room, outbox, number, op: send.op, composedAt: now.wallMs }
    const item: OutboxItem = this.#marked(composed)
    lane.add(item)
    this.#count += 1
    const outboxes = [{ room, outbox, next: lane.next }]
    this.#host.emit({ kind: 'store-items', forget: send.forget, items: [item], outboxes })
    this.#host.touch(room)
    return item
  }

  #marked(item: OutboxItem): OutboxItem {
    return this.#host.wire.isEncrypted(item.room) ? { ...item, isSealed: true } : item
  }

  #fail(frame: DownFrameOf<'refused'>): void {
    const taken = this.#settle(frame)
    if (taken === undefined) return
    const { code, say } = frame
    const item: OutboxItem = { ...taken.item, refused: { code, say } }
    if (isKept(item)) {
      taken.sends.failed.push(item)
      this.#host.emit({ kind: 'store-items', forget: [], items: [item], outboxes: [] })
    } else {
      this.#host.emit({ kind: 'forget-item', item })
    }
    this.#host.emit({ kind: 'event', event: { kind: 'refused', item, code, say } })
    this.#host.touch(item.room)
  }

  #renew(lane: OutboxLane): void {
    const pairs = lane.renew(randomId(this.#host.chance))
    const { room, outbox, next } = lane
    const isOwn = this.#rooms.get(room)?.own === lane
    this.#host.emit({
      kind: 'store-items',
      forget: pairs.map(([old]) => old),
      items: pairs.map(([, renewed]) => renewed),
      outboxes: isOwn ? [{ room, outbox, next }] : [],
    })
    for (const [item, to] of pairs) {
      this.#host.emit({ kind: 'event', event: { kind: 'renamed', item, to } })
    }
    this.#host.touch(room)
  }

  #settle(at: { room: string; outbox: string; number: number }) {
    const sends = this.#rooms.get(at.room)
    const lane = this.#lane(at)
    const item = lane?.take(at.number)
    if (sends === undefined || lane === undefined || item === undefined) return undefined
    this.#count -= 1
    this.#host.wire.settled(item)
    const leftAt = sends.left.indexOf(lane)
    if (leftAt >= 0 && lane.items.length === 0) sends.left.splice(leftAt, 1)
    return { sends, item }
  }

  #take(items: readonly OutboxItem[]): void {
    for (const item of items) {
      const sends = this.#room(item.room)
      if (item.refused !== undefined) {
        sends.failed.push(item)
        continue
      }
      this.#count += 1
      const lane = this.#lane(item) ?? this.#addLeft(sends, item)
      const next = Math.max(lane.next, item.number + 1)
      lane.add(item)
      lane.next = next
    }
  }

  #addLeft(sends: RoomSends, { room, outbox }: OutboxItem): OutboxLane {
    if (this.#stored.get(room)?.outbox === outbox) return this.#ownLane(room)
    const lane = new OutboxLane({ room, outbox, next: 1 }, this.#host.tuning)
    sends.left.push(lane)
    return lane
  }

  #ownLane(room: string): OutboxLane {
    const sends = this.#room(room)
    if (sends.own === undefined) {
      const { outbox, next } = this.#stored.get(room) ?? {
        outbox: randomId(this.#host.chance),
        next: 1,
      }
      sends.own = new OutboxLane({ room, outbox, next }, this.#host.tuning)
    }
    return sends.own
  }

  #lane(at: { room: string; outbox: string }): OutboxLane | undefined {
    const sends = this.#rooms.get(at.room)
    return sends && lanesOf(sends).find((lane) => lane.outbox === at.outbox)
  }

  #lanes(): readonly OutboxLane[] {
    return [...this.#rooms.values()].flatMap(lanesOf)
  }

  #room(room: string): RoomSends {
    const known = this.#rooms.get(room)
    if (known !== undefined) return known
    const sends = { own: undefined, left: [], failed: [], sent: [], arrived: new Set<string>() }
    this.#rooms.set(room, sends)
    return sends
  }
}

export function keyOf(item: { outbox: string; number: number }): string {
  return `${item.outbox}:${item.number}`
}

function lanesOf(sends: RoomSends): readonly OutboxLane[] {
  return sends.own === undefined ? sends.left : [...sends.left, sends.own]
}

/**
 * A person's sends to a room leave in the order in which they were composed, whichever lane they
 * are in: while several have something, the one that begins with the oldest goes on up to where
 * another has an older one.
 */
function dueOf(
  sends: RoomSends,
  now: Now,
  operation: (item: OutboxItem) => Operation | undefined,
): readonly UpFrameOf<'send'>[] {
  const lanes = lanesOf(sends).filter((lane) => lane.items.length > 0)
  const [first, second] = lanes.sort((a, b) => composedAtOf(a) - composedAtOf(b))
  if (first === undefined) return []
  const until = second === undefined ? Number.POSITIVE_INFINITY : composedAtOf(second)
  return first.due(now, until, operation).map(([{ room, outbox, number }, op]) => {
    return { t: 'send', room, outbox, number, op }
  })
}

function composedAtOf(lane: OutboxLane): number {
  return lane.items[0]?.composedAt ?? Number.POSITIVE_INFINITY
}

/** It brings one into the room. */
export function isEntry({ op }: OutboxItem): boolean {
  return op.kind === 'create' || op.kind === 'join' || op.kind === 'direct'
}

/** Text that a person wrote is not thrown away when it is refused. */
function isKept(item: OutboxItem): boolean {
  return item.op.kind === 'post' || item.op.kind === 'edit'
}

function isSame(a: OutboxItem, b: OutboxItem): boolean {
  return a.outbox === b.outbox && a.number === b.number
}

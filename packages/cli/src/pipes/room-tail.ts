/**
 * A room's entries from an index on, each once, in order, without a hole, whatever happens to the
 * connection. The cursor is the next index that is needed. Live entries tell how far the room
 * reaches; what is at hand is taken from them, everything else is read as history, one page at a
 * time and only when the reader wants more, so that a slow reader costs no memory.
 */
import type { StarlingClient } from '@starling/client/api'
import type { Entry } from '@starling/protocol/entry'
import { limits } from '@starling/protocol/limits'

export type TailedClient = Pick<StarlingClient, 'on' | 'history' | 'snapshot' | 'subscribe'>

export interface TailStart {
  readonly room: string
  /** The first index wanted, or how many of the newest. */
  readonly from?: number | undefined
  readonly last?: number | undefined
}

/** Live entries kept ahead of the reader; those further on are read as history when it comes. */
const aheadMax = 1_000
const retryMs = 500
/** For the key of an entry that came before it. */
const healTriesMax = 20
/** From joining a room to seeing it. */
const roomMsMax = 10_000

export class TailEnded extends Error {}

export class RoomTail {
  readonly #client: TailedClient
  readonly #room: string
  /** By index. */
  readonly #ahead = new Map<number, Entry>()
  readonly #undo: (() => void)[]
  #next: number
  /** The newest index known. */
  #head: number
  #wake: (() => void) | undefined
  #endedBy: string | undefined
  readonly #over = Promise.withResolvers<void>()

  /** Waits until the client sees the room, which it may just have joined. */
  static async open(client: TailedClient, start: TailStart): Promise<RoomTail> {
    const seen = Promise.withResolvers<boolean>()
    const look = (): void => {
      if (client.snapshot().rooms.some(({ room }) => room === start.room)) seen.resolve(true)
    }
    const undo = client.subscribe(look)
    const late = setTimeout(() => seen.resolve(false), roomMsMax)
    look()
    const isSeen = await seen.promise
    clearTimeout(late)
    undo()
    if (!isSeen) throw new TailEnded(`the room is not to be seen after ${roomMsMax} ms`)
    return new RoomTail(client, start)
  }

  private constructor(client: TailedClient, start: TailStart) {
    this.#client = client
    this.#room = start.room
    this.#head = this.#heldRoom()?.head ?? 0
    const newest = start.last === undefined ? this.#head + 1 : this.#head - start.last + 1
    this.#next = Math.max(1, start.from ?? newest)
    this.#undo = [
      client.on('entry', ({ room, entry }) => {
        if (room === this.#room) this.#arrived(entry)
      }),
      client.on('gap', ({ room, to }) => {
        if (room === this.#room) this.#reaches(to)
      }),
      client.on('connection', ({ state }) => {
        if (state.kind === 'refused') this.#end(state.say)
      }),
      client.subscribe(() => {
        const held = this.#heldRoom()
        if (held !== undefined) this.#reaches(held.head)
        else this.#end('you are not in this room any more')
      }),
    ]
  }

  /** The next entry; waits for it. Rejects with `TailEnded` when there will be none. */
  async next(): Promise<Entry> {
    for (;;) {
      const entry = this.#ahead.get(this.#next)
      if (entry !== undefined) {
        this.#ahead.delete(this.#next)
        this.#next += 1
        return await this.#readable(entry)
      }
      if (this.#endedBy !== undefined) throw new TailEnded(this.#endedBy)
      if (this.#next <= this.#head) await Promise.race([this.#readHistory(), this.#over.promise])
      else await this.#woken()
    }
  }

  /** Its key may be on its way: what is told once is told as late as that, and readable. */
  async #readable(entry: Entry): Promise<Entry> {
    let read = entry
    for (let tries = 0; tries < healTriesMax; tries++) {
      if (read.kind !== 'unreadable' || read.why !== 'no-key') return read
      const { promise, resolve } = Promise.withResolvers<void>()
      setTimeout(resolve, retryMs)
      await Promise.race([promise, this.#over.promise])
      if (this.#endedBy !== undefined) return read
      const query = { after: entry.index - 1, limit: 1 }
      const page = await this.#client.history(this.#room, query)
      const again = page.ok ? page.value[0] : undefined
      if (again?.index === entry.index) read = again
    }
    return read
  }

  close(): void {
    for (const undo of this.#undo) undo()
    this.#end('closed')
  }

  #heldRoom() {
    return this.#client.snapshot().rooms.find(({ room }) => room === this.#room)
  }

  #arrived(entry: Entry): void {
    const isNear = entry.index >= this.#next && entry.index < this.#next + aheadMax
    if (isNear) this.#ahead.set(entry.index, entry)
    this.#reaches(entry.index)
  }

  #reaches(head: number): void {
    if (head <= this.#head) return
    this.#head = head
    this.#wakeUp()
  }

  #end(why: string): void {
    this.#endedBy ??= why
    this.#over.resolve()
    this.#wakeUp()
  }

  #wakeUp(): void {
    this.#wake?.()
    this.#wake = undefined
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  async #readHistory(): Promise<void> {
    const query = { after: this.#next - 1, limit: limits.historyEntriesMax }
    const page = await this.#client.history(this.#room, query)
    if (!page.ok) {
      if (page.code !== 'unavailable' && page.code !== 'rate-limited') {
        return this.#end(`${page.code}: ${page.say}`)
      }
      const { promise, resolve } = Promise.withResolvers<void>()
      setTimeout(resolve, retryMs)
      return promise
    }
    const [first] = page.value
    // Nothing before it may be read: one came into the room later.
    if (first !== undefined && first.index > this.#next) this.#next = first.index
    for (const entry of page.value) {
      if (entry.index >= this.#next) this.#ahead.set(entry.index, entry)
    }
    if (first === undefined) this.#next = this.#head + 1
  }
}

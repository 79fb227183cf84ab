/**
 * The client as one tab has it: the snapshot that the host last told, this tab's listeners, and
 * what it waits for. The client itself runs at the host. A tab goes on when its host ends: it hands
 * in again what is not settled, with the same numbers, and asks again what was not answered.
 *
 * So that each entry is told once, entries that the new host tells and the old one told already are
 * left out; where the new host has read past what this tab was told, there is a `gap`.
 */
import { reasonAgainst } from '@starling/core/client/check-send'
import {
  type AskResult,
  type Composed,
  clientTuning,
  type OutboxItem,
  type PrivacyWish,
  type Question,
} from '@starling/core/client/client-io'
import type { ClientSnapshot } from '@starling/core/client/snapshot'
import { type ErrorCode, sentenceOf } from '@starling/protocol/error-codes'
import type { ClientEventMap, Credentials, Refusal, Sending } from '../api.ts'
import {
  type ClientCommand,
  type ClientSide,
  closedRefusal,
  type Listener,
  type Welcome,
} from '../client-side.ts'
import { cryptographicChance } from '../cryptographic-chance.ts'
import { Listeners } from '../listeners.ts'
import type { PrivacyAnswer } from '../privacy-methods.ts'
import type { LocalHit, LocalQuery } from '../search/local-index.ts'
import { Sendings } from '../sendings.ts'
import { EntriesTold } from './entries-told.ts'
import { applyChange } from './snapshot-change.ts'
import type { SeatPort, TabAnswer, TabDown, TabEvent, TabQuestion, TabUp } from './tab-frames.ts'
import { TabOutboxes } from './tab-outboxes.ts'

/** A room that one entered is told of by its own entry; it comes right after the ack. */
const enteredMsMax = 5_000
/** That one comes in anew is told with the next turn. */
const loginToldMsMax = 2_000
const noAnswer: TabAnswer = closedRefusal

interface Submitted {
  readonly item: OutboxItem
  readonly forget: readonly OutboxItem[]
}

interface Asked {
  readonly question: TabQuestion
  readonly settle: (answer: TabAnswer) => void
}

export class TabClient implements ClientSide {
  readonly #listeners = new Listeners(() => this.#listen())
  readonly #sendings = new Sendings()
  readonly #outboxes = new TabOutboxes(cryptographicChance())
  readonly #submitted = new Map<string, Submitted>()
  readonly #asked = new Map<number, Asked>()
  readonly #told = new EntriesTold()
  /** Conditions that the next snapshots may fulfil. */
  readonly #watches = new Set<() => void>()
  readonly closing: Promise<Refusal>
  #closed: (refusal: Refusal) => void = () => {}
  #isClosed = false
  #port: SeatPort | undefined
  #snapshot: ClientSnapshot
  #asks = 0
  readonly #leave: () => void

  /** `leave` gives up the tab's place among the tabs. */
  constructor(snapshot: ClientSnapshot, leave: () => void) {
    this.#snapshot = snapshot
    this.#leave = leave
    this.closing = new Promise((resolve) => {
      this.#closed = resolve
    })
  }

  /** A host was found, the first or another. */
  attach(port: SeatPort, snapshot: ClientSnapshot): void {
    this.#port = port
    this.#told.hostChanged()
    this.#listen()
    for (const { item, forget } of this.#submitted.values())
      this.#post({ t: 'submit', item, forget })
    for (const [id, { question }] of this.#asked) this.#post({ t: 'ask', id, question })
    const apart = this.#snapshot.rooms.filter(({ timeline }) => timeline.hasNewer)
    this.#show(snapshot)
    // The new host shows the newest: back to where one was looking.
    for (const { room, timeline } of apart) {
      const middle = timeline.lines[Math.floor(timeline.lines.length / 2)]
      if (middle !== undefined) void this.loadAround(room, middle.index)
    }
  }

  /** The host is gone; until there is another, what is said waits here. */
  detached(): void {
    this.#port = undefined
  }

  frame(frame: TabDown): void {
    switch (frame.t) {
      case 'turn':
        for (const [item, to] of frame.renamed) this.#renamed(item, to)
        for (const event of frame.events) this.#event(event)
        if (frame.change !== undefined) this.#show(applyChange(this.#snapshot, frame.change))
        return this.#post({ t: 'took' })
      case 'answer':
        this.#asked.get(frame.id)?.settle(frame.answer)
        this.#asked.delete(frame.id)
        return
      case 'ended':
        void this.close()
        return
      case 'attached':
      case 'failed':
        return
    }
  }

  snapshot(): ClientSnapshot {
    return this.#snapshot
  }

  subscribe(listener: () => void): () => void {
    return this.#listeners.subscribe(listener)
  }

  on<K extends keyof ClientEventMap>(kind: K, listener: Listener<K>): () => void {
    return this.#listeners.on(kind, listener)
  }

  tell<K extends keyof ClientEventMap>(kind: K, event: ClientEventMap[K]): void {
    this.#listeners.tell(kind, event)
  }

  async ready(): Promise<Welcome> {
    await this.#until(() => this.#welcome() !== undefined)
    return this.#welcome() ?? closedRefusal
  }

  compose(room: string, op: Composed): Sending {
    return this.#compose({ room, op, forget: [] })
  }

  retry(item: OutboxItem): Sending | undefined {
    const { room, outbox, number } = item
    const failed = this.#snapshot.rooms
      .find((one) => one.room === room)
      ?.timeline.sends.find(
        (send) =>
          send.state === 'failed' && send.item.outbox === outbox && send.item.number === number,
      )
    if (failed === undefined) return undefined
    return this.#compose({ room, op: failed.item.op, forget: [failed.item] })
  }

  command(command: ClientCommand): void {
    this.#post({ t: 'command', command })
  }

  ask(question: Question): Promise<AskResult | Refusal> {
    return this.#ask({ kind: 'ask', question }) as Promise<AskResult | Refusal>
  }

  loadAround(room: string, index: number): Promise<AskResult | Refusal> {
    return this.#ask({ kind: 'around', room, index }) as Promise<AskResult | Refusal>
  }

  searchLocal(query: LocalQuery): Promise<readonly LocalHit[] | Refusal> {
    return this.#ask({ kind: 'local-search', query }) as Promise<readonly LocalHit[] | Refusal>
  }

  privacy(wish: PrivacyWish): Promise<PrivacyAnswer> {
    return this.#ask({ kind: 'privacy', wish }) as Promise<PrivacyAnswer>
  }

  isInRoom(room: string): boolean {
    return this.#snapshot.rooms.some((one) => one.room === room)
  }

  async entered(room: string): Promise<void> {
    await this.#until(() => this.isInRoom(room), enteredMsMax)
  }

  /** The answer may overtake the news of what it did: then `ready` would tell how it was before. */
  async login(credentials: Credentials): Promise<void> {
    const before = this.#snapshot.connection
    await this.#ask({ kind: 'login', credentials })
    await this.#until(() => this.#snapshot.connection !== before, loginToldMsMax)
  }

  /** Signs out here: ends this client in all tabs and removes what is stored of the profile. */
  async forget(): Promise<void> {
    await this.#ask({ kind: 'forget' })
    await this.close()
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#post({ t: 'detach' })
    this.#leave()
    this.#closed(closedRefusal)
    for (const { settle } of this.#asked.values()) settle(noAnswer)
    this.#asked.clear()
    this.#show({ ...this.#snapshot, connection: { kind: 'closed' } })
    this.tell('connection', { state: { kind: 'closed' } })
  }

  #compose({ room, op, forget }: { room: string; op: Composed; forget: readonly OutboxItem[] }) {
    const code = this.#reasonAgainst(room, op)
    if (code !== undefined) {
      const refused = { code, say: sentenceOf(code) }
      const item = { room, outbox: '', number: 0, op, composedAt: Date.now(), refused }
      queueMicrotask(() => this.tell('refused', { kind: 'refused', item, ...refused }))
      return this.#sendings.of(item)
    }
    const item = this.#outboxes.compose(room, op, Date.now())
    this.#submitted.set(keyOf(item), { item, forget })
    this.#post({ t: 'submit', item, forget })
    return this.#sendings.of(item)
  }

  #reasonAgainst(room: string, op: Composed): ErrorCode | undefined {
    const { waiting, limits } = this.#snapshot
    const count = Math.max(waiting, this.#submitted.size)
    if (count >= clientTuning.outboxItemsMax) return 'too-many-in-flight'
    return reasonAgainst({ room, op, limits })
  }

  #ask(question: TabQuestion): Promise<TabAnswer> {
    if (this.#isClosed) return Promise.resolve(noAnswer)
    if (this.#asked.size >= clientTuning.asksMax) {
      const code = 'too-many-in-flight'
      return Promise.resolve({ ok: false, code, say: sentenceOf(code) })
    }
    this.#asks += 1
    const id = this.#asks
    return new Promise((settle) => {
      this.#asked.set(id, { question, settle })
      this.#post({ t: 'ask', id, question })
    })
  }

  #event(told: TabEvent): void {
    switch (told.kind) {
      case 'acked': {
        const { item, index, at } = told.event
        this.#submitted.delete(keyOf(item))
        this.#sendings.acked(item, { index, at })
        break
      }
      case 'refused': {
        const { item, code, say } = told.event
        this.#submitted.delete(keyOf(item))
        this.#sendings.refused(item, { code, say })
        break
      }
      case 'entry': {
        const { isNews, gap } = this.#told.entry(told.event.room, told.event.entry.index)
        if (gap !== undefined) this.tell('gap', { kind: 'gap', room: told.event.room, ...gap })
        if (!isNews) return
        break
      }
      case 'gap':
        this.#told.gap(told.event.room, told.event.to)
        break
      default:
    }
    this.tell(told.kind, told.event as never)
  }

  #renamed(item: OutboxItem, to: OutboxItem): void {
    const submitted = this.#submitted.get(keyOf(item))
    this.#submitted.delete(keyOf(item))
    if (submitted !== undefined) this.#submitted.set(keyOf(to), { ...submitted, item: to })
    this.#outboxes.leave(item)
    this.#sendings.renamed(item, to)
  }

  #show(snapshot: ClientSnapshot): void {
    if (snapshot.me?.user !== this.#snapshot.me?.user) this.#outboxes.clear()
    this.#snapshot = snapshot
    for (const watch of this.#watches) watch()
    this.#listeners.changed()
  }

  /** Also when the client is closed, or at the limit. */
  #until(isSo: () => boolean, msMax?: number): Promise<void> {
    if (isSo() || this.#isClosed) return Promise.resolve()
    return new Promise((resolve) => {
      const done = () => {
        this.#watches.delete(watch)
        clearTimeout(timer)
        resolve()
      }
      const watch = () => {
        if (isSo() || this.#isClosed) done()
      }
      const timer = msMax === undefined ? undefined : setTimeout(done, msMax)
      this.#watches.add(watch)
    })
  }

  #welcome(): Welcome | undefined {
    const state = this.#snapshot.connection
    if (state.kind === 'online') {
      return { ok: true, value: { user: state.user, name: state.name } }
    }
    if (state.kind === 'refused') {
      return { ok: false, code: state.code as Refusal['code'], say: state.say }
    }
    return state.kind === 'closed' ? closedRefusal : undefined
  }

  #listen(): void {
    this.#post({ t: 'listen', kinds: this.#listeners.kinds })
  }

  #post(frame: TabUp): void {
    this.#port?.post(frame)
  }
}

function keyOf({ outbox, number }: OutboxItem): string {
  return `${outbox}:${number}`
}

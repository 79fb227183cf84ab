/**
 * The client as a synchronous object: frames, commands and time go in, outputs come out. It ties
 * together the connection, the outboxes, the rooms, the questions and, for encrypted rooms, the
 * keeper (private/); each has its own file.
 * While it is not online nothing is sent; what waits is kept where it belongs and goes out with the
 * first `drain` after the welcome.
 */
import type { DownFrame, DownFrameOf } from '@starling/protocol/down'
import { type Limits, limits as protocolLimits } from '@starling/protocol/limits'
import { type Auth, protocolVersion, type UpFrame } from '@starling/protocol/up'
import type { Now } from '../now.ts'
import { Asks, refusal } from './asks.ts'
import {
  type AskResult,
  type ClientInputs,
  type ClientOptions,
  type ClientOutput,
  type Composed,
  type ConnectionState,
  type Me,
  nobody,
  type OutboxItem,
  type PrivacyInputs,
  type PrivacyWish,
  type Question,
} from './client-io.ts'
import { Connection } from './connection.ts'
import { HistoryLoads } from './history-loads.ts'
import { Invitations } from './invitations.ts'
import { MemberCounts } from './member-counts.ts'
import { Outbox } from './outbox.ts'
import { OwnTyping } from './own-typing.ts'
import type { CipherResult } from './private/cipher.ts'
import { Keeper } from './private/keeper.ts'
import { ReadMarkers } from './read-markers.ts'
import type { RoomState } from './room-state.ts'
import { RoomStream } from './room-stream.ts'
import { Rooms } from './rooms.ts'
import type { ClientSnapshot } from './snapshot.ts'
import { Snapshots } from './snapshots.ts'
import { onlyView, type Page } from './timeline.ts'

export class ClientNode implements ClientInputs, PrivacyInputs {
  readonly #options: ClientOptions
  readonly #outputs: ClientOutput[] = []
  readonly #touched = new Set<string>()
  #areRoomsTouched = false
  readonly #connection: Connection
  readonly #outbox: Outbox
  readonly #asks: Asks
  readonly #rooms: Rooms
  readonly #loads: HistoryLoads
  readonly #stream: RoomStream
  readonly #markers: ReadMarkers
  readonly #typing = new OwnTyping()
  readonly #invitations = new Invitations()
  readonly #snapshots: Snapshots
  readonly #keeper: Keeper
  #me: Me | undefined
  #limits: Limits = protocolLimits
  /** The newest state that the server spoke of (P6). */
  #position = 0
  /** Rooms named in the `resume` of the hello on this connection. */
  #resumed: Readonly<Record<string, number>> = {}

  constructor(options: ClientOptions) {
    const { tuning, restored, chance } = options
    const emit = (output: ClientOutput) => void this.#outputs.push(output)
    const touch = (room: string) => this.#touch(room)
    this.#options = options
    this.#me = restored.me
    this.#connection = new Connection(options, emit)
    this.#asks = new Asks(tuning)
    this.#rooms = new Rooms({ entriesMax: tuning.timelineEntriesMax }, restored)
    const asks = this.#asks
    const me = () => this.#me ?? nobody
    const keeper = new Keeper({
      ...{ emit, touch, chance, tuning, asks, me, rooms: this.#rooms },
      hasCipher: options.hasCipher === true,
      roomsChanged: () => this.#storeRooms(),
      accountChanged: () => this.#outputs.push({ kind: 'event', event: { kind: 'rooms' } }),
      ...{ outbox: () => this.#outbox, isOnline: () => this.#connection.isOnline },
      readOlderMail: (now) => this.#stream.readOlderMail(now),
    })
    this.#keeper = keeper
    this.#outbox = new Outbox({ emit, touch, chance, tuning, wire: keeper.sealing }, restored)
    const isKnown = (room: RoomState) => this.#rooms.get(room.room) === room
    const inserted = (room: RoomState, page: Page) => {
      for (const entry of page.entries) this.#outbox.entryArrived(room.room, entry)
    }
    const { opening } = keeper
    this.#loads = new HistoryLoads({ tuning, asks, isKnown, touch, inserted, opening })
    this.#markers = new ReadMarkers(this.#asks)
    this.#snapshots = new Snapshots(this.#rooms, this.#outbox, keeper)
    const counts = new MemberCounts({ asks, isKnown, touch })
    this.#stream = new RoomStream({
      ...{ tuning, emit, touch, asks, keeper, counts, loads: this.#loads },
      ...{ rooms: this.#rooms, outbox: this.#outbox, invitations: this.#invitations },
      me: () => me().user,
      send: (now, frame) => this.#connection.send(now, frame),
      invitationsChanged: () => {
        this.#areRoomsTouched = true
      },
      roomsChanged: (gone) => {
        for (const room of gone) this.#markers.forget(room)
        this.#storeRooms()
      },
    })
  }

  get connection(): ConnectionState {
    return this.#connection.state
  }

  get me(): Me | undefined {
    return this.#me
  }

  get limits(): Limits {
    return this.#limits
  }

  isInRoom(room: string): boolean {
    return this.#rooms.get(room) !== undefined
  }

  /** The same object while nothing changes. */
  snapshot(): ClientSnapshot {
    return this.#snapshots.snapshot({
      connection: this.#connection.state,
      me: this.#me,
      limits: this.#limits,
      invitations: this.#invitations.shown,
      privacy: this.#keeper.shown,
    })
  }

  /** As one of several views has it; each looks at the past by itself. */
  snapshotIn(view: string): ClientSnapshot {
    return this.#snapshots.viewed(this.snapshot(), view)
  }

  forgetView(view: string): void {
    for (const room of this.#rooms.all()) room.timeline.showNewest(view)
    this.#snapshots.forgetView(view)
  }

  start(now: Now): void {
    this.#connection.start(now)
  }

  stop(now: Now): void {
    this.#connection.stop(now)
  }

  tryNow(now: Now): void {
    this.#connection.tryNow(now)
  }

  login(now: Now, auth: Auth): void {
    this.#connection.login(now, auth)
  }

  socketOpened(now: Now, socket: number): void {
    if (!this.#connection.isCurrent(socket)) return
    this.#connection.opened(now, this.#hello())
  }

  socketClosed(now: Now, socket: number, code: number): void {
    if (this.#connection.isCurrent(socket)) this.#connection.closed(now, code)
  }

  socketRejected(now: Now, socket: number, why: { code: string; say: string }): void {
    const rejection = { ...why, retry: 'never' as const }
    if (this.#connection.isCurrent(socket)) this.#connection.rejected(now, rejection)
  }

  socketFrame(now: Now, socket: number, frame: DownFrame): void {
    if (!this.#connection.isCurrent(socket)) return
    this.#connection.heard(now)
    switch (frame.t) {
      case 'welcome':
        return this.#welcomed(now, frame)
      case 'ack':
        this.#told(frame)
        if (this.#keeper.acked(now, frame)) return
        this.#outbox.acked(now, frame)
        // Of a repeat the entry may be there already.
        return this.#inRoom(frame.room, ({ timeline }) => {
          this.#outbox.timelineReached(frame.room, timeline.synced)
        })
      case 'refused':
        if (!this.#keeper.refused(now, frame)) this.#outbox.refused(now, frame)
        return
      case 'answer':
        this.#told(frame)
        return this.#asks.answered(now, frame.ask, { ok: true, answer: frame.answer })
      case 'error':
        return this.#failed(now, frame)
      case 'entries':
        return this.#stream.entries(now, frame)
      case 'gap':
        return this.#stream.gap(now, frame)
      case 'presence':
        return this.#inRoom(frame.room, (room) => room.present(frame))
      case 'typing':
        return this.#inRoom(frame.room, (room) => {
          room.typing(frame, now.ms + this.#limits.typingMs)
        })
      case 'drain':
        return this.#connection.drain(now, frame)
      default:
      // `pong`, or a frame of a newer server.
    }
  }

  compose(now: Now, room: string, op: Composed): OutboxItem {
    if (op.kind === 'post') this.#typing.posted(room)
    return this.#outbox.compose(now, { room, op, limits: this.#limits })
  }

  submit(_now: Now, item: OutboxItem, forget: readonly OutboxItem[]): void {
    if (item.op.kind === 'post') this.#typing.posted(item.room)
    this.#outbox.submit(item, forget)
  }

  retryItem(now: Now, item: OutboxItem): OutboxItem | undefined {
    return this.#outbox.retry(now, item)
  }

  dropItem(_now: Now, item: OutboxItem): void {
    this.#outbox.drop(item)
  }

  adopt(_now: Now, items: readonly OutboxItem[]): void {
    this.#outbox.adopt(items)
  }

  ask(now: Now, question: Question): number {
    const ask = this.#asks.reserve()
    this.#asks.ask(now, question, (at, answered) => {
      this.#keeper.answer(at, answered, (result) => {
        this.#outputs.push({ kind: 'answer', ask, result })
      })
    })
    return ask
  }

  cipherDone(now: Now, job: number, result: CipherResult): void {
    this.#keeper.cipherDone(now, job, result)
  }

  privacy(now: Now, wish: PrivacyWish): number {
    const ask = this.#asks.reserve()
    this.#keeper.privacy(now, { ask, wish })
    return ask
  }

  openRoom(now: Now, room: string): void {
    const state = this.#rooms.get(room)
    if (state !== undefined) this.#loads.opened(now, state)
  }

  loadOlder(now: Now, room: string, view = onlyView): void {
    const state = this.#rooms.get(room)
    if (state !== undefined) this.#loads.older(now, state, view)
  }

  loadNewer(now: Now, room: string, view = onlyView): void {
    const state = this.#rooms.get(room)
    if (state !== undefined) this.#loads.newer(now, state, view)
  }

  loadAround(now: Now, room: string, at: { index: number; view?: string }): number {
    const { index, view = onlyView } = at
    const ask = this.#asks.reserve()
    const state = this.#rooms.get(room)
    const done = (_: Now, refusal?: AskResult) => {
      const result = refusal ?? { ok: true as const, answer: { kind: 'done' as const } }
      this.#outputs.push({ kind: 'answer', ask, result })
    }
    if (state === undefined) done(now, refusal('not-member'))
    else this.#loads.jump(now, { room: state, index, view }, done)
    return ask
  }

  showNewest(_now: Now, room: string, view = onlyView): void {
    this.#inRoom(room, (state) => state.timeline.showNewest(view))
  }

  markRead(now: Now, room: string, upTo?: number): void {
    this.#inRoom(room, (state) => this.#markers.read(now, state, upTo))
  }

  markUnreadFrom(now: Now, room: string, index: number): void {
    this.#inRoom(room, (state) => this.#markers.unreadFrom(now, state, index))
  }

  setTyping(now: Now, room: string, isTyping: boolean): void {
    if (!this.#connection.isOnline) return
    const frame = this.#typing.set(now, room, isTyping)
    if (frame !== undefined) this.#connection.send(now, frame)
  }

  tick(now: Now): void {
    this.#outbox.tick(now)
    this.#asks.tick(now)
    this.#loads.tick(now)
    this.#keeper.tick(now)
    for (const room of this.#rooms.all()) {
      if (room.typers.length > 0 && room.expireTyping(now)) this.#touch(room.room)
    }
    const parts = [this.#outbox, this.#asks, this.#keeper]
    const isAnswerAwaited = parts.some((part) => part.isAnswerAwaited)
    this.#connection.tick(now, isAnswerAwaited)
  }

  drain(now: Now): readonly ClientOutput[] {
    if (this.#connection.isOnline) {
      for (const frame of this.#outbox.due(now)) this.#connection.send(now, frame)
      this.#keeper.flush(now)
      for (const frame of this.#keeper.due(now)) this.#connection.send(now, frame)
      for (const frame of this.#asks.due(now)) this.#connection.send(now, frame)
    }
    for (const room of this.#touched) {
      this.#stream.store(room)
      this.#outputs.push({ kind: 'event', event: { kind: 'room', room } })
    }
    if (this.#areRoomsTouched) this.#outputs.push({ kind: 'event', event: { kind: 'rooms' } })
    this.#touched.clear()
    this.#areRoomsTouched = false
    return this.#outputs.splice(0)
  }

  #hello(): UpFrame {
    const { tuning, client } = this.#options
    this.#keeper.greeting()
    this.#resumed = this.#rooms.resume(tuning.resumedRoomsMax)
    const resume = this.#resumed
    const { auth } = this.#connection
    const position = this.#position === 0 ? {} : { position: this.#position }
    return { t: 'hello', protocol: protocolVersion, auth, resume, client, ...position }
  }

  #welcomed(now: Now, frame: DownFrameOf<'welcome'>): void {
    if (!this.#connection.welcomed(now, frame)) return
    const { user, name, isGuest, device } = frame
    const isAnother = this.#me !== undefined && this.#me.user !== user
    this.#me = { user, name, isGuest, device }
    this.#limits = frame.limits
    // Not the greater: a server that was set up anew counts from the beginning.
    this.#position = frame.position
    if (isAnother) {
      this.#rooms.clear()
      this.#invitations.clear()
      this.#outbox.disown()
    }
    for (const room of this.#rooms.welcomed(frame.rooms, user)) this.#markers.forget(room)
    this.#storeRooms()
    this.#outbox.reconnected()
    this.#asks.reconnected(now)
    this.#typing.clear()
    this.#keeper.welcomed(now, isAnother)
    this.#stream.resumed(now, this.#resumed)
  }

  #told({ position }: { readonly position: number }): void {
    this.#position = Math.max(this.#position, position)
  }

  #failed(now: Now, frame: DownFrameOf<'error'>): void {
    const { ask, code, retry, say, retryMs } = frame
    if (ask !== undefined) {
      const error = { ok: false as const, code, retry, say }
      this.#asks.refused(now, ask, retryMs === undefined ? error : { ...error, retryMs })
    } else if (this.#connection.isOnline) {
      this.#outputs.push({ kind: 'event', event: { kind: 'error', code, say } })
    } else {
      this.#connection.refused(now, frame)
    }
  }

  #storeRooms(): void {
    this.#outputs.push({ kind: 'store-me', me: this.#me!, rooms: this.#rooms.summaries() })
    this.#areRoomsTouched = true
    this.#snapshots.touchRooms()
  }

  #inRoom(room: string, act: (room: RoomState) => void): void {
    const state = this.#rooms.get(room)
    if (state === undefined) return
    act(state)
    this.#touch(room)
  }

  #touch(room: string): void {
    this.#touched.add(room)
    this.#snapshots.touch(room)
  }
}

/**
 * The client as a synchronous object: frames, commands and time go in, outputs come out. It ties
 * together the connection, the outboxes, the rooms and the questions; each has its own file.
 * While it is not online nothing is sent; what waits is kept where it belongs and goes out with the
 * first `drain` after the welcome.
 */
import type { DownFrame, DownFrameOf } from '@starling/protocol/down'
import { type Limits, limits as protocolLimits } from '@starling/protocol/limits'
import type { Operation } from '@starling/protocol/operation'
import { type Auth, protocolVersion, type UpFrame } from '@starling/protocol/up'
import type { Now } from '../now.ts'
import { Asks } from './asks.ts'
import type {
  ClientInputs,
  ClientOptions,
  ClientOutput,
  ConnectionState,
  Me,
  OutboxItem,
  Question,
} from './client-io.ts'
import { Connection } from './connection.ts'
import { HistoryLoads } from './history-loads.ts'
import { Invitations } from './invitations.ts'
import { MemberCounts } from './member-counts.ts'
import { Outbox } from './outbox.ts'
import { OwnTyping } from './own-typing.ts'
import { ReadMarkers } from './read-markers.ts'
import type { RoomState } from './room-state.ts'
import { RoomStream } from './room-stream.ts'
import { Rooms } from './rooms.ts'
import type { ClientSnapshot } from './snapshot.ts'
import { Snapshots } from './snapshots.ts'
import { onlyView, type Page } from './timeline.ts'

export class ClientNode implements ClientInputs {
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
    this.#outbox = new Outbox({ emit, touch, chance, tuning }, restored)
    this.#asks = new Asks(tuning, emit)
    this.#rooms = new Rooms({ entriesMax: tuning.timelineEntriesMax }, restored)
    const asks = this.#asks
    const isKnown = (room: RoomState) => this.#rooms.get(room.room) === room
    const inserted = (room: RoomState, page: Page) => {
      for (const entry of page.entries) this.#outbox.entryArrived(room.room, entry)
    }
    this.#loads = new HistoryLoads({ tuning, asks, isKnown, touch, inserted })
    this.#markers = new ReadMarkers(this.#asks)
    this.#snapshots = new Snapshots(this.#rooms, this.#outbox)
    this.#stream = new RoomStream({
      tuning,
      emit,
      touch,
      asks,
      invitations: this.#invitations,
      rooms: this.#rooms,
      outbox: this.#outbox,
      loads: this.#loads,
      counts: new MemberCounts({ asks, isKnown, touch }),
      me: () => this.#me?.user ?? '',
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
    if (!this.#connection.isCurrent(socket)) return
    this.#connection.rejected(now, { ...why, retry: 'never' })
  }

  socketFrame(now: Now, socket: number, frame: DownFrame): void {
    if (!this.#connection.isCurrent(socket)) return
    this.#connection.heard(now)
    switch (frame.t) {
      case 'welcome':
        return this.#welcomed(now, frame)
      case 'ack':
        this.#told(frame)
        this.#outbox.acked(frame)
        // Of a repeat the entry may be there already.
        return this.#inRoom(frame.room, ({ timeline }) => {
          this.#outbox.timelineReached(frame.room, timeline.synced)
        })
      case 'refused':
        return this.#outbox.refused(now, frame)
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
      case 'pong':
        return
      default:
      // A frame of a newer server.
    }
  }

  compose(now: Now, room: string, op: Operation): OutboxItem {
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
    return this.#asks.askForShell(now, question)
  }

  openRoom(now: Now, room: string): void {
    const state = this.#rooms.get(room)
    if (state === undefined) return
    state.isOpened = true
    const { timeline } = state
    if (!timeline.isApart && timeline.live.length < this.#options.tuning.pageEntries) {
      this.#loads.older(now, state)
    }
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
    const done = (refusal?: Extract<ClientOutput, { kind: 'answer' }>['result']) => {
      const result = refusal ?? { ok: true as const, answer: { kind: 'done' as const } }
      this.#outputs.push({ kind: 'answer', ask, result })
    }
    if (state === undefined) {
      done({ ok: false, code: 'not-member', retry: 'never', say: 'You are not in that room.' })
    } else if (state.timeline.shownIn(view).at(index) !== undefined) {
      done()
    } else if (state.timeline.live.at(index) !== undefined) {
      this.showNewest(now, room, view)
      done()
    } else {
      this.#loads.around(now, { room: state, index, view }, (_, refusal) => done(refusal))
    }
    return ask
  }

  showNewest(_now: Now, room: string, view = onlyView): void {
    this.#inRoom(room, (state) => state.timeline.showNewest(view))
  }

  markRead(now: Now, room: string, upTo?: number): void {
    this.#inRoom(room, (state) => {
      const marker = Math.min(upTo ?? state.head, state.head)
      if (marker <= state.readUpTo) return
      state.readUpTo = marker
      this.#markers.set(now, room, marker)
    })
  }

  markUnreadFrom(now: Now, room: string, index: number): void {
    this.#inRoom(room, (state) => {
      const marker = Math.max(0, index - 1)
      if (marker >= state.readUpTo) return
      this.#markers.setBack(now, room, { upTo: marker, was: state.readUpTo })
      state.readUpTo = marker
    })
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
    for (const room of this.#rooms.all()) {
      if (room.typers.length > 0 && room.expireTyping(now)) this.#touch(room.room)
    }
    const isAnswerAwaited = this.#outbox.isAnswerAwaited || this.#asks.isAnswerAwaited
    this.#connection.tick(now, isAnswerAwaited)
  }

  drain(now: Now): readonly ClientOutput[] {
    if (this.#connection.isOnline) {
      for (const frame of this.#outbox.due(now)) this.#connection.send(now, frame)
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

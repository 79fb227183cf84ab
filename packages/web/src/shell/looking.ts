/**
 * Where one looks: the room, the place in its list, the way back after a jump, and what was read by
 * looking at it. The address follows, so a link leads there and the browser's own "back" works.
 */
import type { RoomSnapshot } from '@starling/client/api'
import type { SharedClient } from '@starling/client/connect-shared'
import { neighbour } from '@starling/client/navigation/room-order'
import type { ListView } from '../list/list-position.ts'
import type { Place } from '../list/place.ts'
import { RowHeights } from '../list/row-heights.ts'
import { readRoute, writeRoute } from '../model/route.ts'
import { type Target, viewOf, withRoom, withUnreadLine, withView } from '../model/ui-state.ts'
import { texts } from '../texts.ts'
import type { KeptText } from './kept-text.ts'
import type { UiStore } from './ui-store.ts'

const backMax = 20
const flashMs = 1_600
const lastRoomKey = 'room'

interface Back {
  readonly room: string
  readonly place: Place
  readonly index: number | undefined
}

export interface LookingHost {
  readonly client: SharedClient
  readonly ui: UiStore
  readonly kept: KeptText
  readonly roomOf: (room: string) => RoomSnapshot | undefined
  /** The room that is looked at, while anybody looks. */
  readonly looksAt: (room: string | undefined) => void
  readonly say: (text: string) => void
}

export class Looking {
  readonly #host: LookingHost
  readonly #places = new Map<string, Place>()
  readonly #heights = new Map<string, RowHeights>()
  readonly #back: Back[] = []

  constructor(host: LookingHost) {
    this.#host = host
    this.#watchFocus()
    addEventListener('hashchange', () => this.followAddress())
  }

  /** At the start: where the address leads, else where one was last, on a wide window. */
  begin(): void {
    if (this.followAddress()) return
    if (readRoute(location.hash) !== undefined) return void this.#followLater()
    const last = this.#host.kept.get(lastRoomKey)
    const isWide = matchMedia('(min-width: 700px)').matches
    if (isWide && last !== undefined && this.#host.roomOf(last) !== undefined) this.goTo(last)
  }

  followAddress(): boolean {
    const { ui, roomOf } = this.#host
    const route = readRoute(location.hash)
    if (route === undefined) {
      if (location.hash === '') ui.set({ pane: 'rooms' })
      return false
    }
    if (roomOf(route.room) === undefined) return false
    if (route.index !== undefined) {
      void this.jump(route.room, route.index)
      // The same link may be followed again.
      history.replaceState(null, '', writeRoute({ room: route.room }))
    } else if (ui.get().room !== route.room) this.goTo(route.room)
    else ui.set({ pane: 'talk' })
    return true
  }

  /** The room may be one that this browser has not heard of yet. */
  async #followLater(): Promise<void> {
    await this.#host.client.ready()
    if (!this.followAddress()) this.#host.say(texts.notInThatRoom)
  }

  goTo(room: string): void {
    const { ui, client, kept } = this.#host
    const snapshot = this.#host.roomOf(room)
    if (snapshot === undefined) return
    const before = ui.get().room
    if (before !== undefined && before !== room) client.typing(before, false)
    client.open(room)
    if (before === room && ui.get().pane === 'talk') ui.set({ dialog: undefined })
    else ui.change((state) => ({ ...withRoom(state, snapshot), dialog: undefined }))
    kept.set(lastRoomKey, room)
    const address = writeRoute({ room })
    if (location.hash !== address) history.pushState(null, '', address)
    this.#look()
  }

  goToNeighbour(step: -1 | 1, isUnread: boolean): void {
    const { client, ui } = this.#host
    const next = neighbour(client.snapshot().rooms, ui.get().room, { step, isUnread })
    if (next !== undefined) this.goTo(next.room)
  }

  /** Back to the list of rooms, in a narrow window. */
  showRooms(): void {
    history.pushState(null, '', location.pathname)
    this.#host.ui.set({ pane: 'rooms' })
    this.#look()
  }

  /** One is not in the room any more. */
  left(room: string): void {
    const { ui } = this.#host
    if (ui.get().room === room) ui.set({ room: undefined, pane: 'rooms' })
    ui.set({ dialog: undefined, details: undefined })
    history.replaceState(null, '', location.pathname)
  }

  /** Shows a message, wherever it is. `back` returns to the exact place. */
  async jump(room: string, index: number): Promise<void> {
    const here = this.#host.ui.get().room
    if (here !== undefined) this.#remember(here)
    if (here !== room) this.goTo(room)
    await this.#show({ room, index, part: 0.3, isFlashed: true })
  }

  async back(): Promise<void> {
    const { ui, client } = this.#host
    const last = this.#back.pop()
    ui.set({ jumps: this.#back.length })
    if (last === undefined) return
    const { room, index, place } = last
    if (ui.get().room !== room) this.goTo(room)
    this.#places.set(room, place)
    if (place.kind === 'held' && index !== undefined) {
      await this.#show({ room, index, place, part: 0, isFlashed: false })
      return
    }
    client.showNewest(room)
    ui.set({ target: { room, index: 0, part: 0, isFlashed: false } })
  }

  goToNewest(room: string): void {
    this.#host.client.showNewest(room)
    this.#places.set(room, { kind: 'bottom' })
    this.#host.ui.set({ target: { room, index: 0, part: 0, isFlashed: false } })
  }

  goToFirstUnread(room: string): void {
    const { unreadAfter } = viewOf(this.#host.ui.get(), room)
    if (unreadAfter === undefined) return
    void this.#show({ room, index: unreadAfter + 1, part: 0.25, isFlashed: false })
  }

  /** The list shows the target now. */
  arrived(target: Target): void {
    const { ui } = this.#host
    const flash = target.isFlashed ? { room: target.room, index: target.index } : undefined
    if (ui.get().target === target) ui.set({ target: undefined, flash })
    if (flash !== undefined) setTimeout(() => ui.set({ flash: undefined }), flashMs)
  }

  placeOf(room: string): Place {
    return this.#places.get(room) ?? { kind: 'bottom' }
  }

  keepPlace(room: string, place: Place): void {
    this.#places.set(room, place)
  }

  heightsOf(room: string): RowHeights {
    const heights = this.#heights.get(room) ?? new RowHeights()
    this.#heights.set(room, heights)
    return heights
  }

  /** The list tells what is in sight: that much was read, if anybody looks. */
  saw(room: string, view: ListView): void {
    const { ui, client } = this.#host
    const snapshot = this.#host.roomOf(room)
    const { isFocused, pane, target } = ui.get()
    if (snapshot === undefined || !isFocused || pane === 'rooms' || target?.room === room) return
    if (viewOf(ui.get(), room).isKeptUnread) return
    if (view.isAtBottom && snapshot.readUpTo < snapshot.head) client.markRead(room)
    else if (view.lastIndex !== undefined && view.lastIndex > snapshot.readUpTo) {
      client.markRead(room, view.lastIndex)
    }
  }

  markUnreadFrom(room: string, index: number): void {
    const { ui, client } = this.#host
    client.markUnreadFrom(room, index)
    ui.change((state) => withView(state, room, { unreadAfter: index - 1, isKeptUnread: true }))
  }

  async #show(target: Target): Promise<void> {
    const { ui, client, say } = this.#host
    const { room, index } = target
    ui.set({ target, pane: 'talk', dialog: undefined })
    if (holds(this.#host.roomOf(room), index)) return
    const found = await client.loadAround(room, index)
    if (found.ok && found.value) return
    if (ui.get().target === target) ui.set({ target: undefined })
    say(found.ok ? texts.noSuchMessage : found.say)
  }

  #remember(room: string): void {
    const place = this.placeOf(room)
    const index = place.kind === 'held' ? place.index : undefined
    this.#back.push({ room, place, index })
    if (this.#back.length > backMax) this.#back.shift()
    this.#host.ui.set({ jumps: this.#back.length })
  }

  #watchFocus(): void {
    const { ui, client } = this.#host
    const look = () => {
      const isFocused = document.hasFocus() && document.visibilityState === 'visible'
      if (isFocused === ui.get().isFocused) return
      ui.set({ isFocused })
      this.#look()
    }
    for (const kind of ['focus', 'blur']) addEventListener(kind, look)
    document.addEventListener('visibilitychange', look)
    look()
    client.on('entry', ({ room }) => this.#whileAway(room))
  }

  /** What comes while nobody looks stands below a line. */
  #whileAway(room: string): void {
    const { ui } = this.#host
    const { isFocused, room: here } = ui.get()
    const snapshot = this.#host.roomOf(room)
    if (isFocused || room !== here || snapshot === undefined) return
    ui.change((state) => withUnreadLine(state, snapshot))
  }

  #look(): void {
    const { isFocused, room, pane } = this.#host.ui.get()
    this.#host.looksAt(isFocused && pane !== 'rooms' ? room : undefined)
  }
}

function holds(room: RoomSnapshot | undefined, index: number): boolean {
  const lines = room?.timeline.lines ?? []
  const [first] = lines
  const last = lines.at(-1)
  return first !== undefined && last !== undefined && first.index <= index && index <= last.index
}

/**
 * What the components call. Each act changes the state of the user interface, asks the SDK, or
 * both; what is shown follows from those two alone.
 */
import type { Credentials, MessageLine, Result, RoomSnapshot, SendLine } from '@starling/client/api'
import type { SharedClient } from '@starling/client/connect-shared'
import type { ListView } from '../list/list-position.ts'
import type { Place } from '../list/place.ts'
import { RowHeights } from '../list/row-heights.ts'
import { readWritten } from '../model/commands.ts'
import type { NamedEmoji } from '../model/completion.ts'
import { neighbour } from '../model/room-order.ts'
import { readRoute, writeRoute } from '../model/route.ts'
import {
  composed,
  type Dialog,
  type Details,
  editing,
  type Intent,
  keptDraft,
  startState,
  type Target,
  viewOf,
  withIntent,
  withNote,
  withoutNote,
  withRoom,
  withUnreadLine,
  withView,
} from '../model/ui-state.ts'
import { texts } from '../texts.ts'
import { type EmojiBook, loadEmojis, withEmoji } from '../text/emoji.ts'
import type { Moments } from '../text/moment.ts'
import { runCommand } from './run-command.ts'
import type { Drafts } from './drafts.ts'
import type { KeptText } from './kept-text.ts'
import { Notifier } from './notifier.ts'
import { signOut } from './session.ts'
import type { Settings } from './settings.ts'
import { UiStore } from './ui-store.ts'

const backMax = 20
const noteMs = 6_000
const flashMs = 1_600
const lastRoomKey = 'room'
const recentKey = 'emoji'
const recentMax = 16
const usualEmojis = ['👍', '❤️', '😄', '🎉', '😮', '😢', '🙏', '👀']

interface Back {
  readonly room: string
  readonly place: Place
  readonly index: number | undefined
}

export interface ChatParts {
  readonly client: SharedClient
  readonly drafts: Drafts
  readonly settings: Settings
  readonly kept: KeptText
  readonly moments: Moments
}

export class Chat {
  readonly client: SharedClient
  readonly settings: Settings
  readonly moments: Moments
  readonly ui: UiStore
  readonly #drafts: Drafts
  readonly #kept: KeptText
  readonly #notifier: Notifier
  readonly #places = new Map<string, Place>()
  readonly #heights = new Map<string, RowHeights>()
  readonly #back: Back[] = []
  #emojis: Promise<EmojiBook> | undefined
  #emojiBook: EmojiBook | undefined
  #notes = 0

  constructor({ client, drafts, settings, kept, moments }: ChatParts) {
    this.client = client
    this.settings = settings
    this.moments = moments
    this.ui = new UiStore(startState(drafts.read()))
    this.#drafts = drafts
    this.#kept = kept
    this.#notifier = new Notifier({
      client,
      settings,
      goTo: (room, index) => void this.jump(room, index),
    })
    drafts.onOther((room, text) => this.#draftedElsewhere(room, text))
    client.on('refused', ({ item, say }) => {
      const isShown = item.op.kind === 'post'
      if (!isShown) this.note(say, true)
    })
    client.on('error', ({ say }) => this.note(say, true))
    this.#watchFocus()
    addEventListener('hashchange', () => this.followAddress())
  }

  get world() {
    return this.client.snapshot()
  }

  roomOf(room: string): RoomSnapshot | undefined {
    return this.world.rooms.find((one) => one.room === room)
  }

  // ── where one looks ──────────────────────────────────────────────────────────────────────────

  /** At the start: where the address leads, else where one was last, on a wide window. */
  begin(): void {
    if (this.followAddress()) return
    const last = this.#kept.get(lastRoomKey)
    const isWide = matchMedia('(min-width: 700px)').matches
    if (isWide && last !== undefined && this.roomOf(last) !== undefined) this.goTo(last)
  }

  followAddress(): boolean {
    const route = readRoute(location.hash)
    if (route === undefined) {
      if (location.hash === '') this.ui.set({ pane: 'rooms' })
      return false
    }
    if (this.roomOf(route.room) === undefined) return false
    if (route.index !== undefined) void this.jump(route.room, route.index)
    else if (this.ui.get().room !== route.room) this.goTo(route.room)
    else this.ui.set({ pane: 'talk' })
    return true
  }

  goTo(room: string): void {
    const snapshot = this.roomOf(room)
    if (snapshot === undefined) return
    const before = this.ui.get().room
    if (before !== undefined && before !== room) this.client.typing(before, false)
    this.client.open(room)
    if (before === room && this.ui.get().pane === 'talk') this.ui.set({ dialog: undefined })
    else this.ui.change((state) => ({ ...withRoom(state, snapshot), dialog: undefined }))
    this.#kept.set(lastRoomKey, room)
    const address = writeRoute({ room })
    if (location.hash !== address) history.pushState(null, '', address)
    this.#look()
  }

  goToNeighbour(step: -1 | 1, isUnread: boolean): void {
    const next = neighbour(this.world.rooms, this.ui.get().room, { step, isUnread })
    if (next !== undefined) this.goTo(next.room)
  }

  /** Back to the list of rooms, in a narrow window. */
  showRooms(): void {
    history.pushState(null, '', location.pathname)
    this.ui.set({ pane: 'rooms' })
    this.#look()
  }

  /** Shows a message, wherever it is. `back` returns to the exact place. */
  async jump(room: string, index: number): Promise<void> {
    const here = this.ui.get().room
    if (here !== undefined) this.#remember(here)
    if (here !== room) this.goTo(room)
    await this.#show({ room, index, part: 0.3, isFlashed: true })
  }

  async back(): Promise<void> {
    const last = this.#back.pop()
    this.ui.set({ jumps: this.#back.length })
    if (last === undefined) return
    if (this.ui.get().room !== last.room) this.goTo(last.room)
    this.#places.set(last.room, last.place)
    if (last.place.kind === 'bottom' || last.index === undefined) {
      this.client.showNewest(last.room)
      this.ui.set({ target: { room: last.room, index: 0, part: 0, isFlashed: false } })
      return
    }
    const { room, index, place } = last
    await this.#show({ room, index, place, part: 0, isFlashed: false })
  }

  goToNewest(room: string): void {
    this.client.showNewest(room)
    this.#places.set(room, { kind: 'bottom' })
    this.ui.set({ target: { room, index: 0, part: 0, isFlashed: false } })
  }

  goToFirstUnread(room: string): void {
    const { unreadAfter } = viewOf(this.ui.get(), room)
    if (unreadAfter !== undefined) {
      void this.#show({ room, index: unreadAfter + 1, part: 0.25, isFlashed: false })
    }
  }

  /** The list shows the target now. */
  arrived(target: Target): void {
    this.ui.change((state) => {
      if (state.target !== target) return state
      const flash = target.isFlashed ? { room: target.room, index: target.index } : undefined
      return { ...state, target: undefined, flash }
    })
    if (target.isFlashed) setTimeout(() => this.ui.set({ flash: undefined }), flashMs)
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
    const snapshot = this.roomOf(room)
    const { isFocused, pane } = this.ui.get()
    if (snapshot === undefined || !isFocused || pane === 'rooms') return
    if (viewOf(this.ui.get(), room).isKeptUnread || this.ui.get().target?.room === room) return
    if (view.isAtBottom && snapshot.readUpTo < snapshot.head) this.client.markRead(room)
    else if (view.lastIndex !== undefined && view.lastIndex > snapshot.readUpTo) {
      this.client.markRead(room, view.lastIndex)
    }
  }

  markUnreadFrom(room: string, index: number): void {
    this.client.markUnreadFrom(room, index)
    this.ui.change((state) => withView(state, room, { unreadAfter: index - 1, isKeptUnread: true }))
  }

  // ── writing ──────────────────────────────────────────────────────────────────────────────────

  draft(room: string, text: string): void {
    this.ui.change((state) => withView(state, room, { draft: text }))
    const view = viewOf(this.ui.get(), room)
    if (view.intent.kind !== 'edit') this.#drafts.set(room, text)
    this.client.typing(room, text.trim() !== '' && !text.startsWith('/'))
  }

  setIntent(room: string, intent: Intent): void {
    this.ui.change((state) => withIntent(state, room, intent))
  }

  edit(room: string, line: MessageLine): void {
    this.ui.change((state) => editing(state, room, line))
  }

  editLast(room: string): boolean {
    const { timeline } = this.roomOf(room) ?? {}
    const own = timeline?.lines.findLast(
      (line): line is MessageLine =>
        line.kind === 'message' && line.isOwn && line.deletedBy === undefined,
    )
    if (own === undefined) return false
    this.edit(room, own)
    return true
  }

  stopComposing(room: string): void {
    this.ui.change((state) => {
      const { intent } = viewOf(state, room)
      if (intent.kind === 'reply') return withIntent(state, room, { kind: 'post' })
      return composed(state, room)
    })
  }

  /** False when nothing was sent and the text is to stay. */
  send(room: string): boolean {
    const { draft, intent } = viewOf(this.ui.get(), room)
    const text = draft.replace(/\s+$/, '')
    if (text === '') {
      if (intent.kind === 'edit') this.open({ kind: 'delete', room, index: intent.index, text: '' })
      return false
    }
    if (intent.kind === 'edit') this.client.edit(room, intent.index, this.#withEmoji(text))
    else {
      const written = readWritten(text)
      if (written.kind === 'wrong') return this.note(written.say, true)
      if (written.kind === 'command') void runCommand(this, room, written.command)
      else this.post(room, written.text, intent)
    }
    this.ui.change((state) => composed(state, room))
    this.#drafts.set(room, keptDraft(viewOf(this.ui.get(), room)))
    this.#drafts.flush()
    return true
  }

  post(room: string, text: string, intent: Intent = { kind: 'post' }): void {
    const options = intent.kind === 'reply' ? { replyTo: intent.index } : {}
    if (this.roomOf(room)?.timeline.hasNewer) this.client.showNewest(room)
    this.client.post(room, this.#withEmoji(text), options)
    this.ui.change((state) =>
      withView(state, room, { unreadAfter: undefined, isKeptUnread: false }),
    )
    this.goToNewest(room)
  }

  retry(line: SendLine): void {
    this.client.retry(line.item)
  }

  drop(line: SendLine): void {
    this.client.drop(line.item)
  }

  react(room: string, line: Pick<MessageLine, 'index' | 'reactions'>, emoji: string): void {
    const isMine = line.reactions.some((one) => one.emoji === emoji && one.isMine)
    this.client.react(room, line.index, { emoji, on: !isMine })
  }

  /** Loads the names of emoji, once. */
  emojis(): Promise<EmojiBook> {
    this.#emojis ??= loadEmojis().then((book) => {
      this.#emojiBook = book
      return book
    })
    return this.#emojis
  }

  // ── who one is ───────────────────────────────────────────────────────────────────────────────

  /** Comes in anew after a refusal. Undefined when one is in; else why not. */
  async comeIn(credentials: Credentials): Promise<string | undefined> {
    await this.client.login(credentials)
    const welcome = await this.client.ready()
    return welcome.ok ? undefined : welcome.say
  }

  /** A guest keeps name and rooms, and gets a password. */
  async register(account: { name: string; password: string; label: string }) {
    await this.client.login({ kind: 'register', ...account })
    return this.client.ready()
  }

  signOut(): Promise<void> {
    return signOut(this.client, this.#kept)
  }

  /** One is not in the room any more. */
  left(room: string): void {
    if (this.ui.get().room === room) this.ui.set({ room: undefined, pane: 'rooms' })
    this.ui.set({ dialog: undefined, details: undefined })
    history.replaceState(null, '', location.pathname)
  }

  pickedEmoji(emoji: string): void {
    const others = this.recentEmojis().map((one) => one.emoji)
    const recent = [emoji, ...others.filter((other) => other !== emoji)].slice(0, recentMax)
    this.#kept.set(recentKey, recent.join(' '))
  }

  recentEmojis(): readonly NamedEmoji[] {
    const kept = (this.#kept.get(recentKey) ?? '').split(' ').filter((emoji) => emoji !== '')
    return (kept.length > 0 ? kept : usualEmojis).map((emoji) => ({ emoji, name: emoji }))
  }

  // ── panes, dialogs, notes ────────────────────────────────────────────────────────────────────

  open(dialog: Dialog | undefined): void {
    this.ui.set({ dialog })
  }

  show(details: Details | undefined): void {
    this.ui.set({ details, pane: details === undefined ? 'talk' : 'details' })
  }

  /** Says something in passing. Returns false, so that a refusal can end with it. */
  note(text: string, isError = false): false {
    this.#notes += 1
    const id = this.#notes
    this.ui.change((state) => withNote(state, { id, text, isError }))
    setTimeout(() => this.ui.change((state) => withoutNote(state, id)), noteMs)
    return false
  }

  /** Says why something was refused. True when it was not. */
  async told<T>(asked: Promise<Result<T>>): Promise<boolean> {
    const result = await asked
    return result.ok || this.note(result.say, true)
  }

  async enter(entering: Promise<Result<string>>): Promise<boolean> {
    const result = await entering
    if (!result.ok) return this.note(result.say, true)
    this.goTo(result.value)
    return true
  }

  async copy(text: string): Promise<void> {
    await navigator.clipboard.writeText(text)
    this.note(texts.copied)
  }

  linkTo(room: string, index: number): string {
    return `${location.origin}${location.pathname}${writeRoute({ room, index })}`
  }

  async #show(target: Target): Promise<void> {
    const { room, index } = target
    this.ui.set({ target, pane: 'talk', dialog: undefined })
    if (holds(this.roomOf(room), index)) return
    const found = await this.client.loadAround(room, index)
    if (found.ok && found.value) return
    this.ui.change((state) => (state.target === target ? { ...state, target: undefined } : state))
    this.note(found.ok ? texts.noSuchMessage : found.say, true)
  }

  #remember(room: string): void {
    const place = this.placeOf(room)
    const index = place.kind === 'held' ? place.index : undefined
    this.#back.push({ room, place, index })
    if (this.#back.length > backMax) this.#back.shift()
    this.ui.set({ jumps: this.#back.length })
  }

  #withEmoji(text: string): string {
    return this.#emojiBook === undefined ? text : withEmoji(text, this.#emojiBook)
  }

  #draftedElsewhere(room: string, text: string): void {
    const { isFocused, room: here } = this.ui.get()
    if (isFocused && room === here) return
    this.ui.change((state) => withView(state, room, { draft: text }))
  }

  #watchFocus(): void {
    const look = () => {
      const isFocused = document.hasFocus() && document.visibilityState === 'visible'
      if (isFocused === this.ui.get().isFocused) return
      this.ui.set({ isFocused })
      this.#look()
    }
    for (const kind of ['focus', 'blur']) addEventListener(kind, look)
    document.addEventListener('visibilitychange', look)
    look()
    this.client.on('entry', ({ room }) => this.#whileAway(room))
  }

  /** What comes while nobody looks stands below a line. */
  #whileAway(room: string): void {
    const { isFocused, room: here } = this.ui.get()
    const snapshot = this.roomOf(room)
    if (isFocused || room !== here || snapshot === undefined) return
    this.ui.change((state) => withUnreadLine(state, snapshot))
  }

  #look(): void {
    const { isFocused, room, pane } = this.ui.get()
    this.#notifier.looksAt(isFocused && pane !== 'rooms' ? room : undefined)
  }
}

export function holds(room: RoomSnapshot | undefined, index: number): boolean {
  const lines = room?.timeline.lines ?? []
  const [first] = lines
  const last = lines.at(-1)
  return first !== undefined && last !== undefined && first.index <= index && index <= last.index
}

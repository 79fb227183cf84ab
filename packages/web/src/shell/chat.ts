/**
 * What the components call: where one looks (`looking`), what one writes (`writing`), and what lies
 * over both. Each act changes the state of the user interface, asks the SDK, or both; what is shown
 * follows from those two alone.
 */
import type { Credentials, Result, RoomSnapshot, Who } from '@starling/client/api'
import type { SharedClient } from '@starling/client/connect-shared'
import { writeRoute } from '../model/route.ts'
import {
  type Details,
  type Dialog,
  type Farewell,
  startState,
  withNote,
  withoutNote,
} from '../model/ui-state.ts'
import type { Moments } from '../text/moment.ts'
import { texts } from '../texts.ts'
import type { Drafts } from './drafts.ts'
import { Farewells } from './farewells.ts'
import type { KeptText } from './kept-text.ts'
import { Looking } from './looking.ts'
import { Notifier } from './notifier.ts'
import { runCommand } from './run-command.ts'
import { signOut } from './session.ts'
import type { Settings } from './settings.ts'
import { UiStore } from './ui-store.ts'
import { Writing } from './writing.ts'

const noteMs = 6_000

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
  readonly looking: Looking
  readonly writing: Writing
  readonly #kept: KeptText
  #notes = 0

  constructor({ client, drafts, settings, kept, moments }: ChatParts) {
    this.client = client
    this.settings = settings
    this.moments = moments
    this.#kept = kept
    this.ui = new UiStore(startState(drafts.read()))
    const host = {
      client,
      kept,
      drafts,
      ui: this.ui,
      roomOf: (room: string) => this.roomOf(room),
      say: (text: string) => void this.note(text, true),
    }
    const goTo = (room: string, index: number) => void this.looking.jump(room, index)
    const notifier = new Notifier({ client, settings, goTo })
    this.looking = new Looking({ ...host, looksAt: (room) => notifier.looksAt(room) })
    this.writing = new Writing({
      ...host,
      command: (room, command) => void runCommand(this, room, command),
      emptied: (room, index) => this.open({ kind: 'delete', room, index, text: '' }),
      posted: (room) => this.looking.goToNewest(room),
    })
    new Farewells({ client, tell: (farewell) => this.#farewell(farewell) })
    client.on('refused', ({ item, say }) => {
      // What was written stands in the list, with its refusal.
      if (item.op.kind !== 'post' && item.op.kind !== 'edit') this.note(say, true)
    })
    client.on('error', ({ say }) => void this.note(say, true))
  }

  roomOf(room: string): RoomSnapshot | undefined {
    return this.client.snapshot().rooms.find((one) => one.room === room)
  }

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
    this.looking.goTo(result.value)
    return true
  }

  /** Encrypted, unless this browser cannot. */
  openDirect(who: Who, isEncrypted = true): Promise<Result<string>> {
    const canEncrypt = (this.client.snapshot().privacy?.state ?? 'off') !== 'off'
    return this.client.openDirect(who, { encrypted: isEncrypted && canEncrypt })
  }

  async copy(text: string): Promise<void> {
    await navigator.clipboard.writeText(text)
    this.note(texts.copied)
  }

  linkTo(room: string, index: number): string {
    return `${location.origin}${location.pathname}${writeRoute({ room, index })}`
  }

  /** Comes in anew after a refusal. Undefined when one is in; else why not. */
  async comeIn(credentials: Credentials): Promise<string | undefined> {
    await this.client.login(credentials)
    const welcome = await this.client.ready()
    return welcome.ok ? undefined : welcome.say
  }

  /** A guest gets an account. Undefined when it is made; else why not: they are a guest still. */
  async register(credentials: Credentials): Promise<string | undefined> {
    const name = this.client.snapshot().me?.name ?? ''
    this.ui.set({ isRegistering: true })
    const refusal = await this.comeIn(credentials)
    if (refusal !== undefined) await this.comeIn({ kind: 'guest', name })
    this.ui.set({ isRegistering: false })
    return refusal
  }

  /** In a narrow window the room one was last in is out of sight behind the list. */
  #farewell(farewell: Farewell): void {
    const { room, pane } = this.ui.get()
    const wasHere = room === farewell.room
    if (wasHere) this.ui.set({ farewell, details: undefined, dialog: undefined })
    if (wasHere && pane === 'details') this.ui.set({ pane: 'talk' })
    if (!wasHere || pane === 'rooms') {
      this.note(texts.farewells[farewell.why](farewell.byName, farewell.title))
    }
  }

  signOut(): Promise<void> {
    return signOut(this.client, this.#kept)
  }
}

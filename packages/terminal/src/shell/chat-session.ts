/**
 * The chat itself: one loop around the model. Inputs, the SDK's changes and the passing of time
 * become events; the model answers with acts; afterwards at most one frame is drawn. Nothing runs
 * while nothing happens: there is one timer, set to the moment at which time would change the
 * screen.
 */
import type { StarlingClient } from '@starling/client/api'
import { activityCounts } from '@starling/client/navigation/room-order'
import { createElement as h } from 'react'
import { bareText } from '../layout/bare.ts'
import { screenLines } from '../layout/screen-lines.ts'
import { RowCache } from '../layout/timeline-blocks.ts'
import { roomOf } from '../model/geometry.ts'
import { type Event, startState, type UiState } from '../model/state.ts'
import { listOf } from '../model/surroundings.ts'
import { update } from '../model/update.ts'
import { nextWake } from '../model/waking.ts'
import type { Screen } from '../screen/terminal-screen.ts'
import type { ZoneOffset } from '../text/moment.ts'
import { sanitiseLine } from '../text/sanitise.ts'
import { App } from '../view/app.ts'
import type { InkRenderer } from '../view/ink-renderer.ts'
import type { Theme } from '../view/theme.ts'
import type { Drafts } from './drafts.ts'
import { type Performer, perform } from './perform.ts'

/** Frames follow each other no faster. */
const frameMs = 16

export interface ChatParts {
  readonly client: StarlingClient
  readonly screen: Screen
  readonly renderer: InkRenderer
  readonly theme: Theme
  readonly drafts: Drafts
  readonly clock: Clock
}

export interface Clock {
  /** The SDK's: never goes back. */
  nowMs(): number
  wallMs(): number
  readonly zone: ZoneOffset
}

export class ChatSession {
  readonly #parts: ChatParts
  readonly #cache = new RowCache()
  readonly #performer: Performer
  readonly #questions = new Map<number, (text: string | undefined) => void>()
  readonly #ended = Promise.withResolvers<void>()
  #state: UiState
  #isCovered = false
  #questionCount = 0
  #wake: NodeJS.Timeout | undefined
  #frame: NodeJS.Timeout | undefined
  #drawnMs = Number.NEGATIVE_INFINITY

  constructor(parts: ChatParts) {
    this.#parts = parts
    const { client, screen, drafts, clock } = parts
    this.#state = startState({
      columns: screen.columns,
      rows: screen.rows,
      nowMs: clock.nowMs(),
      wallMs: clock.wallMs(),
      zone: clock.zone,
      drafts: drafts.all,
    })
    this.#performer = {
      client,
      screen,
      drafts,
      room: () => this.#state.room,
      dispatch: (event) => this.#dispatch(event),
      ask: (label, options) => this.ask(label, options?.isSecret ?? false),
      page: async (page) => {
        const left = await this.#asked((id) => ({ kind: 'page', id, page }))
        return left !== undefined
      },
      answer: (id, text) => this.#answer(id, text),
      quit: () => this.#ended.resolve(),
    }
  }

  /** Until the person leaves. */
  async run(): Promise<void> {
    const { client, drafts } = this.#parts
    this.#enter()
    const undo = [
      client.subscribe(() => this.#dispatch({ kind: 'world' })),
      client.on('entry', ({ room, entry }) => this.#refreshPeople(room, entry.kind)),
      client.on('connection', ({ state }) => this.#refreshOnline(state.kind)),
      client.on('error', ({ code, say }) => this.#warn(code, say)),
    ]
    const { room } = drafts
    const isThere = client.snapshot().rooms.some((one) => one.room === room)
    this.#dispatch(room !== undefined && isThere ? { kind: 'go', room } : { kind: 'world' })
    await this.#ended.promise
    for (const stop of undo) stop()
    clearTimeout(this.#wake)
    clearTimeout(this.#frame)
    drafts.flush()
  }

  quit(): void {
    this.#ended.resolve()
  }

  /** Lets somebody else have the screen until `work` is done. */
  async covered<T>(work: () => Promise<T>): Promise<T> {
    this.#isCovered = true
    const result = await work()
    this.#isCovered = false
    this.#enter()
    this.#resize()
    return result
  }

  #enter(): void {
    this.#parts.screen.enter({
      onInput: (input) => this.#dispatch({ kind: 'input', input }),
      onResize: () => this.#resize(),
    })
  }

  /** Asks the person something; undefined when they give no answer. */
  ask(label: string, isSecret: boolean): Promise<string | undefined> {
    return this.#asked((id) => ({ kind: 'prompt', id, label, isSecret }))
  }

  #asked(question: (id: number) => Event): Promise<string | undefined> {
    const id = this.#questionCount++
    const { promise, resolve } = Promise.withResolvers<string | undefined>()
    this.#questions.set(id, resolve)
    this.#dispatch(question(id))
    return promise
  }

  #answer(id: number, text: string | undefined): void {
    this.#questions.get(id)?.(text)
    this.#questions.delete(id)
  }

  #dispatch(event: Event): void {
    const { client, clock } = this.#parts
    const world = client.snapshot()
    const times = { nowMs: clock.nowMs(), wallMs: clock.wallMs() }
    const { state, acts } = update(this.#state, event, { world, cache: this.#cache, ...times })
    this.#state = state
    for (const act of acts) perform(act, this.#performer)
    this.#schedule()
  }

  #resize(): void {
    const { columns, rows } = this.#parts.screen
    this.#dispatch({ kind: 'resize', columns, rows })
    // A resize is answered at once, in one frame.
    this.#draw()
  }

  #refreshPeople(room: string, kind: string): void {
    const isAboutPeople = /^(join|leave|kick|ban|role|mute)$/.test(kind)
    if (isAboutPeople && room === this.#state.room)
      perform({ kind: 'load-people', room }, this.#performer)
  }

  /** Of what nobody asked for, only what threatens to be lost is worth a word. */
  #warn(code: string, say: string): void {
    if (code === 'storage' || code.startsWith('certificate'))
      this.#dispatch({ kind: 'note', text: say, isError: true })
  }

  /** Who is where may have changed while nobody told. */
  #refreshOnline(kind: string): void {
    const { room } = this.#state
    if (kind === 'online' && room !== undefined) {
      perform({ kind: 'load-people', room }, this.#performer)
    }
  }

  #schedule(): void {
    const waitMs = Math.max(0, this.#drawnMs + frameMs - this.#parts.clock.nowMs())
    this.#frame ??= setTimeout(() => this.#draw(), waitMs)
    clearTimeout(this.#wake)
    const wakeMs = nextWake(this.#state, this.#parts.client.snapshot())
    if (wakeMs === undefined) return
    const leftMs = Math.max(1, Math.ceil(wakeMs - this.#parts.clock.nowMs()))
    this.#wake = setTimeout(() => this.#dispatch({ kind: 'tick' }), leftMs)
  }

  #draw(): void {
    clearTimeout(this.#frame)
    this.#frame = undefined
    const { client, screen, renderer, theme, clock } = this.#parts
    this.#drawnMs = clock.nowMs()
    if (this.#isCovered) return
    // A slow line gets the newest frame when it has swallowed the last one, not every frame.
    if (screen.isBusy) {
      this.#schedule()
      return
    }
    const state = this.#state
    const world = client.snapshot()
    const { columns, rows } = state
    const list =
      state.mode.kind === 'bare' ? listOf(state, { world, cache: this.#cache }) : undefined
    if (list !== undefined) {
      const me = sanitiseLine(world.me?.name ?? '')
      const { window, blocks } = list
      screen.show({
        columns,
        rows,
        bare: bareText(blocks, { window, columns, rows, zone: state.zone, me }),
      })
      return
    }
    const lines = screenLines(state, world, this.#cache)
    const frame = renderer.rows(h(App, { lines, theme }), { columns, rows })
    const { cursor } = lines
    screen.show({ columns, rows, lines: frame, ...(cursor === undefined ? {} : { cursor }) })
    screen.title(this.#title())
  }

  #title(): string {
    const world = this.#parts.client.snapshot()
    const room = roomOf(world, this.#state.room)
    const { mentions, unread } = activityCounts(world.rooms, this.#state.room)
    const count = mentions + unread === 0 ? '' : ` (${mentions > 0 ? mentions : unread})`
    return `${room === undefined ? 'Starling' : sanitiseLine(room.title)}${count}`
  }
}

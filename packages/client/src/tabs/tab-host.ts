/**
 * Runs the client of a profile for all its tabs: one connection, one set of outboxes, one storage.
 * It lives in a SharedWorker, or in the tab that leads. It may end at any moment, and another goes
 * on from what is stored: sends come from the tabs with their numbers, so whatever a tab hands in
 * again stands once.
 */
import type { OutboxItem } from '@starling/core/client/client-io'
import type { ClientEventMap } from '../api.ts'
import type { ClientShell } from '../client-shell.ts'
import { NobodyYet } from '../nobody-yet.ts'
import { Seat } from './seat.ts'
import type { HostPort, TabAnswer, TabEvent, TabOptions, TabQuestion, TabUp } from './tab-frames.ts'

export interface HostParts {
  /** Of this life of the host. */
  readonly id: string
  readonly start: (
    options: TabOptions,
    renamed: (item: OutboxItem, to: OutboxItem) => void,
  ) => Promise<StartedClient>
  /** Removes what is stored of the profile; its client is closed. */
  readonly forget: () => Promise<void>
  /** Calls when the tab is no more; returns the undoing. */
  readonly onTabGone: (tab: string, act: () => void) => () => void
}

export interface StartedClient {
  readonly shell: ClientShell
  /** Empty, or why nothing outlives the tabs. */
  readonly notKept: string
}

/** A tab that is reloaded finds its client still running. */
const lingerMs = 3_000
const kinds = ['entry', 'gap', 'acked', 'refused', 'connection', 'error'] as const

export class TabHost {
  readonly #parts: HostParts
  readonly #seats = new Map<string, { readonly seat: Seat; readonly unwatch: () => void }>()
  #client: Promise<StartedClient> | undefined
  #shell: ClientShell | undefined
  #linger: ReturnType<typeof setTimeout> | undefined
  /** The client before is still closing its storage. */
  #ending: Promise<void> = Promise.resolve()
  #isClosed = false

  constructor(parts: HostParts) {
    this.#parts = parts
  }

  get id(): string {
    return this.#parts.id
  }

  admit(port: HostPort): void {
    let seat: Seat | undefined
    port.onFrame = (frame) => {
      if (this.#isClosed) return
      if (frame.t !== 'attach') {
        if (seat !== undefined) this.#frame(seat, frame)
        return
      }
      void this.#attach(frame, port).then((attached) => {
        seat = attached
      })
    }
  }

  /** What is stored is whole; the tabs go on with another host. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const { unwatch } of this.#seats.values()) unwatch()
    await this.#end()
  }

  async #attach(
    { tab, options }: Extract<TabUp, { t: 'attach' }>,
    port: HostPort,
  ): Promise<Seat | undefined> {
    clearTimeout(this.#linger)
    await this.#ending
    let started: StartedClient
    try {
      this.#client ??= this.#start(options)
      started = await this.#client
    } catch (error) {
      const say = error instanceof Error ? error.message : String(error)
      port.post({ t: 'failed', isNobody: error instanceof NobodyYet, say })
      return undefined
    }
    if (this.#isClosed) return undefined
    this.#leave(tab)
    const { shell, notKept } = started
    const snapshot = shell.snapshot()
    const seat = new Seat(tab, port, snapshot)
    const unwatch = this.#parts.onTabGone(tab, () => this.#leave(tab))
    this.#seats.set(tab, { seat, unwatch })
    port.post({ t: 'attached', host: this.id, snapshot, notKept })
    return seat
  }

  #start(options: TabOptions): Promise<StartedClient> {
    const starting = this.#parts.start(options, (item, to) => {
      for (const { seat } of this.#seats.values()) seat.renamed(item, to)
    })
    starting.then(
      ({ shell }) => {
        this.#shell = shell
        shell.subscribe(() => this.#tell())
        for (const kind of kinds) this.#pass(shell, kind)
      },
      () => {
        this.#client = undefined
      },
    )
    return starting
  }

  #pass<K extends keyof ClientEventMap>(shell: ClientShell, kind: K): void {
    shell.on(kind, (event) => {
      for (const { seat } of this.#seats.values()) seat.event({ kind, event } as TabEvent)
      queueMicrotask(() => this.#tell())
    })
  }

  #tell(): void {
    const shell = this.#shell
    if (shell === undefined) return
    for (const { seat } of this.#seats.values()) seat.tell(shell.node.snapshotIn(seat.tab))
  }

  #frame(seat: Seat, frame: Exclude<TabUp, { t: 'attach' }>): void {
    const shell = this.#shell
    if (shell === undefined) return
    switch (frame.t) {
      case 'submit':
        seat.outboxes.add(frame.item.outbox)
        return shell.submit(frame.item, frame.forget)
      case 'command':
        return shell.command(frame.command, seat.tab)
      case 'listen':
        return seat.listen(frame.kinds)
      case 'took':
        seat.took()
        return seat.tell(shell.node.snapshotIn(seat.tab))
      case 'ask':
        void this.#answer(shell, frame.question, seat.tab).then((answer) => {
          if (!this.#isClosed) seat.port.post({ t: 'answer', id: frame.id, answer })
        })
        return
      case 'detach':
        return this.#leave(seat.tab)
    }
  }

  async #answer(shell: ClientShell, question: TabQuestion, tab: string): Promise<TabAnswer> {
    switch (question.kind) {
      case 'ask':
        return shell.ask(question.question)
      case 'around':
        return shell.loadAround(question.room, question.index, tab)
      case 'local-search':
        return shell.searchLocal(question.query)
      case 'privacy':
        return shell.privacy(question.wish)
      case 'login':
        await shell.login(question.credentials)
        return { ok: true }
      case 'forget':
        await this.#forget()
        return { ok: true }
    }
  }

  #leave(tab: string): void {
    const left = this.#seats.get(tab)
    if (left === undefined) return
    this.#seats.delete(tab)
    left.unwatch()
    this.#shell?.node.forgetView(tab)
    if (this.#seats.size > 0) return
    clearTimeout(this.#linger)
    this.#linger = setTimeout(() => void this.#end(), lingerMs)
  }

  #end(): Promise<void> {
    clearTimeout(this.#linger)
    const client = this.#client
    this.#client = undefined
    this.#shell = undefined
    const end = async () => {
      // One that never started has nothing to close, and was told of.
      const started = await client?.catch(() => undefined)
      await started?.shell.close()
    }
    this.#ending = this.#ending.then(end)
    return this.#ending
  }

  async #forget(): Promise<void> {
    await this.#end()
    await this.#parts.forget()
    for (const { seat, unwatch } of this.#seats.values()) {
      unwatch()
      seat.port.post({ t: 'ended' })
    }
    this.#seats.clear()
  }
}

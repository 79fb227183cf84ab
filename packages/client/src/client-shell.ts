/**
 * Does what the client node decides: sockets, storage, the clock; and turns its events into calls
 * of listeners and its answers into promises. One timer ticks while the client is open.
 */

import type {
  AskResult,
  ClientEvent,
  ClientOptions,
  ClientOutput,
  Composed,
  OutboxItem,
  PrivacyWish,
  Question,
} from '@starling/core/client/client-io'
import { ClientNode } from '@starling/core/client/client-node'
import type { ClientSnapshot } from '@starling/core/client/snapshot'
import { onlyView } from '@starling/core/client/timeline'
import { unreachable } from '@starling/core/now'
import type { DownFrame } from '@starling/protocol/down'
import type { ClientEventMap, Credentials, Refusal, Sending } from './api.ts'
import {
  type ClientCommand,
  type ClientSide,
  closedRefusal,
  type Listener,
  performCommand,
  type Welcome,
} from './client-side.ts'
import { authFor, identityFor, newToken } from './device-identity.ts'
import { Listeners } from './listeners.ts'
import type { PrivacyAnswer } from './privacy-methods.ts'
import { PrivateSide } from './private-side.ts'
import type { LocalHit, LocalIndex, LocalQuery } from './search/local-index.ts'
import { Sendings } from './sendings.ts'
import type { OpenSocket, Rejection, Socket } from './socket.ts'
import type { ClientStorage, Identity, StoredChange } from './storage.ts'
import { now, Turns } from './turns.ts'
import type { Cipher } from './vault/cipher-thread.ts'

const tickMs = 100
const adoptMs = 10_000
/** A room that one entered is told of by its own entry; it comes right after the ack. */
const enteredMsMax = 5_000
/** Of WebSocket: the TLS handshake failed. */
const leftOutCode = 1015

export interface ShellOptions {
  readonly clientOptions: ClientOptions
  readonly storage: ClientStorage
  readonly openSocket: OpenSocket
  readonly identity: Identity
  /** Who was welcomed last, perhaps another. */
  readonly welcomed: Identity | undefined
  /** With which to come in when the server does not know the token any more. */
  readonly credentials: Credentials | undefined
  readonly renamed?: (item: OutboxItem, to: OutboxItem) => void
  /** Has the keys; without one encrypted rooms cannot be read. */
  readonly cipher?: Cipher
  /** Of what was opened in encrypted rooms. */
  readonly index?: LocalIndex
}

export class ClientShell implements ClientSide {
  readonly node: ClientNode
  readonly #options: ShellOptions
  readonly #turns: Turns
  readonly #sendings = new Sendings()
  readonly #listeners = new Listeners()
  readonly #answers = new Map<number, (result: AskResult | Refusal) => void>()
  readonly #private: PrivateSide
  #waitingForReady: ((result: Welcome) => void)[] = []
  #waitingForRoom: { room: string; untilMs: number; resolve: () => void }[] = []
  #socket: { readonly number: number; readonly socket: Socket } | undefined
  readonly #leftOutAddresses = new Set<string>()
  #snapshot: ClientSnapshot | undefined
  #identity: Identity
  #welcomed: Identity | undefined
  #credentials: Credentials | undefined
  readonly #timers: readonly ReturnType<typeof setInterval>[]
  readonly closing: Promise<Refusal>
  #closed: (refusal: Refusal) => void = () => {}
  #isClosed = false

  constructor(options: ShellOptions) {
    this.#options = options
    this.#identity = options.identity
    this.#welcomed = options.welcomed
    this.#credentials = options.credentials
    const hasCipher = options.cipher !== undefined
    this.node = new ClientNode({ ...options.clientOptions, hasCipher })
    this.closing = new Promise((resolve) => {
      this.#closed = resolve
    })
    this.#private = new PrivateSide({
      cipher: options.cipher,
      index: options.index,
      act: (input) => this.act(input),
      failed: (error) => this.#storageFailed(error),
    })
    this.#turns = new Turns({
      node: this.node,
      storage: options.storage,
      perform: (output) => this.#perform(output),
      done: () => this.#notify(),
      storageFailed: (error) => this.#storageFailed(error),
    })
    this.#timers = [
      setInterval(() => this.#tick(), tickMs),
      setInterval(() => void this.#adopt(), adoptMs),
    ]
    this.act((node) => node.start(now()))
    void this.#adopt()
  }

  /** Gives the node an input; what follows is done at the end of the turn. */
  act<T>(input: (node: ClientNode) => T): T {
    const result = input(this.node)
    this.#turns.due()
    return result
  }

  snapshot(): ClientSnapshot {
    this.#snapshot ??= this.node.snapshot()
    return this.#snapshot
  }

  subscribe(listener: () => void): () => void {
    return this.#listeners.subscribe(listener)
  }

  on<K extends keyof ClientEventMap>(kind: K, listener: Listener<K>): () => void {
    return this.#listeners.on(kind, listener)
  }

  ready(): Promise<Welcome> {
    const settled = this.#welcome()
    if (settled !== undefined) return Promise.resolve(settled)
    return new Promise((resolve) => this.#waitingForReady.push(resolve))
  }

  compose(room: string, op: Composed): Sending {
    return this.#sendings.of(this.act((node) => node.compose(now(), room, op)))
  }

  retry(item: OutboxItem): Sending | undefined {
    const retried = this.act((node) => node.retryItem(now(), item))
    return retried && this.#sendings.of(retried)
  }

  /** Of a tab: it has its number. */
  submit(item: OutboxItem, forget: readonly OutboxItem[]): void {
    this.act((node) => node.submit(now(), item, forget))
  }

  command(command: ClientCommand, view?: string): void {
    this.act((node) => performCommand(node, now(), { command, view }))
  }

  ask(question: Question): Promise<AskResult | Refusal> {
    return this.#answer((node) => node.ask(now(), question))
  }

  loadAround(room: string, index: number, view = onlyView): Promise<AskResult | Refusal> {
    return this.#answer((node) => node.loadAround(now(), room, { index, view }))
  }

  privacy(wish: PrivacyWish): Promise<PrivacyAnswer> {
    return this.#private.wish(wish)
  }

  searchLocal(query: LocalQuery): Promise<readonly LocalHit[] | Refusal> {
    return this.#private.search(query)
  }

  isInRoom(room: string): boolean {
    return this.node.isInRoom(room)
  }

  /** `start` returns the number under which the answer will come. */
  #answer(start: (node: ClientNode) => number): Promise<AskResult | Refusal> {
    if (this.#isClosed) return Promise.resolve(closedRefusal)
    const ask = this.act(start)
    return new Promise((resolve) => this.#answers.set(ask, resolve))
  }

  entered(room: string): Promise<void> {
    if (this.node.isInRoom(room) || this.#isClosed) return Promise.resolve()
    const untilMs = now().ms + enteredMsMax
    return new Promise((resolve) => this.#waitingForRoom.push({ room, untilMs, resolve }))
  }

  async login(credentials: Credentials): Promise<void> {
    this.#credentials = credentials
    const held = this.#welcomed === undefined ? [] : [this.#welcomed]
    this.#identity = identityFor(credentials, [this.#identity, ...held])
    await this.#options.storage.saveIdentity(this.#identity)
    this.act((node) => node.login(now(), authFor(this.#identity, credentials)))
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const timer of this.#timers) clearInterval(timer)
    this.act((node) => node.stop(now()))
    await this.#turns.settled()
    await this.#private.close()
    await this.#options.storage.close()
    this.#closed(closedRefusal)
    for (const resolve of this.#answers.values()) resolve(closedRefusal)
    for (const { resolve } of this.#waitingForRoom.splice(0)) resolve()
    for (const resolve of this.#waitingForReady.splice(0)) resolve(closedRefusal)
  }

  #tick(): void {
    const at = now()
    this.act((node) => node.tick(at))
    for (const waiting of this.#waitingForRoom) {
      if (at.ms >= waiting.untilMs) waiting.resolve()
    }
    this.#waitingForRoom = this.#waitingForRoom.filter((waiting) => at.ms < waiting.untilMs)
  }

  async #adopt(): Promise<void> {
    try {
      const items = await this.#options.storage.adoptOrphans()
      if (items.length > 0) this.act((node) => node.adopt(now(), items))
    } catch (error) {
      this.#storageFailed(error)
    }
  }

  #perform(output: Exclude<ClientOutput, StoredChange>): void {
    switch (output.kind) {
      case 'open':
        return this.#open(output.address, output.socket)
      case 'send':
        if (this.#socket?.number !== output.socket) return
        return this.#socket.socket.send(JSON.stringify(output.frame))
      case 'close':
        if (this.#socket?.number !== output.socket) return
        this.#socket.socket.close()
        this.#socket = undefined
        return
      case 'answer':
        this.#answers.get(output.ask)?.(output.result)
        this.#answers.delete(output.ask)
        return
      case 'event':
        return this.#event(output.event)
      case 'cipher':
      case 'opened':
      case 'privacy':
        return this.#private.perform(output)
      default:
        unreachable(output)
    }
  }

  #open(address: string, number: number): void {
    const socket = this.#options.openSocket(address, {
      opened: () => this.act((node) => node.socketOpened(now(), number)),
      text: (text) => this.#text(number, text),
      closed: (code) => this.act((node) => node.socketClosed(now(), number, code)),
      rejected: (why) => this.act((node) => node.socketRejected(now(), number, why)),
      leftOut: (why) => this.#leftOut(address, number, why),
    })
    this.#socket = { number, socket }
  }

  /** Told once an address: it is tried again and again. */
  #leftOut(address: string, number: number, why: Rejection): void {
    this.act((node) => node.socketClosed(now(), number, leftOutCode))
    if (this.#leftOutAddresses.has(address)) return
    this.#leftOutAddresses.add(address)
    this.#listeners.tell('error', why)
  }

  #text(number: number, text: string): void {
    let frame: DownFrame
    try {
      frame = JSON.parse(text) as DownFrame
    } catch (error) {
      // Not a Starling server, or not any more: as if it had hung up.
      if (!(error instanceof SyntaxError)) throw error
      this.#socket?.socket.close()
      this.act((node) => node.socketClosed(now(), number, 1007))
      return
    }
    this.act((node) => node.socketFrame(now(), number, frame))
  }

  #event(event: ClientEvent): void {
    switch (event.kind) {
      case 'acked':
        this.#sendings.acked(event.item, { index: event.index, at: event.at })
        return this.#listeners.tell('acked', event)
      case 'refused':
        this.#sendings.refused(event.item, { code: event.code, say: event.say })
        return this.#listeners.tell('refused', event)
      case 'renamed':
        this.#options.renamed?.(event.item, event.to)
        return this.#sendings.renamed(event.item, event.to)
      case 'connection':
        this.#connected()
        return this.#listeners.tell('connection', event)
      case 'rooms':
        return this.#roomsChanged()
      case 'room':
        return
      case 'entry':
      case 'gap':
      case 'error':
        return this.#listeners.tell(event.kind, event as never)
      default:
        unreachable(event)
    }
  }

  #connected(): void {
    const welcome = this.#welcome()
    // Now it is known whose items may be sent from here.
    if (welcome?.ok) void this.#adopt()
    if (welcome?.ok) this.#welcomedAs(welcome.value.name)
    if (welcome?.ok) this.#private.welcomed(this.node.snapshot().rooms.map(({ room }) => room))
    if (welcome === undefined) return
    const wasKnown = this.#identity.isKnown || this.#identity.token === this.#welcomed?.token
    if (!welcome.ok && welcome.code === 'bad-token' && wasKnown) {
      const credentials = this.#credentials
      this.#credentials = undefined
      if (credentials !== undefined && credentials.kind !== 'token') {
        // A token that was revoked opens nothing again, not even with the password.
        this.#identity = { ...this.#identity, token: newToken(), isKnown: false }
        void this.#saveIdentity()
        this.act((node) => node.login(now(), authFor(this.#identity, credentials)))
        return
      }
    }
    for (const resolve of this.#waitingForReady.splice(0)) resolve(welcome)
  }

  #welcomedAs(name: string): void {
    if (!this.#identity.isKnown || this.#identity.name !== name) {
      this.#identity = { ...this.#identity, isKnown: true, name }
    }
    if (this.#welcomed === this.#identity) return
    this.#welcomed = this.#identity
    void this.#saveIdentity()
  }

  #welcome(): Welcome | undefined {
    const state = this.node.connection
    if (state.kind === 'online') {
      return { ok: true, value: { user: state.user, name: state.name } }
    }
    if (state.kind !== 'refused') return state.kind === 'closed' ? closedRefusal : undefined
    return { ok: false, code: state.code as Refusal['code'], say: state.say }
  }

  #roomsChanged(): void {
    const entered = this.#waitingForRoom.filter(({ room }) => this.node.isInRoom(room))
    this.#waitingForRoom = this.#waitingForRoom.filter((waiting) => !entered.includes(waiting))
    for (const { resolve } of entered) resolve()
  }

  #notify(): void {
    this.#snapshot = undefined
    this.#listeners.changed()
  }

  async #saveIdentity(): Promise<void> {
    try {
      await this.#options.storage.saveIdentity(this.#identity)
    } catch (error) {
      this.#storageFailed(error)
    }
  }

  #storageFailed(error: unknown): void {
    const { name, message } = error instanceof Error ? error : { name: '', message: String(error) }
    const isFull = name === 'QuotaExceededError'
    const why = isFull ? 'it has no more room; free some' : message
    const say = `What you write cannot be kept on this device: ${why}. It is sent all the same.`
    this.#listeners.tell('error', { code: isFull ? 'storage-full' : 'storage', say })
  }
}

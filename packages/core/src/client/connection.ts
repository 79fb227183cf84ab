/**
 * The connection to one of the front-ends. What an event does is in connection-table.ts; here is
 * how it is done: which address is next, how long to wait, and when silence means that the other
 * end is dead. An end that hangs keeps its socket open, so while something waits for an answer a
 * ping asks early; the same silence while nobody waits for anything costs nothing and is given more
 * time.
 *
 * When a front-end dies, all its clients come at once. The first round over all addresses is quick;
 * after it each failure doubles both the window from all of which the wait is drawn, and the
 * patience until the welcome (patience.ts). So those who are too many spread until they are not,
 * and nobody goes on giving up just before it would be served.
 *
 * A process that did not run itself must not take the others for dead: after a pause of its own all
 * silence is measured anew.
 */
import { afterClose, closeCodes } from '@starling/protocol/close-codes'
import type { DownFrameOf } from '@starling/protocol/down'
import type { Retry } from '@starling/protocol/error-codes'
import type { Auth, UpFrame } from '@starling/protocol/up'
import type { Now } from '../now.ts'
import { Addresses } from './addresses.ts'
import type { ClientOptions, ClientOutput, ConnectionState } from './client-io.ts'
import { type ConnectionAct, type ConnectionEvent, connectionTable } from './connection-table.ts'
import { Patience } from './patience.ts'

const ownPauseMsMax = 1_000

interface Refusal {
  readonly code: string
  readonly say: string
  readonly retry: Retry
}

export class Connection {
  readonly #options: ClientOptions
  readonly #emit: (output: ClientOutput) => void
  readonly #addresses: Addresses
  #auth: Auth
  #state: ConnectionState = { kind: 'idle' }
  /** The one in use; numbers are never used twice, so what comes late from an old one is known. */
  #socket = 0
  readonly #patience: Patience
  #who = { user: '', name: '' }
  #trouble = { why: '', waitMs: 0 }
  #refusal: Refusal = { code: '', say: '', retry: 'never' }
  #hello: UpFrame | undefined
  #deadlineMs = 0
  #moveAtMs: number | undefined
  #onlineSinceMs = 0
  #heardMs = 0
  #spokeMs = 0
  #probedMs = 0
  #tickedMs: number | undefined

  constructor(options: ClientOptions, emit: (output: ClientOutput) => void) {
    this.#options = options
    this.#emit = emit
    this.#auth = options.auth
    this.#addresses = new Addresses(options.addresses)
    this.#patience = new Patience(options, this.#addresses)
  }

  get state(): ConnectionState {
    return this.#state
  }

  get auth(): Auth {
    return this.#auth
  }

  get isOnline(): boolean {
    return this.#state.kind === 'online'
  }

  isCurrent(socket: number): boolean {
    return socket === this.#socket && this.#hasSocket()
  }

  start(now: Now): void {
    this.#fire(now, 'start')
  }

  stop(now: Now): void {
    this.#fire(now, 'stop')
  }

  tryNow(now: Now): void {
    this.#fire(now, 'try-now')
  }

  login(now: Now, auth: Auth): void {
    this.#auth = auth
    this.#patience.renew()
    this.#fire(now, 'login')
  }

  opened(now: Now, hello: UpFrame): void {
    this.#hello = hello
    this.#fire(now, 'opened')
  }

  heard(now: Now): void {
    this.#heardMs = now.ms
  }

  /** Whether this was the answer to our hello. */
  welcomed(now: Now, frame: DownFrameOf<'welcome'>): boolean {
    if (this.#state.kind !== 'greeting') return false
    this.#who = { user: frame.user, name: frame.name }
    this.#auth = { kind: 'token', token: this.#auth.token }
    this.#addresses.learn(frame.frontends)
    this.#fire(now, 'welcomed')
    return true
  }

  /** An error before the welcome ends the attempt. */
  refused(now: Now, frame: DownFrameOf<'error'>): void {
    if (frame.retry === 'later' || frame.retry === 'reorder') {
      this.#trouble = { why: frame.say, waitMs: frame.retryMs ?? 0 }
      this.#fire(now, 'lost')
    } else {
      this.rejected(now, { code: frame.code, say: frame.say, retry: frame.retry })
    }
  }

  rejected(now: Now, refusal: Refusal): void {
    this.#refusal = refusal
    this.#fire(now, 'turned-away')
  }

  closed(now: Now, code: number): void {
    const reason = Object.entries(closeCodes).find(([, known]) => known === code)?.[0]
    const what = afterClose(code)
    if (what === 'at-once' || what === 'backoff') {
      const why = reason ?? (this.isOnline ? 'the connection was lost' : 'nobody answers there')
      this.#trouble = { why, waitMs: 0 }
      this.#fire(now, 'lost')
    } else {
      this.rejected(now, refusalOfClose(reason ?? `close-${code}`, what))
    }
  }

  /** Moves to another front-end at a random moment, so that not all arrive there at once. */
  drain(now: Now, frame: DownFrameOf<'drain'>): void {
    if (this.#moveAtMs !== undefined) return
    this.#addresses.prefer(frame.frontends, this.#options.chance())
    if (!this.isOnline) return
    this.#moveAtMs = now.ms + frame.withinMs * 0.9 * this.#options.chance()
  }

  send(now: Now, frame: UpFrame): void {
    this.#spokeMs = now.ms
    this.#emit({ kind: 'send', socket: this.#socket, frame })
  }

  tick(now: Now, isAnswerAwaited: boolean): void {
    const { tuning } = this.#options
    if (now.ms - (this.#tickedMs ?? now.ms) > ownPauseMsMax) this.#heardMs = now.ms
    this.#tickedMs = now.ms
    const state = this.#state
    if (state.kind === 'waiting' && now.ms >= state.untilMs) this.#fire(now, 'wait-over')
    else if (state.kind === 'connecting' || state.kind === 'greeting') {
      if (now.ms < this.#deadlineMs) return
      this.#trouble = { why: 'nobody answers there', waitMs: 0 }
      this.#fire(now, 'expired')
    } else if (state.kind === 'online') {
      if (this.#moveAtMs !== undefined && now.ms >= this.#moveAtMs) this.#fire(now, 'move')
      else if (now.ms - this.#heardMs >= tuning.silenceMsMax) this.#silent(now)
      else this.#ping(now, isAnswerAwaited)
    }
  }

  #ping(now: Now, isAnswerAwaited: boolean): void {
    const { pingMs, probeAfterMs, probeMsMax } = this.#options.tuning
    const isProbing = this.#probedMs > this.#heardMs
    if (isAnswerAwaited && isProbing && now.ms - this.#probedMs >= probeMsMax) {
      this.#silent(now)
    } else if (isAnswerAwaited && !isProbing && now.ms - this.#heardMs >= probeAfterMs) {
      this.#probedMs = now.ms
      this.send(now, { t: 'ping' })
    } else if (now.ms - this.#spokeMs >= pingMs) {
      this.send(now, { t: 'ping' })
    }
  }

  #silent(now: Now): void {
    this.#trouble = { why: 'the server does not answer', waitMs: 0 }
    this.#fire(now, 'expired')
  }

  #fire(now: Now, event: ConnectionEvent): void {
    const transition = connectionTable[this.#state.kind][event]
    if (transition === undefined) return
    const wasOnline = this.isOnline
    for (const act of transition.acts) this.#perform(now, act, wasOnline)
    this.#state = this.#stateOf(now, transition.to)
    this.#emit({ kind: 'event', event: { kind: 'connection', state: this.#state } })
  }

  #perform(now: Now, act: ConnectionAct, wasOnline: boolean): void {
    switch (act) {
      case 'dial':
        this.#socket += 1
        this.#moveAtMs = undefined
        this.#tickedMs = now.ms
        this.#deadlineMs = now.ms + this.#patience.connectMs
        this.#emit({ kind: 'open', address: this.#addresses.next(), socket: this.#socket })
        return
      case 'hello':
        this.send(now, this.#hello!)
        return
      case 'settle':
        this.#onlineSinceMs = now.ms
        this.#heardMs = now.ms
        this.#probedMs = 0
        return
      case 'hang-up':
        this.#emit({ kind: 'close', socket: this.#socket })
        return
      case 'back-off': {
        const isStable = now.ms - this.#onlineSinceMs >= this.#options.tuning.stableMs
        if (wasOnline && isStable) this.#patience.renew()
        else this.#patience.failed()
      }
    }
  }

  #stateOf(now: Now, kind: ConnectionState['kind']): ConnectionState {
    const { attempt } = this.#patience
    switch (kind) {
      case 'idle':
      case 'closed':
        return { kind }
      case 'connecting':
      case 'greeting':
        return { kind, address: this.#addresses.current, attempt }
      case 'online':
        return { kind, address: this.#addresses.current, ...this.#who }
      case 'refused':
        return { kind, ...this.#refusal }
      case 'waiting': {
        const waitMs = this.#patience.waitMs(this.#trouble.waitMs)
        const untilMs = now.ms + waitMs
        const untilWallMs = now.wallMs + waitMs
        return { kind, untilMs, untilWallMs, attempt, why: this.#trouble.why }
      }
    }
  }

  #hasSocket(): boolean {
    const { kind } = this.#state
    return kind === 'connecting' || kind === 'greeting' || kind === 'online'
  }
}

function refusalOfClose(code: string, what: 'login' | 'stay-away'): Refusal {
  return what === 'login'
    ? { code, say: 'This device is not logged in any more; log in again.', retry: 'login' }
    : { code, say: `The server closed the connection for good (${code}).`, retry: 'never' }
}

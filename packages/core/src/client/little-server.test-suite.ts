/**
 * A server in one object, for tests of clients: the real rules (`Replica` over a store in memory)
 * and the real answers, with sessions that are as plain as can be. What it sends waits until it is
 * taken, so that a test decides what arrives, when, and what is lost.
 */
import type { DownFrame, DownFrameOf } from '@starling/protocol/down'
import type { Entry } from '@starling/protocol/entry'
import { type ErrorCode, retryOf, sentenceOf } from '@starling/protocol/error-codes'
import { type Limits, limits } from '@starling/protocol/limits'
import type { Auth, UpFrame, UpFrameOf } from '@starling/protocol/up'
import { answerRead, isRead } from '../backend/answers.ts'
import { operationAsked } from '../backend/asked-operations.ts'
import { fedEntry } from '../backend/fed-entry.ts'
import { answerClaim } from '../backend/key-answers.ts'
import { Presence } from '../backend/presence.ts'
import { roomSummaries } from '../backend/summaries.ts'
import type { Reply } from '../link/down.ts'
import type { AskFrame } from '../link/up.ts'
import type { LoggedOperation } from '../log/record.ts'
import { foldName } from '../names/fold-name.ts'
import type { Outcome } from '../room/applied.ts'
import { Replica } from '../room/apply.ts'
import { MemoryStore } from '../room/memory-store.ts'
import { settingsOf } from '../room/settings.ts'

interface Session {
  readonly user: string
  readonly name: string
  readonly device: string
  /** Room → index of the next entry to send. */
  readonly places: Map<string, number>
}

type Send = UpFrameOf<'send'>
export type Fault = { readonly code: ErrorCode; readonly retryMs?: number }

export class LittleServer {
  readonly store = new MemoryStore()
  readonly #replica: Replica
  readonly #presence: Presence
  readonly #sessions = new Map<string, Session>()
  readonly #toSend = new Map<string, DownFrame[]>()
  readonly limits: Limits
  addresses: readonly string[] = ['ws://a']
  at = 1_000
  #sessionsTotal = 0
  /** Refuses a send before it is applied. */
  fault: (send: Send) => Fault | undefined = () => undefined
  /** Refuses a question. */
  askFault: (frame: AskFrame) => ErrorCode | undefined = () => undefined

  constructor(given: Partial<Limits> = {}) {
    this.limits = { ...limits, ...given }
    const configured = { limits: this.limits, areGuestsAllowed: true, isRegistrationOpen: true }
    this.store.transact(0, () => this.store.putSettings(settingsOf(configured)))
    this.#replica = new Replica({ store: this.store })
    this.#presence = new Presence(0)
  }

  newSession(): string {
    this.#sessionsTotal += 1
    return `s${this.#sessionsTotal}`
  }

  /** What the session was sent since the last call. */
  take(session: string): readonly DownFrame[] {
    return this.#toSend.get(session)?.splice(0) ?? []
  }

  close(session: string): void {
    this.#sessions.delete(session)
    this.#toSend.delete(session)
  }

  say(session: string, frame: DownFrame): void {
    const frames = this.#toSend.get(session) ?? []
    this.#toSend.set(session, frames)
    frames.push(frame)
  }

  frame(id: string, frame: UpFrame): void {
    if (frame.t === 'hello') return this.#hello(id, frame)
    const session = this.#sessions.get(id)
    if (session === undefined) return this.say(id, errorOf('not-greeted'))
    switch (frame.t) {
      case 'send':
        return this.#send(id, session, frame)
      case 'follow':
        session.places.set(frame.room, frame.after + 1)
        return this.#catchUp(id, session, frame.room)
      case 'ping':
        return this.say(id, { t: 'pong' })
      case 'typing':
        return this.#typing(id, session, frame)
      default:
        return this.#answer(id, session, frame)
    }
  }

  /** Somebody who is not connected does something; their sends are numbered here. */
  act(user: string, room: string, op: Send['op']): Outcome {
    const outbox = `act-${user}`
    const number = (this.store.outbox(room, outbox)?.last ?? 0) + 1
    return this.apply({ kind: 'room', room, by: user, outbox, number, op })
  }

  guest(name: string): string {
    const user = `u-${name}`
    this.apply({ kind: 'guest', user, name, device: `d-${name}` })
    return user
  }

  entries(room: string): readonly Entry[] {
    return this.store.entries(room, 1, 1_000_000)
  }

  #hello(id: string, { auth, resume = {} }: UpFrameOf<'hello'>): void {
    const found = this.#identify(auth)
    if (typeof found === 'string') return this.say(id, errorOf(found))
    const account = this.store.account(found.user)!
    const { name, isGuest, user } = account
    const { device } = found
    const rooms = roomSummaries(this.store, user)
    const session: Session = { user, name, device, places: new Map() }
    this.#sessions.set(id, session)
    const about = { protocol: 1, session: id, user, name, isGuest, device, rooms }
    const { limits, addresses: frontends } = this
    const { position } = this.store
    this.say(id, { t: 'welcome', ...about, limits, frontends, position })
    for (const { room, head } of rooms) {
      session.places.set(room, (resume[room] ?? head) + 1)
      this.#catchUp(id, session, room)
    }
  }

  #identify(auth: Auth): { user: string; device: string } | ErrorCode {
    const device = `d${auth.token.slice(0, 40)}`
    const known = this.store.device(device)
    if (known !== undefined) return known
    if (auth.kind === 'token') return 'bad-token'
    const user = `u${auth.token.slice(0, 21)}`
    const { label = '' } = auth.kind === 'guest' ? {} : auth
    if (auth.kind === 'login') {
      const account = this.store.accountByName(foldName(auth.name))
      if (account?.passwordHash !== auth.password) return 'bad-credentials'
      const outcome = this.apply({ kind: 'login', user: account.user, device, label })
      return outcome.ok ? { user: account.user, device } : outcome.code
    }
    const outcome = this.apply(
      auth.kind === 'guest'
        ? { kind: 'guest', user, name: auth.name, device }
        : { ...auth, kind: 'register', user, device, label, passwordHash: auth.password },
    )
    return outcome.ok ? { user, device } : outcome.code
  }

  #send(id: string, session: Session, frame: Send): void {
    const { room, outbox, number, op } = frame
    const about = { room, outbox, number }
    const fault = this.fault(frame)
    if (fault !== undefined) return this.say(id, { ...refusedOf(fault.code), ...about, ...fault })
    const from = { by: session.user, device: session.device }
    const outcome = this.apply({ kind: 'room', ...from, ...about, op })
    if (!outcome.ok) return this.say(id, { ...refusedOf(outcome.code), ...about })
    const { index, at } = outcome
    this.say(id, { t: 'ack', ...about, index, at, position: this.store.position })
  }

  #answer(id: string, session: Session, frame: AskFrame): void {
    const { ask } = frame
    const fault = this.askFault(frame)
    if (fault !== undefined) return this.say(id, { ...errorOf(fault), ask })
    const reply = this.#reply(session, frame)
    const { position } = this.store
    const { kind } = reply
    if (kind === 'answer') this.say(id, { t: 'answer', ask, position, answer: reply.answer })
    if (reply.kind === 'refused') this.say(id, { ...errorOf(reply.code), ask })
  }

  #reply(session: Session, frame: AskFrame): Reply {
    if (isRead(frame)) {
      const context = { store: this.store, presence: this.#presence, limits: this.limits }
      return answerRead(context, session, frame)
    }
    if (frame.t === 'password') return { kind: 'refused', code: 'unavailable' }
    const outcome = this.apply(operationAsked(this.store, session, frame))
    if (!outcome.ok) return { kind: 'refused', code: outcome.code }
    const { user } = session
    if (frame.t === 'claim') return answerClaim(this.store, { user, claim: frame.claim })
    return { kind: 'answer', answer: { kind: 'done' } }
  }

  #typing(id: string, { user, name }: Session, { room, on }: UpFrameOf<'typing'>): void {
    for (const [other, { places }] of this.#sessions) {
      if (other !== id && places.has(room)) this.say(other, { t: 'typing', room, user, name, on })
    }
  }

  /** Whatever a backend may append. */
  apply(op: LoggedOperation): Outcome {
    this.at += 1
    const record = { id: `r${this.store.position + 1}`, at: this.at, ops: [op] }
    const known = this.#replica.known(op)
    if (known !== undefined) return known
    const applied = this.#replica.apply(this.store.position + 1, record)
    for (const { room, entries } of applied.rooms) {
      for (const entry of entries) this.#live(room, entry)
    }
    return applied.outcomes[0]!
  }

  #live(room: string, entry: Entry): void {
    const fed = fedEntry(entry)
    for (const [id, session] of this.#sessions) {
      if (session.places.get(room) === entry.index) {
        session.places.set(room, entry.index + 1)
        this.say(id, { t: 'entries', room, from: entry.index, entries: [entry] })
      }
      if (fed.gone === session.user) session.places.delete(room)
      if (room !== session.user || fed.follow === undefined) continue
      session.places.set(fed.follow.room, fed.follow.from)
      this.#catchUp(id, session, fed.follow.room)
    }
  }

  #catchUp(id: string, session: Session, room: string): void {
    const from = session.places.get(room)
    const head = this.store.room(room)?.head ?? 0
    if (from === undefined) return
    session.places.set(room, head + 1)
    if (from > head + 1 || head - from >= this.limits.resumeEntriesMax) {
      return this.say(id, { t: 'gap', room, head })
    }
    const entries = this.store.entries(room, from, head)
    if (entries.length > 0) this.say(id, { t: 'entries', room, from, entries })
  }
}

function errorOf(code: ErrorCode): DownFrameOf<'error'> {
  return { t: 'error', code, retry: retryOf(code), say: sentenceOf(code) }
}

function refusedOf(code: ErrorCode) {
  return { t: 'refused', code, retry: retryOf(code), say: sentenceOf(code) } as const
}

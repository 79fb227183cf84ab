/**
 * The front-end node: accepts clients, keeps the list of them, sends each request to a backend and
 * its answer back, holds one feed for each room that somebody here follows, and passes its entries,
 * encoded once, to the room's followers. It owns no state: all it knows can be rebuilt from its
 * clients and the backends.
 *
 * One part for each mechanism; this file says what an input means to them. Within a turn answers
 * leave as they come; the entries of the turn leave at its end, one text a room.
 */
import type { LinkDown } from '../link/down.ts'
import { linkVersion } from '../link/up.ts'
import { type Now, unreachable } from '../now.ts'
import { type Desk, setUpDesk } from './desk.ts'
import type {
  FrontendFigures,
  FrontendInputs,
  FrontendOptions,
  FrontendOutput,
  SessionId,
} from './frontend-io.ts'
import { hear } from './hearing.ts'
import type { Session } from './session.ts'

export class FrontendNode implements FrontendInputs {
  readonly #desk: Desk
  #seenVersion = 0

  constructor(options: FrontendOptions) {
    this.#desk = setUpDesk(options, (session) => this.#left(session))
  }

  clientOpened(now: Now, session: SessionId): void {
    this.#desk.clock.advance(now)
    this.#desk.sessions.open(session)
  }

  clientText(now: Now, id: SessionId, text: string): void {
    this.#desk.clock.advance(now)
    const session = this.#desk.sessions.get(id)
    if (session !== undefined) hear(this.#desk, { now, session }, text)
  }

  clientAlive(now: Now, id: SessionId): void {
    this.#desk.clock.advance(now)
    const session = this.#desk.sessions.get(id)
    if (session !== undefined) session.heardMs = this.#desk.clock.ms
  }

  clientClosed(now: Now, id: SessionId): void {
    this.#desk.clock.advance(now)
    const session = this.#desk.sessions.get(id)
    if (session === undefined) return
    this.#desk.sessions.forget(session)
    this.#desk.admission.letIn(now)
  }

  clientBlocked(now: Now, id: SessionId): void {
    this.#desk.clock.advance(now)
    const session = this.#desk.sessions.get(id)
    if (session === undefined) return
    session.blockedSinceMs ??= this.#desk.clock.ms
    this.#desk.followers.blocked(session)
  }

  clientDrained(now: Now, id: SessionId): void {
    this.#desk.clock.advance(now)
    const session = this.#desk.sessions.get(id)
    if (session === undefined) return
    session.blockedSinceMs = undefined
    this.#desk.presence.drained(session)
    this.#desk.followers.hungry.add(session)
  }

  linkOpened(now: Now, backend: string): void {
    const { clock, monitor, outputs, clientList, options } = this.#desk
    clock.advance(now)
    if (!monitor.knows(backend)) return
    if (monitor.isLinked(backend)) this.linkClosed(now, backend)
    monitor.linkOpened(backend)
    outputs.link(backend, {
      t: 'hello',
      version: linkVersion,
      frontend: options.name,
      incarnation: options.incarnation,
      address: options.addresses[0] ?? '',
    })
    clientList.linkOpened(backend)
  }

  linkClosed(now: Now, backend: string): void {
    const { clock, monitor, requests, feeds } = this.#desk
    clock.advance(now)
    monitor.linkClosed(backend)
    requests.backendLost(now, backend)
    feeds.backendLost(backend)
    this.#noticeBackends(now)
  }

  linkFrame(now: Now, backend: string, frame: LinkDown): void {
    const { clock, monitor, requests, feeds, followers } = this.#desk
    clock.advance(now)
    if (!monitor.isLinked(backend)) return
    monitor.heard(backend)
    switch (frame.t) {
      case 'hello':
        monitor.hello(backend, frame)
        break
      case 'health':
        monitor.health(backend, frame.health)
        break
      case 'reply':
        return requests.reply(now, backend, frame)
      case 'entries': {
        const taken = feeds.take(now, backend, frame)
        if (taken !== undefined) followers.fed(taken.fed, taken.entries)
        return
      }
      case 'no-feed':
        return feeds.refused(now, backend, frame.room)
      case 'presence':
        return this.#desk.presence.change(now, backend, frame)
      case 'typing':
        return this.#desk.presence.typing(frame)
      default:
        return unreachable(frame)
    }
    this.#noticeBackends(now)
  }

  beginDrain(now: Now): void {
    this.#desk.clock.advance(now)
    this.#desk.draining.begin(now)
  }

  tick(now: Now): void {
    const { clock, monitor, requests, feeds, reading, presence, sessions, draining } = this.#desk
    clock.advance(now)
    monitor.tick()
    this.#noticeBackends(now)
    this.#desk.admission.tick(now)
    requests.tick(now)
    feeds.tick(now)
    reading.tick(now)
    presence.tick(now)
    sessions.tick(now)
    draining.tick(now)
  }

  drain(now: Now): readonly FrontendOutput[] {
    const { followers, reading, clientList, outputs } = this.#desk
    followers.flush()
    reading.run(now)
    clientList.flush(now)
    return outputs.take()
  }

  figures(): FrontendFigures {
    const { options, clientList, monitor, requests, feeds, followers, refusals } = this.#desk
    const feedsFrom = feeds.figures()
    let followersNow = 0
    for (const fed of feeds.rooms) followersNow += fed.followers
    return {
      name: options.name,
      clients: clientList.size,
      followers: followersNow,
      waiting: requests.waiting,
      helloes: this.#desk.admission.figures(),
      requestsTotal: requests.requestsTotal,
      resentTotal: requests.resentTotal,
      entriesInTotal: followers.entriesInTotal,
      entriesOutTotal: followers.entriesOutTotal,
      refusalsTotal: refusals.counts.totals(),
      decisionsTotal: this.#desk.router.decisions.totals(),
      backends: options.backends.map(({ name, rank }) => ({
        name,
        rank,
        status: monitor.statusOf(name),
        why: monitor.whyOf(name),
        clients: this.#desk.router.clientsOf(name),
        ...requests.loadOf(name),
        feeds: feedsFrom[name] ?? 0,
        health: monitor.healthOf(name),
      })),
    }
  }

  #noticeBackends(now: Now): void {
    const { monitor, requests, feeds } = this.#desk
    if (this.#seenVersion === monitor.version) return
    this.#seenVersion = monitor.version
    requests.backendsChanged(now)
    feeds.backendsChanged(now)
  }

  #left(session: Session): void {
    const { requests, followers, reading, clientList, accounts, admission } = this.#desk
    requests.forget(session)
    admission.leave(session)
    followers.forget(session)
    reading.forget(session)
    clientList.removed(session)
    if (session.state.kind === 'online') accounts.leave(session, session.state.user)
    this.#desk.router.forget(session)
  }
}

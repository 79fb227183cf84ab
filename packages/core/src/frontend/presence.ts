/**
 * Who is online in the rooms followed here, and who types. Both come from backends and are never
 * logged. The feed's backend tells the whole truth when the feed begins and changes after that.
 * When a feed has moved, followers hear only the difference, which is nothing most of the time.
 */
import type { Limits } from '@starling/protocol/limits'
import type { LinkDown } from '../link/down.ts'
import type { FedRoom } from './fed-room.ts'
import type { Feeds } from './feeds.ts'
import type { Outputs } from './outputs.ts'
import type { Session } from './session.ts'

type PresenceFrame = Extract<LinkDown, { t: 'presence' }>
type TypingFrame = Extract<LinkDown, { t: 'typing' }>

export class Presence {
  readonly #feeds: Feeds
  readonly #outputs: Outputs
  readonly #limits: Limits

  constructor(options: { feeds: Feeds; outputs: Outputs; limits: Limits }) {
    this.#feeds = options.feeds
    this.#outputs = options.outputs
    this.#limits = options.limits
  }

  joined(session: Session, fed: FedRoom): void {
    const { presence } = fed
    if (presence === undefined) return
    if (session.isBlocked) {
      session.online?.stalePresence.add(fed.room)
      return
    }
    presence.text ??= JSON.stringify({
      t: 'presence',
      room: fed.room,
      all: true,
      online: [...presence.online],
      offline: [],
      count: presence.count,
    })
    this.#outputs.text([session.id], presence.text)
  }

  drained(session: Session): void {
    const stale = session.online?.stalePresence
    if (stale === undefined) return
    for (const room of stale) {
      const fed = this.#feeds.get(room)
      if (fed?.placeOf(session) !== undefined) this.joined(session, fed)
    }
    stale.clear()
  }

  change(backend: string, frame: PresenceFrame): void {
    const fed = this.#feeds.get(frame.room)
    // Nobody is told who is in their own self room.
    if (fed === undefined || fed.backend !== backend || fed.isSelf) return
    if (frame.all) this.#replace(fed, frame)
    else this.#apply(fed, frame)
  }

  typing(frame: TypingFrame): void {
    const fed = this.#feeds.get(frame.room)
    if (fed === undefined) return
    const receivers: string[] = []
    for (const session of fed.sessions()) {
      if (!session.isBlocked && session.online?.user !== frame.user) receivers.push(session.id)
    }
    const { room, user, name, on } = frame
    this.#outputs.text(receivers, JSON.stringify({ t: 'typing', room, user, name, on }))
  }

  #replace(fed: FedRoom, frame: PresenceFrame): void {
    const before = fed.presence
    const online = new Set(frame.online)
    fed.presence = { online, count: frame.count, text: undefined }
    const isCountOnly = online.size === 0 && frame.count > 0
    const wasCountOnly = before?.online.size === 0 && before.count > 0
    if (before === undefined || isCountOnly !== wasCountOnly) {
      for (const session of fed.sessions()) this.joined(session, fed)
      return
    }
    const came = frame.online.filter((user) => !before.online.has(user))
    const went = [...before.online].filter((user) => !online.has(user))
    if (came.length + went.length === 0 && frame.count === before.count) return
    this.#tell(fed, { came, went })
  }

  #apply(fed: FedRoom, frame: PresenceFrame): void {
    const { presence } = fed
    if (presence === undefined) return
    const isCountOnly = frame.count > this.#limits.presencePeopleMax
    const wasCountOnly = presence.online.size === 0 && presence.count > 0
    presence.count = frame.count
    presence.text = undefined
    if (isCountOnly) presence.online.clear()
    else if (wasCountOnly) return this.#askNames(fed)
    for (const user of frame.offline) presence.online.delete(user)
    for (const user of frame.online) presence.online.add(user)
    this.#tell(fed, { came: frame.online, went: frame.offline })
  }

  /** There were too many people to name, now there are not: a feed begins with the whole truth. */
  #askNames(fed: FedRoom): void {
    if (fed.backend === undefined) return
    this.#outputs.link(fed.backend, { t: 'feed', room: fed.room, from: fed.next })
  }

  #tell(fed: FedRoom, change: { came: readonly string[]; went: readonly string[] }): void {
    const receivers: string[] = []
    for (const session of fed.sessions()) {
      if (session.isBlocked) session.online?.stalePresence.add(fed.room)
      else receivers.push(session.id)
    }
    const { came, went } = change
    const frame = { t: 'presence', room: fed.room, all: false, online: came, offline: went }
    this.#outputs.text(receivers, JSON.stringify({ ...frame, count: fed.presence?.count ?? 0 }))
  }
}

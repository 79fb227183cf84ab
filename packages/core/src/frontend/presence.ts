/**
 * Who is online in the rooms followed here, and who types. Both come from backends and are never
 * logged. The feed's backend tells the whole truth when the feed begins and changes after that.
 * When a feed has moved, followers hear only the difference, which is nothing most of the time.
 *
 * Each change told costs a write for each follower, so where a crowd comes and goes that is most of
 * the work. A change after a quiet second is told at once; those that come within `gapMs` of it are
 * told together at its end, each person as they are then. Whoever joins in between was told the
 * truth, and hears part of it again.
 */
import type { Limits } from '@starling/protocol/limits'
import type { LinkDown } from '../link/down.ts'
import type { Now } from '../now.ts'
import type { FedRoom, RoomPresence } from './fed-room.ts'
import type { Feeds } from './feeds.ts'
import type { Outputs } from './outputs.ts'
import type { Session } from './session.ts'

type PresenceFrame = Extract<LinkDown, { t: 'presence' }>
const gapMs = 1_000

type TypingFrame = Extract<LinkDown, { t: 'typing' }>

export class Presence {
  readonly #feeds: Feeds
  readonly #outputs: Outputs
  readonly #limits: Limits
  /** Rooms with changes that are not told yet. */
  readonly #gathering = new Set<FedRoom>()

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

  change(now: Now, backend: string, frame: PresenceFrame): void {
    const fed = this.#feeds.get(frame.room)
    // Nobody is told who is in their own self room.
    if (fed === undefined || fed.backend !== backend || fed.isSelf) return
    if (frame.all) this.#replace(now, fed, frame)
    else this.#apply(now, fed, frame)
  }

  tick(now: Now): void {
    for (const fed of this.#gathering) this.#tellDue(now, fed)
  }

  /** Nobody follows it any more. */
  forget(fed: FedRoom): void {
    this.#gathering.delete(fed)
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

  #replace(now: Now, fed: FedRoom, frame: PresenceFrame): void {
    const before = fed.presence
    const online = new Set(frame.online)
    fed.presence = {
      online,
      count: frame.count,
      text: undefined,
      toldMs: before?.toldMs ?? Number.NEGATIVE_INFINITY,
      changed: before?.changed,
    }
    const isCountOnly = online.size === 0 && frame.count > 0
    const wasCountOnly = before?.online.size === 0 && before.count > 0
    if (before === undefined || isCountOnly !== wasCountOnly) {
      fed.presence.changed = undefined
      for (const session of fed.sessions()) this.joined(session, fed)
      return
    }
    const came = frame.online.filter((user) => !before.online.has(user))
    const went = [...before.online].filter((user) => !online.has(user))
    if (came.length + went.length === 0 && frame.count === before.count) return
    this.#note(now, fed, [...came, ...went])
  }

  #apply(now: Now, fed: FedRoom, frame: PresenceFrame): void {
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
    this.#note(now, fed, [...frame.online, ...frame.offline])
  }

  /** There were too many people to name, now there are not: a feed begins with the whole truth. */
  #askNames(fed: FedRoom): void {
    if (fed.backend === undefined) return
    this.#outputs.link(fed.backend, { t: 'feed', room: fed.room, from: fed.next })
  }

  #note(now: Now, fed: FedRoom, people: readonly string[]): void {
    const { presence } = fed
    if (presence === undefined) return
    presence.changed ??= new Set()
    for (const user of people) presence.changed.add(user)
    this.#gathering.add(fed)
    this.#tellDue(now, fed)
  }

  #tellDue(now: Now, fed: FedRoom): void {
    const { presence } = fed
    if (presence?.changed === undefined) {
      this.#gathering.delete(fed)
      return
    }
    if (now.ms - presence.toldMs < gapMs) return
    this.#gathering.delete(fed)
    const changed = [...presence.changed]
    presence.changed = undefined
    presence.toldMs = now.ms
    this.#tell(fed, presence, changed)
  }

  #tell(fed: FedRoom, { online, count }: RoomPresence, changed: readonly string[]): void {
    const receivers: string[] = []
    for (const session of fed.sessions()) {
      if (session.isBlocked) session.online?.stalePresence.add(fed.room)
      else receivers.push(session.id)
    }
    const areNamed = online.size > 0 || count === 0
    const named = areNamed ? changed : []
    const frame = {
      t: 'presence',
      room: fed.room,
      all: false,
      online: named.filter((user) => online.has(user)),
      offline: named.filter((user) => !online.has(user)),
      count,
    }
    this.#outputs.text(receivers, JSON.stringify(frame))
  }
}

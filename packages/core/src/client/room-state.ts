/**
 * One room as this client knows it: what the welcome said of it, kept current by the entries that
 * came since (`asOf` is the index up to which they are in it), its timeline, and who is there.
 */
import type { DownFrameOf, Member, RoomSummary } from '@starling/protocol/down'
import type { Entry } from '@starling/protocol/entry'
import type { Role, RoomKind } from '@starling/protocol/operation'
import type { Now } from '../now.ts'
import type { StoredRoom } from './client-io.ts'
import { ChangeLedger } from './private/change-ledger.ts'
import { Reach } from './private/reach.ts'
import { SealedAbout } from './private/sealed-about.ts'
import { Timeline, type TimelineBounds } from './timeline.ts'

export interface Typer {
  readonly user: string
  readonly name: string
  readonly untilMs: number
}

/** Which runs of a timeline are being read on: that of a view apart, or the live one. */
class Loads {
  readonly #runs = new Set<string>()

  isLoading(timeline: Timeline, view: string): boolean {
    return this.#runs.has(runOf(timeline, view))
  }

  /** Returns what says that it is done. */
  begin(timeline: Timeline, view: string): () => void {
    const run = runOf(timeline, view)
    this.#runs.add(run)
    return () => void this.#runs.delete(run)
  }
}

function runOf(timeline: Timeline, view: string): string {
  return timeline.isApartIn(view) ? `past ${view}` : 'live'
}

export class RoomState {
  readonly room: string
  readonly timeline: Timeline
  /** For ever, whatever a server says later. */
  readonly isEncrypted: boolean
  /** Who comes may read what was before; of an encrypted room. */
  isHistoryShared: boolean
  readonly ledger: ChangeLedger | undefined
  readonly sealed: SealedAbout
  readonly reach = new Reach()
  kind: RoomKind
  role: Role
  isMuted: boolean
  members: number
  peer: { readonly user: string; readonly name: string } | undefined
  head: number
  readUpTo: number
  /** As of this index of the self room one is in it. */
  inAsOf: number
  /** Welcomes, one after the other, that knew nothing of it. */
  unlisted = 0
  /** The person looked at it in this run. */
  isOpened = false
  /** What an earlier run stored without entries is no place to go on from. */
  isCursorKept = true
  readonly loadsOlder = new Loads()
  readonly loadsNewer = new Loads()
  online: ReadonlySet<string> = new Set()
  onlineCount = 0
  typers: readonly Typer[] = []
  /** The answer to a hole was asked for; not again before this. */
  noFollowBeforeMs = 0
  #asOf: number
  #title: string
  #topic: string

  constructor(summary: StoredRoom & { kind: RoomKind }, bounds: TimelineBounds) {
    this.room = summary.room
    this.kind = summary.kind
    this.isEncrypted = summary.isEncrypted === true
    this.isHistoryShared = summary.history === 'all'
    this.ledger = this.isEncrypted ? new ChangeLedger() : undefined
    this.sealed = new SealedAbout(summary.sealed)
    this.#title = summary.title
    this.#topic = summary.topic
    this.role = summary.role
    this.isMuted = summary.isMuted === true
    this.members = summary.members
    this.peer = summary.peer
    this.head = summary.head
    this.readUpTo = summary.readUpTo
    this.inAsOf = summary.inAsOf ?? 0
    this.#asOf = summary.head
    this.timeline = new Timeline(summary.head, bounds, this.ledger)
  }

  /** What was sealed goes before what the servers were told. */
  get title(): string {
    const known = this.sealed.title ?? this.#title
    return known === '' && this.isEncrypted ? 'Private room' : known
  }

  get topic(): string {
    return this.sealed.topic ?? this.#topic
  }

  get summary(): StoredRoom {
    const { room, kind, role, isMuted, members, head, readUpTo, inAsOf, peer } = this
    const about = { room, kind, title: this.#title, topic: this.#topic }
    const summary = { ...about, role, isMuted, members, head, readUpTo, inAsOf }
    return {
      ...summary,
      ...(peer === undefined ? {} : { peer }),
      ...(this.isEncrypted ? { isEncrypted: true, sealed: this.sealed.stored } : {}),
      ...(this.isHistoryShared ? { history: 'all' } : {}),
    }
  }

  /** A later welcome. What a backend that lags says of the past is not taken. */
  welcomed(summary: RoomSummary): void {
    this.readUpTo = Math.max(this.readUpTo, summary.readUpTo)
    this.typers = []
    this.noFollowBeforeMs = 0
    this.isCursorKept = true
    if (summary.head < this.head && this.timeline.live.length > 0) return
    this.#title = summary.title
    this.#topic = summary.topic
    this.role = summary.role
    this.isMuted = summary.isMuted === true
    this.members = summary.members
    this.peer = summary.peer ?? this.peer
    this.isHistoryShared = summary.history === 'all'
    this.head = summary.head
    this.#asOf = summary.head
  }

  /** The answer about its members: all of them. */
  counted(members: readonly Member[], me: string): void {
    this.members = members.length
    this.ledger?.ranks.stand(members)
    this.timeline.refold(this.ledger?.takeUndecided() ?? [])
    const own = members.find((member) => member.user === me)
    this.role = own?.role ?? this.role
    this.isMuted = own?.isMuted ?? this.isMuted
    const other = members.find((member) => member.user !== me)
    if (this.kind === 'direct' && other !== undefined) {
      this.peer = { user: other.user, name: other.name }
    }
  }

  /** What a new entry changes in the room itself. True when its members must be counted anew. */
  entered(entry: Entry, me: string): boolean {
    this.head = Math.max(this.head, entry.index)
    this.ledger?.ranks.note(entry)
    this.typers = this.typers.filter((typer) => typer.user !== entry.by)
    if (entry.index <= this.#asOf) return false
    this.#asOf = entry.index
    switch (entry.kind) {
      case 'create':
        this.#title = entry.title
        this.#topic = entry.topic
        this.isHistoryShared = entry.history === 'all'
        if (entry.by === me) this.role = 'owner'
        this.members = Math.max(this.members, 1)
        return true
      case 'join':
        this.members += 1
        return false
      case 'leave':
      case 'kick':
        this.members = Math.max(0, this.members - 1)
        return false
      case 'ban':
        return true
      case 'topic':
        if (!this.isEncrypted) this.#topic = entry.topic
        return false
      case 'role':
        if (entry.user === me) this.role = entry.role
        return false
      case 'mute':
        if (entry.user === me) this.isMuted = entry.on
        return false
      default:
        return false
    }
  }

  present(frame: DownFrameOf<'presence'>): void {
    const online = frame.all ? new Set<string>() : new Set(this.online)
    for (const user of frame.online) online.add(user)
    for (const user of frame.offline) online.delete(user)
    this.online = online
    this.onlineCount = frame.count
  }

  typing(frame: DownFrameOf<'typing'>, untilMs: number): void {
    const others = this.typers.filter((typer) => typer.user !== frame.user)
    const { user, name, on } = frame
    this.typers = on ? [...others, { user, name, untilMs }] : others
  }

  /** True when somebody's typing notice ran out. */
  expireTyping(now: Now): boolean {
    const typers = this.typers.filter((typer) => typer.untilMs > now.ms)
    if (typers.length === this.typers.length) return false
    this.typers = typers
    return true
  }
}

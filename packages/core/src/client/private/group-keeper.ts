/**
 * Keeps this device in the groups of its encrypted rooms: it joins what it is not in, catches up
 * with commits that it missed, removes whom the servers want removed, brings in whom it invited,
 * and tells newcomers what they cannot know. All of it waits until the account is ready and the
 * client is online, is tried again with growing pauses, and is done for few rooms at once.
 *
 * Who may do what others may do as well takes turns (`turnMs`), and leaves it when somebody was
 * quicker: any commit covers all removals that were due.
 */
import type { Entry } from '@starling/protocol/entry'
import type { Chance, Now } from '../../now.ts'
import type { RoomState } from '../room-state.ts'
import {
  type CipherOutcome,
  type GroupStatus,
  noGroup,
  type OpenedOutcome,
  type PreparedOutcome,
  type RoomWork,
  type Welcome,
} from './cipher.ts'
import { type Group, groupLimits, isReady, newGroup, retryMs, stepOf, turnMs } from './group.ts'
import { type End, type Ended, GroupSteps, type StepsHost } from './group-steps.ts'

export interface GroupKeeperHost extends StepsHost {
  readonly chance: Chance
  /** The account is ready, and the client online. */
  readonly isReady: () => boolean
  /** Looks further back for what came while it was away; false when it looked at all there is. */
  readonly readOlderMail: (now: Now) => boolean
  /** What was sealed under another epoch. */
  readonly epochChanged: (room: string) => void
  /** More of the room can be read than before; `newer`: but not what was before one joined. */
  readonly heal: (now: Now, room: RoomState, which: 'newer' | 'all') => void
  readonly touch: (room: string) => void
}

export class GroupKeeper {
  readonly #host: GroupKeeperHost
  readonly #steps: GroupSteps
  readonly #groups = new Map<string, Group>()
  /** As the cipher told them; of rooms that are not there yet as well. */
  #statuses = new Map<string, GroupStatus>()
  #working = 0

  constructor(host: GroupKeeperHost) {
    this.#host = host
    const isWelcomed = (group: Group) => this.#mailFor(group) !== undefined
    const isMailRead = () => this.#isMailRead
    const readOlderMail = (now: Now) => {
      if (!host.readOlderMail(now)) return false
      this.#isMailRead = false
      return true
    }
    this.#steps = new GroupSteps({ ...host, isWelcomed, isMailRead, readOlderMail })
  }

  get(room: string): Group | undefined {
    return this.#groups.get(room)
  }

  isReady(room: string): boolean {
    const group = this.#groups.get(room)
    return group !== undefined && this.#host.isReady() && isReady(group)
  }

  /**
   * The rooms that there are now; `came` is new. If one made it oneself, one also begins its group;
   * into any other somebody may be about to welcome one.
   */
  rooms(now: Now, rooms: Iterable<RoomState>, came?: { room: string; isMade: boolean }): void {
    const encrypted = [...rooms].filter(({ isEncrypted }) => isEncrypted)
    const known = new Set(encrypted)
    for (const [id, { room }] of this.#groups) if (!known.has(room)) this.#gone(id)
    for (const room of encrypted) {
      if (this.#groups.has(room.room)) continue
      const group = newGroup(room, this.#statuses.get(room.room) ?? noGroup)
      if (came?.room === room.room) {
        if (came.isMade) group.beginAtMs = now.ms
        else group.welcomeUntilMs = now.ms + groupLimits.welcomeMsMax
      }
      this.#groups.set(room.room, group)
      this.#host.touch(room.room)
    }
    this.tick(now)
  }

  prepared(now: Now, { groups }: PreparedOutcome): void {
    this.#statuses = new Map(groups.map(({ room, status }) => [room, status]))
    for (const [room, group] of this.#groups) {
      this.status(now, room, this.#statuses.get(room) ?? noGroup)
      group.notBeforeMs = 0
    }
    this.tick(now)
  }

  /** What the cipher says after each work of the room. */
  status(now: Now, room: string, status: GroupStatus): void {
    this.#statuses.set(room, status)
    const group = this.#groups.get(room)
    if (group === undefined) return
    const { gen, epoch, state, leaves } = group.status
    group.status = status
    if (status.state === 'member') group.wasAwaited = false
    if (state === 'member' && status.state === 'none') {
      // The group was begun anew: all of its devices come back, and each by a commit of its own.
      const spreadMs = Math.min(groupLimits.retryMsMax, leaves * groupLimits.returnMsPerLeaf)
      group.notBeforeMs = now.ms + spreadMs * this.#host.chance()
    }
    if (gen === status.gen && epoch === status.epoch && state === status.state) return
    // Who is blocked is told when something is sealed next.
    group.blocked = []
    this.#host.epochChanged(room)
    this.#host.touch(room)
    // Who was in no group could not tell what was said before they joined.
    const which = state === 'member' ? 'newer' : 'all'
    if (status.state === 'member') this.#host.heal(now, group.room, which)
  }

  /** Entries of the room that were skipped may hold commits. */
  skipped(room: string): void {
    const group = this.#groups.get(room)
    if (group !== undefined) group.isBehind = true
  }

  /** Entries were opened, commits among them perhaps. */
  opened(now: Now, work: Extract<RoomWork, { kind: 'open' }>, outcome: OpenedOutcome): void {
    const group = this.#groups.get(work.room)
    if (group === undefined) return
    if (outcome.behind !== undefined && group.status.state === 'member') {
      group.isBehind = true
      group.sealedAt = outcome.behind
    }
    const { user, device } = this.#host.me()
    if (outcome.added.every((one) => one.device === device)) return
    const commits = work.entries.filter(({ kind }) => kind === 'commit')
    const isOwn = commits.some(({ by }) => by === user)
    this.#added(now, group, { index: commits.at(-1)?.index ?? 0, isOwn })
  }

  /** A live entry took its place. */
  entry(now: Now, room: string, entry: Entry): void {
    const group = this.#groups.get(room)
    if (group === undefined) return
    const { index } = entry
    const isOwn = entry.by === this.#host.me().user
    const turn = () => {
      const drawn = this.#host.chance()
      return { index, atMs: now.ms + turnMs(group, { index, isOwn, drawn }) }
    }
    if (entry.kind === 'group') group.wasAwaited = false
    if (entry.kind === 'commit' || entry.kind === 'group') {
      if ((group.removal?.index ?? index) < index) group.removal = undefined
    }
    if (entry.kind === 'leave' || entry.kind === 'kick' || (entry.kind === 'ban' && entry.on)) {
      group.removal = turn()
      this.tick(now)
    }
    if (entry.kind === 'invite' && isOwn) this.#invited.add(`${room} ${entry.user}`)
    if (entry.kind === 'join' && this.#invited.delete(`${room} ${entry.by}`)) {
      group.toAdd.add(entry.by)
      this.tick(now)
    }
  }

  #isMailRead = false
  /** To each room the newest welcome that was not used yet. */
  readonly #mails = new Map<string, Welcome>()
  /** Rooms whose group is to be begun anew after what is being done, and who waits for it. */
  readonly #resets = new Map<string, Ended>()
  /** Whom this device invited, in this run. */
  readonly #invited = new Set<string>()

  /** Somebody told the newcomers all they need. */
  greeted(room: string, index: number): void {
    const group = this.#groups.get(room)
    if (group?.greeting === undefined || group.greeting.index >= index) return
    if (!group.isWorking) group.greeting = undefined
  }

  /** The servers say that what this device seals is stale. */
  stale(now: Now, room: string): void {
    const group = this.#groups.get(room)
    if (group === undefined) return
    group.isBehind = true
    group.isStale = true
    this.tick(now)
  }

  /** Something waits to be sealed. */
  wanted(now: Now, room: string): void {
    const group = this.#groups.get(room)
    if (group === undefined || group.isWanted) return
    group.isWanted = true
    const { status } = group
    const isOld = now.wallMs - status.updatedAtMs >= groupLimits.updateMsMin
    if (status.state === 'member' && isOld) group.isUpdateDue = true
    this.tick(now)
  }

  /** What waited was sealed. */
  sealed(room: string): void {
    const group = this.#groups.get(room)
    if (group !== undefined) group.isWanted = false
  }

  sealFailed(now: Now, room: string, outcome: CipherOutcome): void {
    const group = this.#groups.get(room)
    if (group === undefined) return
    if (outcome.kind === 'blocked') group.blocked = outcome.users
    else group.isBehind = true
    group.tries += 1
    group.notBeforeMs = now.ms + retryMs(group.tries, this.#host.chance())
    this.#host.touch(room)
  }

  /** Somebody's changed identity was looked at. */
  unblock(now: Now): void {
    for (const [room, group] of this.#groups) {
      if (group.blocked.length === 0) continue
      group.blocked = []
      group.tries = 0
      group.notBeforeMs = 0
      this.#host.touch(room)
    }
    this.tick(now)
  }

  mailIsToBeRead(): void {
    this.#isMailRead = false
    for (const group of this.#groups.values()) group.wasAwaited = false
  }

  mailWasRead(now: Now): void {
    this.#isMailRead = true
    // What was not in the newest page is not in this one either, or it is at hand.
    for (const group of this.#groups.values()) if (group.wasAwaited) group.welcomeUntilMs = 0
    this.tick(now)
  }

  welcome(now: Now, mail: Welcome): void {
    const known = this.#mails.get(mail.room)
    if (known !== undefined && !isNewer(mail, known)) return
    this.#mails.set(mail.room, mail)
    this.tick(now)
  }

  /** The welcome that is to be used before anything else is done for the room. */
  #mailFor({ room: { room }, status }: Group): Welcome | undefined {
    const mail = this.#mails.get(room)
    if (mail === undefined) return undefined
    if (status.state !== 'member' || isNewer(mail, status)) return mail
    this.#mails.delete(room)
    return undefined
  }

  #useMail(now: Now, group: Group, mail: Welcome): void {
    const used = () => {
      if (this.#mails.get(mail.room) === mail) this.#mails.delete(mail.room)
      group.welcomeUntilMs = 0
    }
    this.#steps.welcome(now, group, { mail, used, ended: this.#begun(group) })
  }

  /** The person asks: at once, whatever was tried before. */
  again(now: Now, room: string): void {
    const group = this.#groups.get(room)
    if (group === undefined) return
    group.tries = 0
    group.notBeforeMs = 0
    group.isFull = false
    if (group.status.state === 'member') group.isBehind = true
    this.tick(now)
  }

  /** Begins the room's group anew, as soon as nothing else is being done for it. */
  reset(now: Now, room: string, ended: Ended): void {
    const group = this.#groups.get(room)
    if (group === undefined || !this.#host.isReady()) return ended(now, 'again')
    if (group.isWorking) {
      this.#resets.get(room)?.(now, 'again')
      this.#resets.set(room, ended)
      return
    }
    const settled = this.#begun(group)
    this.#steps.reset(now, group, (at, end) => {
      settled(at, end)
      ended(at, end)
    })
  }

  clear(): void {
    this.#groups.clear()
    this.#statuses.clear()
    this.#invited.clear()
    this.#mails.clear()
    this.#resets.clear()
    this.#working = 0
  }

  tick(now: Now): void {
    if (!this.#host.isReady()) return
    // Those in which somebody wrote or that are looked at go first.
    for (const isUrgent of [true, false]) {
      for (const group of this.#groups.values()) {
        const { stepsMax, quietStepsMax } = groupLimits
        if (this.#working >= (isUrgent ? stepsMax : quietStepsMax)) break
        if ((group.isWanted || group.room.isOpened) !== isUrgent) continue
        const isFree = !group.isWorking && now.ms >= group.notBeforeMs
        const mail = isFree ? this.#mailFor(group) : undefined
        const step = stepOf(group, now.ms)
        if (mail !== undefined) this.#useMail(now, group, mail)
        else if (step !== undefined) {
          this.#steps.take(now, group, { step, ended: this.#begun(group) })
        }
      }
    }
  }

  /** Devices came in: somebody has to tell them what they cannot know. */
  #added(now: Now, group: Group, at: { readonly index: number; readonly isOwn: boolean }): void {
    const { sealed, isHistoryShared } = group.room
    if (sealed.title === undefined && !isHistoryShared) return
    const turn = turnMs(group, { ...at, drawn: this.#host.chance() })
    group.greeting ??= { index: at.index, atMs: now.ms + turn }
  }

  #begun(group: Group): Ended {
    group.isWorking = true
    this.#working += 1
    return (now, end) => {
      if (!group.isWorking) throw new Error(`a step for ${group.room.room} ended twice`)
      group.isWorking = false
      if (this.#groups.get(group.room.room) !== group) return
      this.#working -= 1
      this.#ended(now, group, end)
    }
  }

  #ended(now: Now, group: Group, end: End): void {
    if (end === 'again') {
      group.tries += 1
      group.notBeforeMs = now.ms + retryMs(group.tries, this.#host.chance())
    } else if (end === 'ok' && stepOf(group, now.ms) === undefined) {
      group.tries = 0
      group.isWanted = false
      group.isFull = false
      group.beginAtMs = undefined
    }
    const { room } = group.room
    this.#host.touch(room)
    const reset = this.#resets.get(room)
    this.#resets.delete(room)
    if (reset !== undefined) this.reset(now, room, reset)
    this.tick(now)
  }

  #gone(room: string): void {
    const group = this.#groups.get(room)
    if (group === undefined) return
    this.#groups.delete(room)
    this.#statuses.delete(room)
    if (group.isWorking) this.#working -= 1
    this.#host.sends.forget(room)
    this.#host.jobs.room({ kind: 'forget', room }, () => {})
  }
}

interface Place {
  readonly gen: number
  readonly epoch: number
}

function isNewer(one: Place, other: Place): boolean {
  return one.gen > other.gen || (one.gen === other.gen && one.epoch > other.epoch)
}

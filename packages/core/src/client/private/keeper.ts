/**
 * The part of the client that keeps encryption: it stands between the node and the cipher and ties
 * together the account, the groups, what is opened and what is sealed. Without a cipher it does
 * nothing but refuse to send in plain where everything is sealed.
 */
import type { DownFrameOf } from '@starling/protocol/down'
import type { Entry } from '@starling/protocol/entry'
import type { ErrorCode } from '@starling/protocol/error-codes'
import type { UpFrameOf } from '@starling/protocol/up'
import type { Chance, Now } from '../../now.ts'
import { type Asks, refusal } from '../asks.ts'
import type {
  AskResult,
  ClientOutput,
  ClientTuning,
  Me,
  OutboxItem,
  PrivacyWish,
} from '../client-io.ts'
import { isEntry, type Outbox } from '../outbox.ts'
import type { RoomState } from '../room-state.ts'
import type { Rooms } from '../rooms.ts'
import type { PrivacySnapshot, RoomPrivacy } from '../snapshot.ts'
import { AccountKeeper } from './account-keeper.ts'
import { ArchiveKeeper, type Lack } from './archive-keeper.ts'
import type { CipherResult, CipherWork } from './cipher.ts'
import { CipherJobs } from './cipher-jobs.ts'
import type { About } from './content.ts'
import { GroupKeeper } from './group-keeper.ts'
import { GroupSends } from './group-sends.ts'
import { Opening } from './opening.ts'
import { mayReset, roomPrivacy } from './privacy-words.ts'
import { Sealing } from './sealing.ts'
import { type Answer, done, Wishes } from './wishes.ts'

/** A room that one entered is told of by its own entry; it comes right after the ack. */
const enteredMsMax = 10_000

const off: PrivacySnapshot = { state: 'off', unlinked: [], hasRecoveryKey: false }

export interface KeeperHost {
  readonly hasCipher: boolean
  readonly tuning: ClientTuning
  readonly chance: Chance
  readonly emit: (output: ClientOutput) => void
  readonly touch: (room: string) => void
  /** What is to be stored of the rooms changed, or what is shown of the account. */
  readonly roomsChanged: () => void
  readonly accountChanged: () => void
  readonly asks: Asks
  readonly rooms: Rooms
  readonly outbox: () => Outbox
  readonly me: () => Me
  readonly isOnline: () => boolean
  /** Looks further back in the self room; false when it looked at all there is. */
  readonly readOlderMail: (now: Now) => boolean
}

export class Keeper {
  readonly #host: KeeperHost
  readonly #jobs: CipherJobs
  readonly #sends: GroupSends
  readonly #account: AccountKeeper
  readonly #archive: ArchiveKeeper
  readonly #groups: GroupKeeper
  readonly #wishes: Wishes
  readonly opening: Opening
  readonly sealing: Sealing
  /** Rooms whose ack of entering came before they did, and until when they are waited for. */
  readonly #entering = new Map<string, number>()
  /** From another device of one's own; the newest. */
  #linkMail: string | undefined
  /**
   * Rooms that something sealed is for and that are not there, and until when they are waited for.
   */
  readonly #missing = new Map<string, number>()

  constructor(host: KeeperHost) {
    this.#host = host
    const { hasCipher, asks, chance, me, rooms, touch, readOlderMail } = host
    const jobs = new CipherJobs({
      emit: host.emit,
      heard: (now, work, result) => this.#heard(now, work, result),
      late: (now, work, result) => this.#late(now, work, result),
    })
    const isKnown = (room: RoomState) => rooms.get(room.room) === room
    this.#jobs = jobs
    this.#sends = new GroupSends(chance, host.tuning)
    this.#account = new AccountKeeper({
      ...{ asks, jobs, chance, me },
      prepared: (now, outcome) => {
        this.#groups.prepared(now, outcome)
        this.#useLinkMail(now)
      },
      linked: (now) => this.#archive.learnAll(now),
      changed: () => this.#accountChanged(),
    })
    this.#archive = new ArchiveKeeper({
      ...{ asks, jobs, chance },
      isReady: () => this.#account.isReady,
      lackOf: (room) => lackOf(rooms.get(room)),
    })
    this.#groups = new GroupKeeper({
      ...{ asks, jobs, chance, me, touch, readOlderMail, sends: this.#sends },
      isReady: () => this.#account.isReady && host.isOnline(),
      epochChanged: (room) => this.sealing.forget(room),
      heal: (now, room, which) => this.opening.heal(now, room, which),
      notCertified: (now) => this.#account.refresh(now),
    })
    this.opening = new Opening({
      ...{ hasCipher, jobs, isKnown, touch, chance },
      missed: (room) => this.#groups.skipped(room.room),
      lacking: (now, room) => this.#archive.missed(now, room.room),
      about: (room, entry, about) => this.#about(room, entry, about),
      opened: (room, entries) => {
        if (room.sealed.read(entries[0]?.index ?? Number.POSITIVE_INFINITY)) host.roomsChanged()
        host.emit({ kind: 'opened', room: room.room, entries })
      },
    })
    this.sealing = new Sealing({
      ...{ hasCipher, rooms, jobs },
      isToEnter: (now, room) => host.outbox().isToEnter(room) || this.#hasEntered(now, room),
      isEntering: (now, item) => this.#isEntering(now, item),
      isReady: (room) => this.#groups.isReady(room),
      isWanted: (now, room) => this.#groups.wanted(now, room),
      isStale: (now, room) => this.#groups.stale(now, room),
      acked: (now, item) => this.#acked(now, item),
      failed: (now, room, outcome) => this.#groups.sealFailed(now, room, outcome),
    })
    this.#wishes = new Wishes({
      ...{ asks, jobs, me, account: this.#account },
      verified: (now, user, isVerified) => {
        this.#markVerified(user, isVerified)
        this.#groups.unblock(now)
      },
      again: (now, room) => this.#again(now, room),
      reset: (now, room, answer) => this.#reset(now, room, answer),
    })
  }

  get isAnswerAwaited(): boolean {
    return this.#sends.isAnswerAwaited
  }

  /** The same object while nothing changes. */
  get shown(): PrivacySnapshot {
    return this.#host.hasCipher ? this.#account.shown : off
  }

  shownOf(room: RoomState): RoomPrivacy | undefined {
    if (!room.isEncrypted) return undefined
    return roomPrivacy(room, this.shown.state, this.#groups.get(room.room))
  }

  /** The timelines' ends are being named to the servers: nothing of before is taken after that. */
  greeting(): void {
    this.opening.dropArrivals()
  }

  /** `isAnother`: all that was known was another person's. */
  welcomed(now: Now, isAnother: boolean): void {
    this.#entering.clear()
    for (const { room } of this.#host.rooms.all()) this.#missing.delete(room)
    if (!this.#host.hasCipher) return
    if (isAnother) {
      this.#sends.clear()
      this.#groups.clear()
      this.#account.clear()
      this.#archive.clear()
      this.#linkMail = undefined
      this.sealing.clear()
    }
    this.#sends.reconnected()
    this.#groups.mailIsToBeRead()
    this.#groups.rooms(now, this.#host.rooms.all())
    this.#account.refresh(now)
    const lacking = [...this.#host.rooms.all()].filter((room) => lackOf(room) !== undefined)
    this.#archive.welcomed(
      now,
      lacking.map(({ room }) => room),
    )
  }

  roomCame(now: Now, { room, by, from }: Extract<Entry, { kind: 'room-added' }>): void {
    this.#entering.delete(room)
    this.#missing.delete(room)
    if (!this.#host.hasCipher) return
    const isMade = by === this.#host.me().user && from === 1
    this.#groups.rooms(now, this.#host.rooms.all(), { room, isMade })
  }

  /** One is out of some rooms. */
  roomsGone(now: Now): void {
    if (this.#host.hasCipher) this.#groups.rooms(now, this.#host.rooms.all())
  }

  /** Entries of a room were passed over, or are not known to have been seen. */
  skipped(room: RoomState): void {
    if (room.isEncrypted) this.#groups.skipped(room.room)
  }

  /** A live entry of an encrypted room took its place. */
  entered(now: Now, room: RoomState, entry: Entry): void {
    if (room.isEncrypted) this.#groups.entry(now, room.room, entry)
  }

  /** What came for this device while it was away is told now, if it was told at all. */
  selfWasRead(now: Now): void {
    if (this.#host.hasCipher) this.#groups.mailWasRead(now)
  }

  /** What concerns the person alone; the same may be told again. */
  selfEntry(now: Now, entry: Entry): void {
    if (!this.#host.hasCipher) return
    if (entry.kind === 'device-added') this.#account.deviceCame(now)
    if (entry.kind === 'identity' || entry.kind === 'device-removed') this.#account.refresh(now)
    if (entry.kind !== 'mail' || entry.device !== this.#host.me().device) return
    if (entry.mail.kind === 'welcome') {
      this.#account.packageUsed(now)
      this.#groups.welcome(now, entry.mail)
    } else {
      this.#linkMail = entry.mail.box
      this.#useLinkMail(now)
    }
  }

  /** It may have come before this device knew that it is not linked. */
  #useLinkMail(now: Now): void {
    if (this.#linkMail === undefined || this.shown.state !== 'unlinked') return
    this.#wishes.linkMail(now, this.#linkMail)
    this.#linkMail = undefined
  }

  cipherDone(now: Now, job: number, result: CipherResult): void {
    this.#jobs.answered(now, job, result)
  }

  privacy(now: Now, { ask, wish }: { readonly ask: number; readonly wish: PrivacyWish }): void {
    if (!this.#host.hasCipher) {
      const say = 'This client does not encrypt.'
      const result = { ok: false, code: 'vault-unavailable', say } as const
      this.#host.emit({ kind: 'privacy', ask, result })
      return
    }
    this.#wishes.fulfil(now, wish, (_, result) => {
      this.#host.emit({ kind: 'privacy', ask, result })
    })
  }

  /** An answer on its way to who asked: with what can be read of it. */
  answer(now: Now, result: AskResult, then: (result: AskResult) => void): void {
    if (!result.ok || result.answer.kind !== 'history') return then(result)
    const { answer } = result
    const room = this.#host.rooms.get(answer.room)
    this.opening.page(now, room, {
      entries: answer.entries,
      take: (_, entries) => then({ ok: true, answer: { ...answer, entries } }),
    })
  }

  /** True when it was for a send of this part. */
  acked(now: Now, frame: DownFrameOf<'ack'>): boolean {
    return this.#sends.acked(now, frame)
  }

  refused(now: Now, frame: DownFrameOf<'refused'>): boolean {
    return this.#sends.refused(now, frame)
  }

  due(now: Now): readonly UpFrameOf<'send'>[] {
    return this.#sends.due(now)
  }

  /** Gives the cipher what waits to be sealed. */
  flush(now: Now): void {
    if (this.#host.hasCipher) this.sealing.flush(now)
  }

  tick(now: Now): void {
    if (!this.#host.hasCipher) return
    this.#jobs.tick(now)
    if (!this.#host.isOnline()) return
    this.#account.tick(now)
    this.#archive.tick(now)
    this.opening.tick(now)
    this.#groups.tick(now)
  }

  #markVerified(user: string, isVerified: boolean): void {
    for (const { isEncrypted, timeline, room } of this.#host.rooms.all()) {
      if (!isEncrypted) continue
      timeline.markVerified(user, isVerified)
      this.#host.touch(room)
    }
  }

  #again(now: Now, room: string): void {
    this.#groups.again(now, room)
    this.#archive.again(now, room)
    const state = this.#host.rooms.get(room)
    if (state !== undefined) this.opening.heal(now, state, 'all')
  }

  #reset(now: Now, id: string, answer: Answer): void {
    const room = this.#host.rooms.get(id)
    const fault = resetFault(room)
    if (fault !== undefined) return answer(now, refusal(fault))
    this.#groups.reset(now, id, (at, end) => {
      answer(at, end === 'ok' ? done : refusal('unavailable'))
    })
  }

  #heard(now: Now, work: CipherWork, result: CipherResult): void {
    const { status, archive, learned, outcome } = result
    if (archive !== undefined && archive.length > 0) this.#archive.keep(now, archive)
    if (status !== undefined && 'room' in work) this.#groups.status(now, work.room, status)
    if (work.kind === 'seal' && outcome.kind === 'sealed') this.#groups.sealed(work.room)
    if (work.kind === 'open' && outcome.kind === 'opened') {
      this.#groups.opened(now, work, outcome)
      const room = this.#host.rooms.get(work.room)
      if (room !== undefined) this.opening.identities(room, outcome.identities)
      const changed = outcome.identities.flatMap(({ users }) => users)
      for (const user of changed) this.#markVerified(user, false)
    }
    this.#learned(now, learned)
  }

  /**
   * What was done is durable, and its answer is of a past that others went on from: a box would be
   * sealed twice, a status be older than what is known. Keys stay keys; the rest is asked anew.
   */
  #late(now: Now, work: CipherWork, { archive, learned }: CipherResult): void {
    if (archive !== undefined && archive.length > 0) this.#archive.keep(now, archive)
    this.#learned(now, learned)
    if ('room' in work) this.#groups.skipped(work.room)
    this.#account.refresh(now)
  }

  #learned(now: Now, rooms: CipherResult['learned']): void {
    for (const id of rooms ?? []) {
      const room = this.#host.rooms.get(id)
      if (room !== undefined) this.opening.heal(now, room, 'all')
    }
  }

  #about(room: RoomState, { index }: Entry, { title, topic, isAgain }: About): void {
    if (isAgain === true) this.#groups.greeted(room.room, index)
    const hasTitle = title !== undefined && room.sealed.learn('title', title, index)
    const hasTopic = topic !== undefined && room.sealed.learn('topic', topic, index)
    if (!hasTitle && !hasTopic) return
    this.#host.touch(room.room)
    this.#host.roomsChanged()
  }

  #accountChanged(): void {
    this.#host.accountChanged()
    for (const { isEncrypted, room } of this.#host.rooms.all()) {
      if (isEncrypted) this.#host.touch(room)
    }
  }

  #acked(now: Now, item: OutboxItem): void {
    if (!isEntry(item) || this.#host.rooms.get(item.room) !== undefined) return
    this.#entering.set(item.room, now.ms + enteredMsMax)
  }

  #isEntering(now: Now, item: OutboxItem): boolean {
    if (this.#host.outbox().isEntering(item) || this.#hasEntered(now, item.room)) return true
    if (item.isSealed !== true) return false
    // One was in that room: it may be that the welcome lagged, and it comes.
    const untilMs = this.#missing.get(item.room) ?? now.ms + enteredMsMax
    this.#missing.set(item.room, untilMs)
    return now.ms < untilMs
  }

  #hasEntered(now: Now, room: string): boolean {
    return (this.#entering.get(room) ?? 0) > now.ms
  }
}

/** What of the room waits for keys that the archive may have. */
function lackOf(room: RoomState | undefined): Lack | undefined {
  if (room?.isEncrypted !== true) return undefined
  const why = room.timeline.unopened().map((entry) => entry.kind === 'unreadable' && entry.why)
  if (why.includes('no-key')) return 'late'
  return why.includes('before-join') ? 'older' : undefined
}

function resetFault(room: RoomState | undefined): ErrorCode | undefined {
  if (room === undefined) return 'not-member'
  if (!room.isEncrypted) return 'not-encrypted'
  return mayReset(room) ? undefined : 'not-allowed'
}

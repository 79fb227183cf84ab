/**
 * How the steps of a room's group are done: questions to the servers, work for the cipher, sends.
 * Each step ends in exactly one call of its `Ended`; what it learned is in the group by then. A
 * commit counts for this device as soon as it is acknowledged: its entry is opened at once, and
 * when it arrives it is known already.
 */
import type { Entry } from '@starling/protocol/entry'
import type { Chance, Now } from '../../now.ts'
import type { Asks } from '../asks.ts'
import type { AskResult, Me, Question } from '../client-io.ts'
import { randomId } from '../random-id.ts'
import type {
  CipherOutcome,
  Content,
  GroupAnswer,
  GroupOperation,
  RoomWork,
  Welcome,
} from './cipher.ts'
import { noGroup } from './cipher.ts'
import type { CipherJobs } from './cipher-jobs.ts'
import { type Group, groupLimits, type Step } from './group.ts'
import type { GroupSends, SendOutcome } from './group-sends.ts'

/** `ok`: go on at once. `again`: after a pause that grows. `wait`: `notBeforeMs` was set. */
export type End = 'ok' | 'again' | 'wait'
export type Ended = (now: Now, end: End) => void

export interface StepsHost {
  readonly asks: Asks
  readonly jobs: CipherJobs
  readonly sends: GroupSends
  readonly chance: Chance
  readonly me: () => Me
  /** One's own certificate is not known to the servers. */
  readonly notCertified: (now: Now) => void
}

export interface MailHost {
  /** A welcome is there that was not used yet. */
  readonly isWelcomed: (group: Group) => boolean
  /** What came for this device while it was away was looked for on this connection. */
  readonly isMailRead: () => boolean
  /** Looks for it further back; false when all there is was looked at. */
  readonly readOlderMail: (now: Now) => boolean
}

export class GroupSteps {
  readonly #host: StepsHost & MailHost

  constructor(host: StepsHost & MailHost) {
    this.#host = host
  }

  take(now: Now, group: Group, { step, ended }: { step: Step; ended: Ended }): void {
    switch (step) {
      case 'enter':
      case 'resync':
        return this.#picture(now, group, {
          ended,
          take: (at, answer) => {
            if (step === 'enter' && this.#isWelcomeDue(at, group, answer)) return ended(at, 'wait')
            if (answer.gen === 0) this.#begin(at, group, { gen: 1, ended })
            else this.#operation(group, { kind: 'join', group: answer }, ended)
          },
        })
      case 'commits':
        return this.#commits(now, group, ended)
      case 'look':
        return this.#picture(now, group, {
          ended,
          take: (at, answer) => this.#look(at, group, { answer, ended }),
        })
      case 'greet':
        return this.#greet(group, ended)
    }
  }

  /** Somebody brought this device in: its welcome is in the self room, or about to be. */
  #isWelcomeDue(now: Now, group: Group, { leaves, removals }: GroupAnswer): boolean {
    if (this.#host.isWelcomed(group)) return true
    const { user, device } = this.#host.me()
    const own = leaves.find((leaf) => leaf.device === device && leaf.user === user)
    // A leaf that is to go is from before: nobody welcomes this device because of it.
    if (own === undefined || removals.includes(own.leaf)) return false
    const isRead = this.#host.isMailRead()
    if (isRead && group.wasAwaited && !this.#host.readOlderMail(now)) return false
    group.wasAwaited = isRead
    group.welcomeUntilMs = now.ms + groupLimits.welcomeMsMax
    return true
  }

  /** The owner's way out of a group that is broken: it is begun anew. */
  reset(now: Now, group: Group, ended: Ended): void {
    const take = (at: Now, answer: GroupAnswer) => {
      group.beginAtMs = 0
      this.#begin(at, group, { gen: answer.gen + 1, ended })
    }
    this.#beforeItEnds(now, group, (at) => this.#picture(at, group, { ended, take }))
  }

  /** Of a group that is over the last keys come by its commits: they are fetched while one can. */
  #beforeItEnds(now: Now, group: Group, then: (now: Now) => void): void {
    if (group.status.state !== 'member') return then(now)
    this.#commits(now, group, (at) => then(at))
  }

  /** `used`: the cipher has seen it; it need not be tried again. */
  welcome(
    now: Now,
    group: Group,
    { mail, used, ended }: { mail: Welcome; used: () => void; ended: Ended },
  ): void {
    const { room } = group.room
    const take = (_: Now, answer: GroupAnswer) => {
      const work = { kind: 'welcome', room, mail, group: answer } as const
      this.#host.jobs.room(work, (then, { outcome }) => {
        const isFailed = outcome.kind === 'failed' && outcome.code === 'vault-unavailable'
        if (!isFailed) used()
        ended(then, isFailed ? 'again' : 'ok')
      })
    }
    // The tree as it was when one was welcomed; the group may have gone on.
    this.#ask(now, { t: 'group', room, epoch: mail.epoch }, (at, result) => {
      const answer = result.ok && result.answer.kind === 'group' ? result.answer : undefined
      if (answer?.gen === mail.gen) return take(at, answer)
      // That tree is forgotten, or not known yet to a backend that lags.
      this.#picture(at, group, {
        ended,
        take: (then, present) => {
          const isYetToCome =
            present.gen < mail.gen || (present.gen === mail.gen && present.epoch < mail.epoch)
          if (isYetToCome) ended(then, 'again')
          else take(then, present)
        },
      })
    })
  }

  #begin(now: Now, group: Group, { gen, ended }: { gen: number; ended: Ended }): void {
    const { room } = group
    const isFirst = room.role === 'owner' || room.timeline.live.at(1)?.by === this.#host.me().user
    const waitMs = isFirst ? 0 : groupLimits.dutyMsMin * (1 + 5 * this.#host.chance())
    group.beginAtMs ??= now.ms + waitMs
    if (now.ms < group.beginAtMs) {
      group.notBeforeMs = group.beginAtMs
      return ended(now, 'wait')
    }
    // Whoever begins it brings in all who are there: the next look finds them.
    this.#operation(group, { kind: 'begin', gen }, (at, end) => {
      if (end === 'ok' && room.peer !== undefined) group.toAdd.add(room.peer.user)
      if (end === 'ok') group.toAdd.add(this.#host.me().user)
      ended(at, end)
    })
  }

  #commits(now: Now, group: Group, ended: Ended): void {
    const { room } = group.room
    const { gen, epoch } = group.status
    this.#ask(now, { t: 'commits', room, gen, epoch }, (at, result) => {
      const answer = result.ok && result.answer.kind === 'commits' ? result.answer : undefined
      if (answer === undefined) return ended(at, 'again')
      if (answer.entries.length === 0) return this.#caughtUp(at, group, ended)
      const isHistoryShared = group.room.isHistoryShared
      const work = { kind: 'open', room, entries: answer.entries, isHistoryShared } as const
      this.#host.jobs.room(work, (then) => {
        const { status } = group
        const hasMoved = status.gen !== gen || status.epoch > epoch
        if (status.state !== 'member') return ended(then, 'ok')
        if (hasMoved && answer.more) return this.#commits(then, group, ended)
        this.#caughtUp(then, group, hasMoved ? ended : (it) => ended(it, 'again'))
      })
    })
  }

  /** As far as the commits go. If that is not all, the servers' picture tells what is. */
  #caughtUp(now: Now, group: Group, ended: Ended): void {
    const { status, sealedAt } = group
    group.isBehind = false
    const isLater = sealedAt.gen === status.gen && sealedAt.epoch > status.epoch
    if (isLater || sealedAt.gen > status.gen) group.isStale = true
    ended(now, 'ok')
  }

  #look(now: Now, group: Group, { answer, ended }: { answer: GroupAnswer; ended: Ended }): void {
    const { status } = group
    const { user, device } = this.#host.me()
    const own = answer.leaves.find((leaf) => leaf.device === device && leaf.user === user)
    const isOlder =
      answer.gen < status.gen || (answer.gen === status.gen && answer.epoch < status.epoch)
    if (isOlder) return ended(now, 'again')
    if (answer.gen > status.gen || own === undefined || answer.removals.includes(own.leaf)) {
      return this.#beforeItEnds(now, group, (at) => {
        const { gen, epoch } = group.status
        group.status = { ...noGroup, gen, epoch }
        group.isStale = false
        ended(at, 'ok')
      })
    }
    if (answer.epoch > status.epoch) {
      if (group.tries < groupLimits.quietTriesMax) group.isBehind = true
      else group.status = { ...status, state: 'broken' }
      return ended(now, 'again')
    }
    this.#mend(now, group, { answer, ended })
  }

  /** The pictures are the same: what is due in it is done by one commit. */
  #mend(now: Now, group: Group, { answer, ended }: { answer: GroupAnswer; ended: Ended }): void {
    const remove = answer.removals
    const users = [...new Set(answer.absent.map(({ user }) => user))]
    const wanted = users.filter((user) => group.toAdd.has(user))
    const done: Ended = (at, end) => {
      if (end === 'ok') {
        group.isStale = false
        group.isUpdateDue = false
        group.removal = undefined
        group.toAdd.clear()
      }
      ended(at, end)
    }
    if (wanted.length === 0) {
      if (remove.length === 0 && !group.isUpdateDue) return done(now, 'ok')
      const add = { add: [], claims: [] }
      const change = { kind: 'change', group: answer, ...add, remove, update: true } as const
      return this.#operation(group, change, done)
    }
    const { room } = group.room
    const claim = randomId(this.#host.chance)
    this.#ask(now, { t: 'claim', claim, room, users: wanted.slice(0, 64) }, (at, result) => {
      // Not now, or not from here: the servers may have another picture by now.
      if (!result.ok && result.retry !== 'never') return ended(at, 'again')
      const claimed = result.ok && result.answer.kind === 'claimed' ? result.answer : undefined
      const add = claimed?.packages ?? []
      if (add.length === 0 && remove.length === 0) return done(at, 'ok')
      const claims = add.length === 0 ? [] : [claim]
      const update = remove.length > 0
      this.#operation(group, { kind: 'change', group: answer, add, claims, remove, update }, done)
    })
  }

  #greet(group: Group, ended: Ended): void {
    const { room, isHistoryShared, sealed, topic } = group.room
    const title = sealed.title
    const again: Content[] = title === undefined ? [] : [{ kind: 'title', title, again: { topic } }]
    const done: Ended = (now, end) => {
      if (end === 'ok') group.greeting = undefined
      ended(now, end)
    }
    if (!isHistoryShared) return this.#sealAll(group, again, done)
    this.#host.jobs.room({ kind: 'spans', room }, (_, { outcome }) => {
      const spans = outcome.kind === 'spans' ? outcome.spans : []
      const newest = spans.slice(-groupLimits.keysContentsMax)
      const keys = newest.map((span): Content => ({ kind: 'keys', ...span }))
      // The title comes last: who sees it knows that nobody else need do this.
      this.#sealAll(group, [...keys, ...again], done)
    })
  }

  #sealAll(group: Group, contents: readonly Content[], ended: Ended): void {
    const { room } = group.room
    const [content, ...others] = contents
    this.#host.jobs.room(
      { kind: 'seal', room, contents: content === undefined ? [] : [content] },
      (now, { outcome }) => {
        if (content === undefined) return ended(now, 'ok')
        if (outcome.kind === 'blocked') {
          group.blocked = outcome.users
          return ended(now, 'wait')
        }
        if (outcome.kind !== 'sealed') return ended(now, 'again')
        const [box = ''] = outcome.boxes
        const { gen, epoch } = outcome
        this.#host.sends.give(room, { kind: 'sealed', gen, epoch, box }, (at, sent) => {
          if (!sent.ok) return this.#refused(at, group, { sent, ended })
          this.#sealAll(group, others, ended)
        })
      },
    )
  }

  /** Has the cipher make it, sends it, and has it stand here. */
  #operation(group: Group, work: OperationWork, ended: Ended): void {
    const { room } = group.room
    this.#host.jobs.room({ ...work, room }, (now, { outcome }) => {
      if (outcome.kind !== 'operation') return this.#unable(now, group, { outcome, ended })
      const { op } = outcome
      this.#host.sends.give(room, op, (at, sent) => {
        if (!sent.ok) return this.#refused(at, group, { sent, ended })
        const entries = [this.#entryOf(op, sent)]
        const isHistoryShared = group.room.isHistoryShared
        this.#host.jobs.room({ kind: 'open', room, entries, isHistoryShared }, (then) => {
          ended(then, 'ok')
        })
      })
    })
  }

  #entryOf(op: GroupOperation, { index, at }: Extract<SendOutcome, { ok: true }>): Entry {
    const { user, name } = this.#host.me()
    const head = { index, at, by: user, name }
    if (op.kind === 'group') {
      return { ...head, kind: 'group', gen: op.gen, groupInfo: op.groupInfo }
    }
    const { gen, epoch, id, commit } = op
    return { ...head, kind: 'commit', gen, epoch, id, commit }
  }

  #unable(
    now: Now,
    group: Group,
    { outcome, ended }: { outcome: CipherOutcome; ended: Ended },
  ): void {
    const isNotReady = outcome.kind === 'failed' && outcome.code === 'not-ready'
    if (isNotReady && group.status.state === 'member') group.isBehind = true
    ended(now, 'again')
  }

  #refused(
    now: Now,
    group: Group,
    { sent, ended }: { sent: Extract<SendOutcome, { ok: false }>; ended: Ended },
  ): void {
    switch (sent.code) {
      case 'stale-epoch':
        // Another one was first; of a room that one is not in yet the next picture tells.
        group.isBehind = group.status.state === 'member'
        group.isStale = group.isBehind
        return ended(now, 'again')
      case 'no-leaf':
        group.isStale = true
        return ended(now, 'again')
      case 'not-certified':
        this.#host.notCertified(now)
        return ended(now, 'again')
      case 'bad-group':
        if (group.status.state === 'member') group.status = { ...group.status, state: 'broken' }
        return ended(now, 'again')
      default:
        group.isFull = sent.code === 'group-full'
        group.notBeforeMs = now.ms + groupLimits.retryMsMax
        return ended(now, 'wait')
    }
  }

  #picture(
    now: Now,
    group: Group,
    { ended, take }: { ended: Ended; take: (now: Now, answer: GroupAnswer) => void },
  ): void {
    this.#ask(now, { t: 'group', room: group.room.room }, (at, result) => {
      if (result.ok && result.answer.kind === 'group') take(at, result.answer)
      // Also when one is not in that room: a backend that lags does not know it yet.
      else ended(at, 'again')
    })
  }

  #ask(now: Now, question: Question, answered: (now: Now, result: AskResult) => void): void {
    this.#host.asks.ask(now, question, answered)
  }
}

type OperationWork =
  | { readonly kind: 'begin'; readonly gen: number }
  | { readonly kind: 'join'; readonly group: GroupAnswer }
  | Omit<Extract<RoomWork, { kind: 'change' }>, 'room'>

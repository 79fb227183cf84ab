/**
 * The backend node: requests in, one log record for all that came in a turn, answers out when that
 * record is applied. Reads are answered from the store. It holds nothing that another backend
 * needs: when it dies, front-ends ask the next one the same.
 *
 * Order of one `drain`: what the inputs of the turn left undone, the appends, the feeds, and then
 * all outputs in the order in which they arose.
 */
import type { LinkDown, Reply } from '../link/down.ts'
import { type LinkUp, linkVersion, type RequestBody } from '../link/up.ts'
import type { LoggedOperation } from '../log/record.ts'
import { type Now, unreachable } from '../now.ts'
import type { Applied } from '../room/applied.ts'
import { operationsOf, Replica, recordIdOf, roomsTouchedBy } from '../room/apply.ts'
import { settingsOf } from '../room/settings.ts'
import type { Store } from '../room/store.ts'
import { answerCatchUp, answerRead, isRead, isReading } from './answers.ts'
import { AppendQueue } from './append-queue.ts'
import { Applying } from './applying.ts'
import { operationAsked } from './asked-operations.ts'
import type {
  BackendFigures,
  BackendInputs,
  BackendOptions,
  BackendOutput,
  LinkId,
  LoggedRecord,
} from './backend-io.ts'
import { ClientLists } from './client-lists.ts'
import { type Claim, DigestWatch } from './digest-watch.ts'
import { Draining } from './draining.ts'
import { done, Identification, refused } from './identification.ts'
import { answerClaim } from './key-answers.ts'
import { ParkedRequests, type Request } from './parked-requests.ts'
import { PasswordTasks } from './password-tasks.ts'
import { Presence } from './presence.ts'
import { PresenceFeeds } from './presence-feeds.ts'
import { RoomFeeds } from './room-feeds.ts'
import { SettingsDeclaration } from './settings-declaration.ts'

type RequestFrame = Extract<LinkUp, { t: 'request' }>
type AskBody = Extract<RequestBody, { kind: 'ask' }>

export class BackendNode implements BackendInputs {
  readonly #options: BackendOptions
  readonly #store: Store
  readonly #replica: Replica
  readonly #watch: DigestWatch
  readonly #applying: Applying
  readonly #queue: AppendQueue
  readonly #declaration: SettingsDeclaration
  readonly #feeds: RoomFeeds
  readonly #presence: Presence
  readonly #presenceFeeds: PresenceFeeds
  readonly #clients: ClientLists
  readonly #passwords: PasswordTasks
  readonly #identification: Identification
  /** Links; true once the front-end has said hello. */
  readonly #links = new Map<LinkId, boolean>()
  readonly #parked = new ParkedRequests()
  #outputs: BackendOutput[] = []
  /** Taken to be there until the log says otherwise. */
  #reach = { canAppend: true, why: '' }
  #loopDelayMs = 0
  #healthAtMs = 0
  readonly #draining: Draining
  #requestsTotal = 0
  #opsAppliedTotal = 0
  readonly #refusalsTotal: Record<string, number> = {}

  constructor(options: BackendOptions) {
    const { name, store, limits, tuning } = options
    this.#options = options
    this.#store = store
    this.#replica = new Replica(options)
    this.#watch = new DigestWatch(name, tuning)
    this.#applying = new Applying({ store, replica: this.#replica, watch: this.#watch })
    this.#queue = new AppendQueue(options)
    this.#declaration = new SettingsDeclaration({
      store,
      settings: settingsOf(options),
      append: (now, op, settle) => this.#queue.addFirst(now, op, settle),
      isOwn: (recordId) => this.#queue.isOwn(recordId),
    })
    this.#feeds = new RoomFeeds(store, (link, frame) => this.#send(link, frame))
    this.#presence = new Presence(tuning.presenceGraceMs)
    this.#presenceFeeds = new PresenceFeeds({
      presence: this.#presence,
      feeds: this.#feeds,
      peopleMax: limits.presencePeopleMax,
      flushMs: tuning.presenceFlushMs,
      send: (link, frame) => this.#send(link, frame),
    })
    this.#draining = new Draining(tuning)
    this.#clients = new ClientLists(this.#presence)
    this.#passwords = new PasswordTasks((output) => this.#outputs.push(output))
    this.#identification = new Identification({
      store,
      limits,
      passwords: this.#passwords,
      known: (op) => this.#replica.known(op),
      canAppend: () => this.#canAppend,
      append: (now, op, settle) => this.#queue.add(now, op, settle),
    })
  }

  linkOpened(_now: Now, link: LinkId): void {
    const { name, rank } = this.#options
    this.#links.set(link, false)
    this.#send(link, { t: 'hello', version: linkVersion, backend: name, rank })
  }

  linkClosed(now: Now, link: LinkId): void {
    if (!this.#links.delete(link)) return
    this.#feeds.closeAll(link)
    this.#clients.closeLink(now, link)
    this.#parked.forget(link)
  }

  linkFrame(now: Now, link: LinkId, frame: LinkUp): void {
    const isGreeted = this.#links.get(link)
    if (isGreeted === undefined) return
    if (!isGreeted && frame.t !== 'hello') return this.#close(now, link, 'no hello')
    switch (frame.t) {
      case 'hello':
        if (frame.version !== linkVersion) return this.#close(now, link, 'another link version')
        this.#links.set(link, true)
        return this.#sendHealth(link)
      case 'clients':
        return this.#clients.change(now, link, frame)
      case 'request':
        return this.#request(now, link, frame)
      case 'feed':
        return this.#openFeed(link, frame.room, frame.from)
      case 'unfeed':
        return this.#feeds.close(link, frame.room)
      case 'typing':
        for (const [other, isOpen] of this.#links) if (isOpen) this.#send(other, frame)
        return
      default:
        return unreachable(frame)
    }
  }

  records(now: Now, records: readonly LoggedRecord[]): void {
    const applied = this.#applying.take(records)
    records.forEach((logged, at) => {
      this.#settleRecord(now, logged, applied[at])
    })
    for (const request of this.#parked.takeAll()) this.#serve(now, request)
  }

  appended(_now: Now, recordId: string): void {
    this.#queue.acknowledged(recordId)
  }

  appendFailed(now: Now, recordId: string, _failure: { code: string }): void {
    this.#queue.failed(now, recordId)
  }

  logReach(now: Now, canAppend: boolean, why: string): void {
    const before = this.#reach
    this.#reach = { canAppend, why }
    this.#declaration.reach(now, canAppend)
    if (before.canAppend !== canAppend || before.why !== why) this.#broadcastHealth()
  }

  claimHeard(_now: Now, claim: Claim): void {
    this.#watch.heard(claim)
  }

  passwordHashed(now: Now, task: number, passwordHash: string): void {
    this.#passwords.hashed(now, task, passwordHash)
  }

  passwordChecked(now: Now, task: number, isRight: boolean): void {
    this.#passwords.checked(now, task, isRight)
  }

  loopDelay(_now: Now, ms: number): void {
    this.#loopDelayMs = ms
  }

  beginDrain(now: Now): void {
    if (this.#draining.begin(now)) this.#broadcastHealth()
  }

  tick(now: Now): void {
    this.#queue.expire(now)
    const late = this.#parked.takeLate(now.ms - this.#options.tuning.requestWaitMsMax)
    for (const request of late) this.#reply(request, refused('unavailable'))
    this.#declaration.tick(now)
    for (const claim of this.#watch.take(now)) this.#outputs.push({ kind: 'claim', claim })
    if (now.ms - this.#healthAtMs >= this.#options.tuning.healthMs) {
      this.#healthAtMs = now.ms
      this.#broadcastHealth()
    }
    this.#presenceFeeds.tick(now)
    const isQuiet = this.#inFlight === 0 && this.#feeds.size === 0
    if (this.#draining.ends(now, isQuiet)) this.#outputs.push({ kind: 'drained' })
  }

  drain(now: Now): readonly BackendOutput[] {
    this.#tellOfReplicas()
    const isHeld = this.#declaration.isHolding
    for (const record of this.#queue.take(now, isHeld)) {
      this.#outputs.push({ kind: 'append', record })
    }
    this.#feeds.pump()
    const outputs = this.#outputs
    this.#outputs = []
    return outputs
  }

  figures(): BackendFigures {
    return {
      clients: this.#clients.size,
      inFlight: this.#inFlight,
      feeds: this.#feeds.size,
      links: this.#links.size,
      position: this.#store.position,
      requestsTotal: this.#requestsTotal,
      appendsTotal: this.#queue.appendsTotal,
      opsAppliedTotal: this.#opsAppliedTotal,
      settingsDiffer: this.#declaration.differing,
      digestDisputes: this.#watch.disputes,
      refusalsTotal: this.#refusalsTotal,
    }
  }

  get #canAppend(): boolean {
    return this.#reach.canAppend && this.#watch.diverged === undefined
  }

  get #inFlight(): number {
    return this.#queue.size + this.#parked.size + this.#passwords.size
  }

  #request(now: Now, link: LinkId, frame: RequestFrame): void {
    this.#requestsTotal += 1
    const { request, after, body } = frame
    const accepted = { link, request, after, body, sinceMs: now.ms }
    const isFull = this.#inFlight >= this.#options.tuning.requestsInFlightMax
    // A read that is answered at once waits nowhere: no limit is in its way.
    if (isFull && (after > this.#store.position || !isReading(body))) {
      this.#reply(accepted, refused('unavailable'))
    } else {
      this.#serve(now, accepted)
    }
  }

  #serve(now: Now, request: Request): void {
    if (request.after > this.#store.position) {
      this.#parked.add(request)
      return
    }
    const { body } = request
    const answered = (reply: Reply) => this.#reply(request, reply)
    switch (body.kind) {
      case 'guest':
        return this.#identification.guest(now, body, answered)
      case 'token':
        return this.#identification.token(now, body, answered)
      case 'login':
        return this.#identification.login(now, body, answered)
      case 'register':
        return this.#identification.register(now, body, answered)
      case 'send': {
        const { room, by, outbox, number, device, op } = body
        const from = device === undefined ? {} : { device }
        return this.#settle(now, request, { kind: 'room', room, by, outbox, number, ...from, op })
      }
      case 'ask':
        return this.#ask(now, request, body)
      case 'catch-up':
        return answered(answerCatchUp(this.#store, body))
      default:
        return unreachable(body)
    }
  }

  #ask(now: Now, request: Request, { by, device, frame }: AskBody): void {
    if (isRead(frame)) {
      const context = { store: this.#store, presence: this.#presence, limits: this.#options.limits }
      return this.#reply(request, answerRead(context, { user: by, device }, frame))
    }
    if (frame.t === 'password') {
      const change = { user: by, old: frame.old, new: frame.new }
      const answered = (reply: Reply) => this.#reply(request, reply)
      return this.#identification.changePassword(now, change, answered)
    }
    if (frame.t === 'revoke' && frame.device === 'others') {
      return this.#revokeOthers(now, request, { by, device })
    }
    this.#settle(now, request, operationAsked(this.#store, { user: by, device }, frame))
  }

  /** All that the log holds by now, not only those of which the news has come here. */
  #revokeOthers(now: Now, request: Request, { by, device }: { by: string; device: string }): void {
    if (!this.#canAppend) return this.#reply(request, refused('unavailable'))
    this.#queue.add(now, undefined, (outcome, then) => {
      if (!outcome.ok) return this.#reply(request, refused(outcome.code))
      const all = this.#store.devicesOf(by).map((row) => row.device)
      const devices = all.filter((other) => other !== device)
      this.#settle(then, request, { kind: 'revoke', user: by, devices })
    })
  }

  /** Answers from the store what is settled already; the rest goes through the log. */
  #settle(now: Now, request: Request, op: LoggedOperation): void {
    const known = this.#queue.isNext(op) ? undefined : this.#replica.known(op)
    const settle = (outcome: NonNullable<typeof known>) => {
      if (!outcome.ok) this.#reply(request, refused(outcome.code))
      else if (op.kind === 'claim') this.#reply(request, answerClaim(this.#store, op))
      else if (op.kind !== 'room') this.#reply(request, done)
      else this.#reply(request, { kind: 'sent', index: outcome.index, at: outcome.at })
    }
    if (known !== undefined) settle(known)
    else if (!this.#canAppend) this.#reply(request, refused('unavailable'))
    else this.#queue.add(now, op, settle)
  }

  /** The record is applied, and with it all that came with it. */
  #settleRecord(now: Now, { record }: LoggedRecord, applied: Applied | undefined): void {
    const ops = operationsOf(record)
    this.#opsAppliedTotal += ops.length
    this.#declaration.saw(record)
    if (applied === undefined) {
      for (const op of ops) {
        for (const room of roomsTouchedBy(this.#store, op)) this.#feeds.touch(room, [])
      }
    } else {
      for (const { room, entries } of applied.rooms) this.#feeds.touch(room, entries)
    }
    const made = { id: recordIdOf(record), outcomes: applied?.outcomes }
    this.#queue.applied(now, made, (op) => this.#replica.known(op))
  }

  /** Where this replica stands among the others. */
  #tellOfReplicas(): void {
    const names = this.#declaration.takeNews()
    if (names !== undefined) this.#outputs.push({ kind: 'settings-differ', names })
    const why = this.#watch.takeDiverged()
    if (why === undefined) return
    this.#broadcastHealth()
    this.#outputs.push({ kind: 'diverged', why })
  }

  #openFeed(link: LinkId, room: string, from: number): void {
    if (this.#feeds.open(link, room, from)) this.#presenceFeeds.begin(link, room)
    else this.#send(link, { t: 'no-feed', room })
  }

  #broadcastHealth(): void {
    for (const [link, isGreeted] of this.#links) if (isGreeted) this.#sendHealth(link)
  }

  #sendHealth(link: LinkId): void {
    this.#send(link, {
      t: 'health',
      health: {
        clients: this.#clients.size,
        inFlight: this.#inFlight,
        position: this.#store.position,
        canAppend: this.#canAppend,
        why: this.#watch.diverged ?? this.#reach.why,
        loopDelayMs: this.#loopDelayMs,
        isDraining: this.#draining.isUnderWay,
      },
    })
  }

  #reply({ link, request }: Request, reply: Reply): void {
    if (reply.kind === 'refused') {
      this.#refusalsTotal[reply.code] = (this.#refusalsTotal[reply.code] ?? 0) + 1
    }
    if (!this.#links.has(link)) return
    this.#send(link, { t: 'reply', request, position: this.#store.position, reply })
  }

  #close(now: Now, link: LinkId, why: string): void {
    this.linkClosed(now, link)
    this.#outputs.push({ kind: 'close', link, why })
  }

  #send(link: LinkId, frame: LinkDown): void {
    this.#outputs.push({ kind: 'send', link, frame })
  }
}

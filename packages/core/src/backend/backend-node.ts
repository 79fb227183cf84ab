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
import type { LoggedOperation, Position } from '../log/record.ts'
import { type Now, unreachable } from '../now.ts'
import { Replica, roomsTouchedBy } from '../room/apply.ts'
import type { Store } from '../room/store.ts'
import { answerCatchUp, answerRead, isRead, isReading } from './answers.ts'
import { AppendQueue } from './append-queue.ts'
import type {
  BackendFigures,
  BackendInputs,
  BackendOptions,
  BackendOutput,
  LinkId,
  LoggedRecord,
} from './backend-io.ts'
import { ClientLists } from './client-lists.ts'
import { done, Identification, refused } from './identification.ts'
import { PasswordTasks } from './password-tasks.ts'
import { Presence } from './presence.ts'
import { RoomFeeds } from './room-feeds.ts'

interface Request {
  readonly link: LinkId
  readonly request: number
  readonly after: Position
  readonly body: RequestBody
  readonly sinceMs: number
}

type RequestFrame = Extract<LinkUp, { t: 'request' }>
type AskBody = Extract<RequestBody, { kind: 'ask' }>

export class BackendNode implements BackendInputs {
  readonly #options: BackendOptions
  readonly #store: Store
  readonly #replica: Replica
  readonly #queue: AppendQueue
  readonly #feeds: RoomFeeds
  readonly #presence: Presence
  readonly #clients: ClientLists
  readonly #passwords: PasswordTasks
  readonly #identification: Identification
  /** Links; true once the front-end has said hello. */
  readonly #links = new Map<LinkId, boolean>()
  /** Requests that wait for the store to reach a position (P6). */
  #parked: Request[] = []
  #outputs: BackendOutput[] = []
  #reach = { canAppend: true, why: '' }
  #loopDelayMs = 0
  #healthAtMs = 0
  #presenceAtMs = 0
  #drainingSinceMs: number | undefined
  #isDrained = false
  #requestsTotal = 0
  #opsAppliedTotal = 0
  readonly #refusalsTotal: Record<string, number> = {}

  constructor(options: BackendOptions) {
    const { store, limits, tuning } = options
    this.#options = options
    this.#store = store
    this.#replica = new Replica(options)
    this.#queue = new AppendQueue(options)
    this.#feeds = new RoomFeeds(store, (link, frame) => this.#send(link, frame))
    this.#presence = new Presence(tuning.presenceGraceMs)
    this.#clients = new ClientLists(this.#presence)
    this.#passwords = new PasswordTasks((output) => this.#outputs.push(output))
    this.#identification = new Identification({
      store,
      limits,
      passwords: this.#passwords,
      known: (op) => this.#replica.known(op),
      canAppend: () => this.#reach.canAppend,
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
    this.#parked = this.#parked.filter((request) => request.link !== link)
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
    for (const logged of records) this.#applied(now, logged)
    const parked = this.#parked
    this.#parked = []
    for (const request of parked) this.#serve(now, request)
  }

  appended(_now: Now, recordId: string): void {
    this.#queue.acknowledged(recordId)
  }

  appendFailed(now: Now, recordId: string, _failure: { code: string }): void {
    this.#queue.failed(now, recordId)
  }

  logReach(_now: Now, canAppend: boolean, why: string): void {
    if (this.#reach.canAppend === canAppend && this.#reach.why === why) return
    this.#reach = { canAppend, why }
    this.#broadcastHealth()
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
    if (this.#drainingSinceMs !== undefined) return
    this.#drainingSinceMs = now.ms
    this.#broadcastHealth()
  }

  tick(now: Now): void {
    this.#queue.expire(now)
    this.#expireParked(now)
    if (now.ms - this.#healthAtMs >= this.#options.tuning.healthMs) {
      this.#healthAtMs = now.ms
      this.#broadcastHealth()
    }
    if (now.ms - this.#presenceAtMs >= this.#options.tuning.presenceFlushMs) {
      this.#presenceAtMs = now.ms
      this.#flushPresence(now)
    }
    this.#checkDrained(now)
  }

  drain(now: Now): readonly BackendOutput[] {
    for (const record of this.#queue.take(now)) this.#outputs.push({ kind: 'append', record })
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
      refusalsTotal: this.#refusalsTotal,
    }
  }

  get #inFlight(): number {
    return this.#queue.size + this.#parked.length + this.#passwords.size
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
      this.#parked.push(request)
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
        const { room, by, outbox, number, op } = body
        return this.#settle(now, request, { kind: 'room', room, by, outbox, number, op })
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
    switch (frame.t) {
      case 'read':
        return this.#settle(now, request, {
          kind: 'read',
          user: by,
          room: frame.room,
          upTo: frame.upTo,
          ...(frame.was === undefined ? {} : { was: frame.was }),
        })
      case 'revoke':
        if (frame.device === 'others') return this.#revokeOthers(now, request, { by, device })
        return this.#settle(now, request, { kind: 'revoke', user: by, devices: [frame.device] })
      case 'password':
        return this.#identification.changePassword(
          now,
          { user: by, old: frame.old, new: frame.new },
          (reply) => this.#reply(request, reply),
        )
      default:
        return unreachable(frame)
    }
  }

  /** All that the log holds by now, not only those of which the news has come here. */
  #revokeOthers(now: Now, request: Request, { by, device }: { by: string; device: string }): void {
    if (!this.#reach.canAppend) return this.#reply(request, refused('unavailable'))
    this.#queue.add(now, undefined, (outcome, then) => {
      if (!outcome.ok) return this.#reply(request, refused(outcome.code))
      const all = this.#store.devicesOf(by).map((row) => row.device)
      const devices = all.filter((other) => other !== device)
      this.#settle(then, request, { kind: 'revoke', user: by, devices })
    })
  }

  /** Answers from the store what is settled already; the rest goes through the log. */
  #settle(now: Now, request: Request, op: LoggedOperation): void {
    const known = this.#replica.known(op)
    const settle = (outcome: NonNullable<typeof known>) => {
      if (!outcome.ok) this.#reply(request, refused(outcome.code))
      else if (op.kind !== 'room') this.#reply(request, done)
      else this.#reply(request, { kind: 'sent', index: outcome.index, at: outcome.at })
    }
    if (known !== undefined) settle(known)
    else if (!this.#reach.canAppend) this.#reply(request, refused('unavailable'))
    else this.#queue.add(now, op, settle)
  }

  #applied(now: Now, logged: LoggedRecord): void {
    const { position, record } = logged
    const applied =
      logged.applied ??
      (position > this.#store.position ? this.#replica.apply(position, record) : undefined)
    this.#opsAppliedTotal += record.ops.length
    if (applied === undefined) {
      for (const op of record.ops) {
        for (const room of roomsTouchedBy(op)) this.#feeds.touch(room, [])
      }
    } else {
      for (const { room, entries } of applied.rooms) this.#feeds.touch(room, entries)
    }
    const outcomes = applied?.outcomes
    this.#queue.applied(now, { id: record.id, outcomes }, (op) => this.#replica.known(op))
  }

  #openFeed(link: LinkId, room: string, from: number): void {
    if (!this.#feeds.open(link, room, from)) return this.#send(link, { t: 'no-feed', room })
    const people = this.#presence.online(room)
    const online = people.length > this.#options.limits.presencePeopleMax ? [] : people
    this.#send(link, {
      t: 'presence',
      room,
      all: true,
      online,
      offline: [],
      count: people.length,
    })
  }

  #flushPresence(now: Now): void {
    for (const change of this.#presence.flush(now, (room) => this.#feeds.has(room))) {
      const isLarge = change.count > this.#options.limits.presencePeopleMax
      const people = isLarge ? { online: [], offline: [] } : {}
      for (const link of this.#feeds.linksOf(change.room)) {
        this.#send(link, { t: 'presence', all: false, ...change, ...people })
      }
    }
  }

  #expireParked(now: Now): void {
    const limit = now.ms - this.#options.tuning.requestWaitMsMax
    if (!this.#parked.some((request) => request.sinceMs <= limit)) return
    const late = this.#parked.filter((request) => request.sinceMs <= limit)
    this.#parked = this.#parked.filter((request) => request.sinceMs > limit)
    for (const request of late) this.#reply(request, refused('unavailable'))
  }

  /** Done when nothing waits and no front-end takes a feed from here any more, or time is up. */
  #checkDrained(now: Now): void {
    if (this.#drainingSinceMs === undefined || this.#isDrained) return
    const isLate = now.ms - this.#drainingSinceMs >= this.#options.tuning.drainMsMax
    const isQuiet = this.#inFlight === 0 && this.#feeds.size === 0
    const hadTime = now.ms - this.#drainingSinceMs >= 3 * this.#options.tuning.healthMs
    if (!isLate && !(isQuiet && hadTime)) return
    this.#isDrained = true
    this.#outputs.push({ kind: 'drained' })
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
        canAppend: this.#reach.canAppend,
        why: this.#reach.why,
        loopDelayMs: this.#loopDelayMs,
        isDraining: this.#drainingSinceMs !== undefined,
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

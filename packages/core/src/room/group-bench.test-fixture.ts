/**
 * What tests of encrypted rooms are written with: a replica, and people whose devices have a cipher
 * of their own (the stand-in, whose bytes are read as the real one's are). Nothing happens by
 * itself: each test lets devices publish, claim, commit, seal and open as it needs.
 */
import assert from 'node:assert/strict'
import type { Answer } from '@starling/protocol/down'
import type { Entry } from '@starling/protocol/entry'
import type { ErrorCode } from '@starling/protocol/error-codes'
import { limits } from '@starling/protocol/limits'
import type { Operation } from '@starling/protocol/operation'
import type { UpFrame } from '@starling/protocol/up'
import { answerRead, isRead } from '../backend/answers.ts'
import { operationAsked } from '../backend/asked-operations.ts'
import { Presence } from '../backend/presence.ts'
import type {
  CipherOutcome,
  CipherWork,
  GroupAnswer,
  GroupOperation,
  KeysAnswer,
} from '../client/private/cipher.ts'
import { StandInCipher } from '../client/private/stand-in-cipher.ts'
import { emptyVault } from '../client/private/stand-in-vault.ts'
import { randomId } from '../client/random-id.ts'
import type { KeyOperation, RoomOperation } from '../log/record.ts'
import type { Chance } from '../now.ts'
import type { Outcome } from './applied.ts'
import { ReplicaBench } from './replica-bench.test-suite.ts'

type AnswerOf<K extends Answer['kind']> = Extract<Answer, { kind: K }>
type Commit = Extract<Operation, { kind: 'commit' }>
type AskedFrame = Extract<UpFrame, { ask: number }>
type WithoutAsk<F> = F extends { ask: number } ? Omit<F, 'ask'> : never

export interface BenchDevice {
  readonly user: string
  readonly device: string
  readonly cipher: StandInCipher
}

export interface Change {
  readonly add?: readonly BenchDevice[]
  readonly remove?: readonly number[]
  readonly update?: boolean
}

/** 2027-01-15 in milliseconds; what the key packages' lifetimes are reckoned from. */
const wallMs = 1_800_000_000_000

export class GroupBench extends ReplicaBench {
  readonly #chance: Chance
  readonly #numbersOf = new Map<string, number>()
  #asks = 0

  constructor(seed = 1) {
    super()
    this.at = wallMs
    this.#chance = chanceOf(seed)
  }

  /** A registered person on a first device `d-name`, which is linked and has laid out packages. */
  person(name: string): BenchDevice {
    const made = this.unpublished(name)
    this.publishes(made)
    return made
  }

  /** The same, before anything is published. */
  unpublished(name: string): BenchDevice {
    const [user, device, passwordHash] = [`u-${name}`, `d-${name}`, 'hash']
    this.accepts({ kind: 'register', user, name, device, label: '', passwordHash })
    return this.#device(user, device)
  }

  /** Another device of the same person; not linked yet. */
  secondDevice({ user }: BenchDevice, device: string): BenchDevice {
    this.accepts({ kind: 'login', user, device, label: device })
    const made = this.#device(user, device)
    this.publishes(made)
    return made
  }

  /** Links it by the code that it shows and a mail from the other. */
  link(unlinked: BenchDevice, by: BenchDevice): void {
    const prepared = this.works(unlinked, 'prepared', this.#prepare(unlinked))
    const code = prepared.linkCode
    assert.ok(code !== undefined, 'an unlinked device shows a code')
    const { device, box } = this.works(by, 'link', {
      kind: 'link-accept',
      code,
      keys: this.keys(by),
    })
    this.settles(by, { t: 'mail', device, box })
    const mail = this.mailOf(unlinked, 'link').at(-1)
    assert.ok(mail?.kind === 'link')
    const work = { kind: 'link-mail', box: mail.box, keys: this.keys(unlinked) } as const
    const { publish } = this.works(unlinked, 'publish', work)
    this.settles(unlinked, { t: 'publish', ...publish })
    this.publishes(unlinked)
  }

  /** What the cipher wants published is. */
  publishes(device: BenchDevice): void {
    const { publish } = this.works(device, 'prepared', this.#prepare(device))
    if (publish !== undefined) this.settles(device, { t: 'publish', ...publish })
  }

  #prepare(device: BenchDevice): CipherWork {
    const me = { user: device.user, device: device.device }
    return { kind: 'prepare', me, keys: this.keys(device) }
  }

  #device(user: string, device: string): BenchDevice {
    const chance = this.#chance
    const vault = emptyVault(() => randomId(chance))
    return { user, device, cipher: new StandInCipher(vault, chance) }
  }

  /** The outcome of the work, which must be of this kind. */
  works<K extends CipherOutcome['kind']>(
    { cipher }: BenchDevice,
    kind: K,
    work: CipherWork,
  ): Extract<CipherOutcome, { kind: K }> {
    const { outcome } = cipher.work({ ms: 1, wallMs }, work)
    assert.equal(outcome.kind, kind, JSON.stringify(outcome))
    return outcome as Extract<CipherOutcome, { kind: K }>
  }

  keys(device: BenchDevice, user?: string): KeysAnswer {
    return this.answers(device, 'keys', { t: 'keys', ...(user === undefined ? {} : { user }) })
  }

  group(device: BenchDevice, room: string): GroupAnswer {
    return this.answers(device, 'group', { t: 'group', room })
  }

  /** The answer to a question, which must be of this kind. */
  answers<K extends Answer['kind']>(
    device: BenchDevice,
    kind: K,
    frame: WithoutAsk<AskedFrame>,
  ): AnswerOf<K> {
    const answer = this.asks(device, frame)
    assert.ok(typeof answer !== 'string', `${JSON.stringify(frame)} was refused: ${answer}`)
    assert.equal(answer.kind, kind)
    return answer as AnswerOf<K>
  }

  asks({ user, device }: BenchDevice, frame: WithoutAsk<AskedFrame>): Answer | ErrorCode {
    this.#asks += 1
    const asked = { ask: this.#asks, ...frame } as AskedFrame
    assert.ok(isRead(asked))
    const context = { store: this.store, presence: new Presence(0), limits }
    const reply = answerRead(context, { user, device }, asked)
    assert.ok(reply.kind === 'answer' || reply.kind === 'refused')
    return reply.kind === 'answer' ? reply.answer : reply.code
  }

  operation(device: BenchDevice, frame: WithoutAsk<AskedFrame>): KeyOperation {
    const asked = { ask: 1, ...frame } as Parameters<typeof operationAsked>[2]
    return operationAsked(this.store, device, asked) as KeyOperation
  }

  settles(device: BenchDevice, frame: WithoutAsk<AskedFrame>): void {
    this.accepts(this.operation(device, frame))
  }

  /** What comes is a new person, a private encrypted room with all of them, and no group yet. */
  encryptedRoom(room: string, owner: BenchDevice, ...others: readonly BenchDevice[]): string {
    this.does(owner.user, room, { kind: 'create', room: 'private', name: '', encrypted: true })
    for (const { user } of others) this.letsIn(room, owner, user)
    return room
  }

  letsIn(room: string, by: BenchDevice, user: string): void {
    this.does(by.user, room, { kind: 'invite', user })
    this.does(user, room, { kind: 'join' })
  }

  /** A room with a group in which all these devices have a leaf. */
  securedRoom(room: string, owner: BenchDevice, ...others: readonly BenchDevice[]): string {
    const members = others.filter(({ user }) => user !== owner.user)
    const people = members.filter(
      (one, at) => members.findIndex(({ user }) => user === one.user) === at,
    )
    this.encryptedRoom(room, owner, ...people)
    this.begins(owner, room)
    if (others.length > 0) this.commits(owner, room, { add: others })
    for (const one of others) this.welcomed(one, room)
    return room
  }

  begins(device: BenchDevice, room: string, gen = 1): void {
    const { op } = this.works(device, 'operation', { kind: 'begin', room, gen })
    this.accepted(this.sendFrom(device, room, op))
    this.opens(device, room)
  }

  claims(device: BenchDevice, room: string, users: readonly string[], claim?: string) {
    const id = claim ?? randomId(this.#chance)
    this.settles(device, { t: 'claim', claim: id, room, users: [...users] })
    const row = this.store.keys.claim(device.user, id)
    assert.ok(row !== undefined)
    return { claim: id, packages: row.packages }
  }

  /** The commit that the device would make now; those to be added are claimed first. */
  change(device: BenchDevice, room: string, { add = [], remove = [], update }: Change): Commit {
    const users = [...new Set(add.map(({ user }) => user))]
    const claimed = users.length === 0 ? undefined : this.claims(device, room, users)
    const wanted = new Set(add.map((one) => one.device))
    const { op } = this.works(device, 'operation', {
      kind: 'change',
      room,
      group: this.group(device, room),
      add: claimed?.packages.filter((one) => wanted.has(one.device)) ?? [],
      claims: claimed === undefined ? [] : [claimed.claim],
      remove,
      update: update ?? false,
    })
    assert.ok(op.kind === 'commit')
    return op
  }

  /** The commit stands, and the device and everybody who was there goes on from it. */
  commits(device: BenchDevice, room: string, change: Change): void {
    this.accepted(this.sendFrom(device, room, this.change(device, room, change)))
    this.opens(device, room)
  }

  /** The external commit that the device would make now. */
  joining(device: BenchDevice, room: string): Commit {
    const work = { kind: 'join', room, group: this.group(device, room) } as const
    const { op } = this.works(device, 'operation', work)
    assert.ok(op.kind === 'commit')
    return op
  }

  joinsByItself(device: BenchDevice, room: string): void {
    this.accepted(this.sendFrom(device, room, this.joining(device, room)))
    this.opens(device, room)
  }

  /** Takes the newest welcome that it got for the room, with the group as of `epoch`. */
  welcomed(device: BenchDevice, room: string, epoch?: number): void {
    const mails = this.mailOf(device, 'welcome')
    const mail = mails.findLast((one) => one.kind === 'welcome' && one.room === room)
    assert.ok(mail?.kind === 'welcome', `${device.device} got a welcome`)
    const at = epoch === undefined ? {} : { epoch }
    const group = this.answers(device, 'group', { t: 'group', room, ...at })
    this.works(device, 'done', { kind: 'welcome', room, mail, group })
  }

  mailOf({ user, device }: BenchDevice, kind: 'welcome' | 'link') {
    const entries = this.entries(user)
    return entries.flatMap((entry) =>
      entry.kind === 'mail' && entry.device === device && entry.mail.kind === kind
        ? [entry.mail]
        : [],
    )
  }

  /** What the device reads of all sealed in the room, or why it cannot. */
  opens(device: BenchDevice, room: string): readonly string[] {
    const isOfGroup = ({ kind }: Entry) =>
      kind === 'sealed' || kind === 'commit' || kind === 'group'
    const entries = this.entries(room).filter(isOfGroup)
    const work = { kind: 'open', room, entries, isHistoryShared: false } as const
    return this.works(device, 'opened', work).boxes.map((box) => {
      if (!box.ok) return box.why
      const { text } = box.content as { text?: unknown }
      return typeof text === 'string' ? text : '?'
    })
  }

  seals(device: BenchDevice, room: string, text: string): Extract<Operation, { kind: 'sealed' }> {
    const contents = [{ kind: 'post', text }] as const
    const sealed = this.works(device, 'sealed', { kind: 'seal', room, contents })
    return { kind: 'sealed', gen: sealed.gen, epoch: sealed.epoch, box: sealed.boxes[0]! }
  }

  speaks(device: BenchDevice, room: string, text: string): void {
    this.accepted(this.sendFrom(device, room, this.seals(device, room, text)))
  }

  /** The next number of the device's outbox in the room, or `number`; each commit has its own. */
  sendFrom(
    device: BenchDevice,
    room: string,
    op: GroupOperation | Operation,
    number?: number,
  ): Outcome {
    const outbox = op.kind === 'commit' ? `c-${device.device}-${op.id}` : `o-${device.device}`
    const key = `${outbox} ${room}`
    const next = number ?? (this.#numbersOf.get(key) ?? 0) + 1
    const outcome = this.applyOne(sendOf(device, { room, outbox, number: next, op }))
    const isUsed = outcome.ok || (outcome.code !== 'stale-epoch' && outcome.code !== 'no-leaf')
    if (isUsed) this.#numbersOf.set(key, next)
    return outcome
  }

  /** The send is refused with the code, and changes nothing but its outbox. */
  refusesFrom(device: BenchDevice, room: string, op: Operation, code: ErrorCode): void {
    const before = this.contentsBesidesOutboxes()
    assert.deepEqual(this.sendFrom(device, room, op), { ok: false, code })
    assert.deepEqual(this.contentsBesidesOutboxes(), before)
  }

  accepted(outcome: Outcome): void {
    assert.ok(outcome.ok, `refused: ${JSON.stringify(outcome)}`)
  }
}

export function sendOf(
  { user, device }: BenchDevice,
  send: Pick<RoomOperation, 'room' | 'outbox' | 'number' | 'op'>,
): RoomOperation {
  return { kind: 'room', by: user, device, ...send }
}

/** mulberry32 */
function chanceOf(seed: number): Chance {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

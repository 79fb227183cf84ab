/** The SDK's interface without a server: records what it is asked and answers what a test says. */
import type {
  ClientEventMap,
  ClientSnapshot,
  OutboxItem,
  Refusal,
  Result,
  Sending,
  Sent,
  StarlingClient,
} from '@starling/client/api'
import { privacyOf } from '@starling/client/privacy-methods'
import type { PrivacyValue } from '@starling/core/client/client-io'
import { aSend, aWorld } from './world.ts'

type Call = readonly [name: string, ...given: readonly unknown[]]

const sent: Sent = { index: 1, at: 0 }

export class FakeClient implements StarlingClient {
  readonly calls: Call[] = []
  /** Method → what its promise settles with. */
  readonly answers = new Map<string, unknown>()
  readonly #subscribers = new Set<() => void>()
  readonly #listeners = new Map<string, Set<(event: never) => void>>()
  #world: ClientSnapshot
  /** `answers` has them by the kind of the wish: `recovery-key`, `link`, `safety-number` … */
  readonly privacy = privacyOf(
    { privacy: (wish) => this.#answer<PrivacyValue>(wish.kind, [wish], { kind: 'done' }) },
    async (who) => ({ ok: true, value: typeof who === 'string' ? `u-${who}` : who.user }),
  )

  constructor(world: ClientSnapshot = aWorld()) {
    this.#world = world
  }

  snapshot(): ClientSnapshot {
    return this.#world
  }

  become(world: ClientSnapshot): void {
    this.#world = world
    for (const subscriber of this.#subscribers) subscriber()
  }

  tell<K extends keyof ClientEventMap>(kind: K, event: ClientEventMap[K]): void {
    const listeners = this.#listeners.get(kind) ?? new Set()
    for (const listener of listeners) (listener as (event: ClientEventMap[K]) => void)(event)
  }

  subscribe(listener: () => void): () => void {
    this.#subscribers.add(listener)
    return () => void this.#subscribers.delete(listener)
  }

  on<K extends keyof ClientEventMap>(
    kind: K,
    listener: (event: ClientEventMap[K]) => void,
  ): () => void {
    const listeners = this.#listeners.get(kind) ?? new Set()
    this.#listeners.set(kind, listeners.add(listener))
    return () => void listeners.delete(listener)
  }

  ready = () => this.#answer('ready', [], { user: 'u-me', name: 'me' })
  post = (...given: Parameters<StarlingClient['post']>) => this.#send('post', given)
  edit = (...given: Parameters<StarlingClient['edit']>) => this.#send('edit', given)
  delete = (...given: Parameters<StarlingClient['delete']>) => this.#send('delete', given)
  react = (...given: Parameters<StarlingClient['react']>) => this.#send('react', given)
  topic = (...given: Parameters<StarlingClient['topic']>) => this.#send('topic', given)
  leave = (...given: Parameters<StarlingClient['leave']>) => this.#send('leave', given)
  retry = (...given: Parameters<StarlingClient['retry']>) => this.#send('retry', given)
  drop = (item: OutboxItem) => this.#note('drop', [item])

  createRoom = (...given: Parameters<StarlingClient['createRoom']>) =>
    this.#answer('createRoom', given, 'r-new')
  openDirect = (...given: Parameters<StarlingClient['openDirect']>) =>
    this.#answer('openDirect', given, 'd-new')
  join = (...given: Parameters<StarlingClient['join']>) => this.#answer('join', given, 'r-joined')
  invite = (...given: Parameters<StarlingClient['invite']>) => this.#answer('invite', given, sent)
  kick = (...given: Parameters<StarlingClient['kick']>) => this.#answer('kick', given, sent)
  ban = (...given: Parameters<StarlingClient['ban']>) => this.#answer('ban', given, sent)
  mute = (...given: Parameters<StarlingClient['mute']>) => this.#answer('mute', given, sent)
  role = (...given: Parameters<StarlingClient['role']>) => this.#answer('role', given, sent)

  open = (room: string) => this.#note('open', [room])
  loadOlder = (room: string) => this.#note('loadOlder', [room])
  loadNewer = (room: string) => this.#note('loadNewer', [room])
  loadAround = (room: string, index: number) => this.#answer('loadAround', [room, index], true)
  showNewest = (room: string) => this.#note('showNewest', [room])
  markRead = (room: string, upTo?: number) => this.#note('markRead', [room, upTo])
  markUnreadFrom = (room: string, index: number) => this.#note('markUnreadFrom', [room, index])
  typing = (room: string, isTyping: boolean) => this.#note('typing', [room, isTyping])

  history = (...given: Parameters<StarlingClient['history']>) => this.#answer('history', given, [])
  members = (...given: Parameters<StarlingClient['members']>) =>
    this.#answer('members', given, { items: [], more: false })
  directory = (...given: Parameters<StarlingClient['directory']>) =>
    this.#answer('directory', given, { items: [], more: false })
  user = (name: string) => this.#answer('user', [name], { user: 'u-x', name, isGuest: false })
  search = (...given: Parameters<StarlingClient['search']>) =>
    this.#answer('search', given, { items: [], more: false })
  devices = () => this.#answer('devices', [], [])
  revoke = (device: string) => this.#answer('revoke', [device], undefined)
  changePassword = (...given: Parameters<StarlingClient['changePassword']>) =>
    this.#answer('changePassword', given, undefined)

  login = async (...given: Parameters<StarlingClient['login']>) => this.#note('login', given)
  tryNow = () => this.#note('tryNow', [])
  close = async () => this.#note('close', [])

  /** What it was asked, without what is only looked at. */
  called(name: string): readonly Call[] {
    return this.calls.filter(([one]) => one === name)
  }

  #note(name: string, given: readonly unknown[]): void {
    this.calls.push([name, ...given])
  }

  async #answer<T>(name: string, given: readonly unknown[], usual: T): Promise<Result<T>> {
    this.#note(name, given)
    const refusal = this.answers.get(name)
    if (isRefusal(refusal)) return refusal
    return { ok: true, value: this.answers.has(name) ? (refusal as T) : usual }
  }

  #send(name: string, given: readonly unknown[]): Sending {
    this.#note(name, given)
    const refusal = this.answers.get(name)
    const settled = isRefusal(refusal) ? refusal : ({ ok: true, value: sent } as const)
    return { item: aSend(1, '').item, settled: Promise.resolve(settled) }
  }
}

function isRefusal(answer: unknown): answer is Refusal {
  return typeof answer === 'object' && answer !== null && 'ok' in answer && answer.ok === false
}

export function refusal(say: string): Refusal {
  return { ok: false, code: 'not-allowed', say }
}

/**
 * A front-end node among clients and backends that do what a test says, in virtual time. Backends
 * that are up send health by themselves as long as they are not `hush`ed.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { DownFrame, DownFrameOf, RoomSummary } from '@starling/protocol/down'
import { limits } from '@starling/protocol/limits'
import type { UpFrame } from '@starling/protocol/up'
import type { FedEntry, Health, LinkDown, Reply } from '../link/down.ts'
import { type LinkUp, linkVersion } from '../link/up.ts'
import { type FrontendOptions, type FrontendOutput, frontendTuning } from './frontend-io.ts'
import { FrontendNode } from './frontend-node.ts'

export const healthy: Health = {
  clients: 0,
  inFlight: 0,
  position: 1,
  canAppend: true,
  why: '',
  loopDelayMs: 0,
  isDraining: false,
}

export const fourBackends: FrontendOptions['backends'] = [
  { name: 'primary-1', rank: 'primary' },
  { name: 'primary-2', rank: 'primary' },
  { name: 'secondary-1', rank: 'secondary' },
  { name: 'secondary-2', rank: 'secondary' },
]

export type RequestFrame = Extract<LinkUp, { t: 'request' }>
export type Given = Partial<Omit<FrontendOptions, 'tuning' | 'limits'>> & {
  readonly tuning?: Partial<FrontendOptions['tuning']>
  readonly limits?: Partial<FrontendOptions['limits']>
}

export function token(of: string): string {
  return `${of}-${'t'.repeat(40)}`
}

export function summary(room: string, head: number, more: Partial<RoomSummary> = {}): RoomSummary {
  const base = { room, kind: 'public', title: room, topic: '', role: 'member' } as const
  return { ...base, members: 2, head, readUpTo: 0, ...more }
}

/** Entries `from`..`to` as a feed carries them. */
export function fedEntries(from: number, to: number): readonly FedEntry[] {
  return Array.from({ length: to - from + 1 }, (_, at) => ({ json: `{"index":${from + at}}` }))
}

export class Scene {
  readonly node: FrontendNode
  readonly #up = new Map<string, Health>()
  readonly #hushed = new Set<string>()
  readonly #toClients = new Map<string, DownFrame[]>()
  readonly #toBackends = new Map<string, LinkUp[]>()
  readonly #closed = new Map<string, string>()
  isDrained = false
  ms = 1_000

  constructor(given: Given = {}) {
    this.node = new FrontendNode({
      name: 'frontend-1',
      incarnation: 'inc-1',
      addresses: ['ws://one', 'ws://two'],
      backends: fourBackends,
      policy: 'size-and-clients',
      longMessageCharacters: 7,
      chance: () => 0,
      hash: (text) => createHash('sha256').update(text).digest('base64url'),
      ...given,
      limits: { ...limits, ...given.limits },
      tuning: { ...frontendTuning, ...given.tuning },
    })
  }

  get now(): { ms: number; wallMs: number } {
    return { ms: this.ms, wallMs: 1_700_000_000_000 + this.ms }
  }

  /** One turn of the shell. */
  turn(act: () => void): void {
    act()
    for (const output of this.node.drain(this.now)) this.#perform(output)
  }

  /** Time goes by in ticks; who is up and not hushed sends health. */
  wait(ms: number): void {
    const until = this.ms + ms
    while (this.ms < until) {
      this.ms = Math.min(this.ms + 50, until)
      for (const [backend, health] of this.#up) {
        if (!this.#hushed.has(backend)) this.backendSays(backend, { t: 'health', health })
      }
      this.turn(() => this.node.tick(this.now))
    }
  }

  /** The process was held up: one tick, late. */
  stall(ms: number): void {
    this.ms += ms
    this.turn(() => this.node.tick(this.now))
  }

  backendsUp(...names: string[]): void {
    for (const name of names.length > 0 ? names : fourBackends.map((b) => b.name)) {
      this.linkOpens(name)
      this.becomes(name, healthy)
    }
  }

  linkOpens(name: string): void {
    this.turn(() => this.node.linkOpened(this.now, name))
    const rank = name.startsWith('primary') ? 'primary' : 'secondary'
    this.backendSays(name, { t: 'hello', version: linkVersion, backend: name, rank })
  }

  becomes(name: string, health: Partial<Health>): void {
    this.#hushed.delete(name)
    this.#up.set(name, { ...healthy, ...health })
    this.backendSays(name, { t: 'health', health: this.#up.get(name)! })
  }

  /** It hangs: its link stays open and nothing comes any more. */
  hush(name: string): void {
    this.#hushed.add(name)
  }

  crash(name: string): void {
    this.#up.delete(name)
    this.turn(() => this.node.linkClosed(this.now, name))
  }

  backendSays(name: string, frame: LinkDown): void {
    this.turn(() => this.node.linkFrame(this.now, name, frame))
  }

  feeds(name: string, room: string, from: number, entries: readonly FedEntry[]): void {
    this.backendSays(name, { t: 'entries', room, from, entries })
  }

  answers(name: string, request: RequestFrame | undefined, reply: Reply, position = 1): void {
    assert.ok(request !== undefined, `${name} has a request to answer`)
    this.backendSays(name, { t: 'reply', request: request.request, position, reply })
  }

  /** What was sent to the backend since this was last asked. */
  got(name: string): readonly LinkUp[] {
    const frames = this.#toBackends.get(name) ?? []
    this.#toBackends.delete(name)
    return frames
  }

  requests(name: string): readonly RequestFrame[] {
    return this.got(name).filter((frame) => frame.t === 'request')
  }

  connect(session: string): void {
    this.turn(() => this.node.clientOpened(this.now, session))
  }

  says(session: string, frame: UpFrame): void {
    this.saysText(session, JSON.stringify(frame))
  }

  saysText(session: string, text: string): void {
    this.turn(() => this.node.clientText(this.now, session, text))
  }

  /** What the client heard since this was last asked. */
  hears(session: string): readonly DownFrame[] {
    const frames = this.#toClients.get(session) ?? []
    this.#toClients.delete(session)
    return frames
  }

  hearsOnly<T extends DownFrame['t']>(session: string, t: T): readonly DownFrameOf<T>[] {
    return this.hears(session).filter((frame): frame is DownFrameOf<T> => frame.t === t)
  }

  closedFor(session: string): string | undefined {
    return this.#closed.get(session)
  }

  /** Connects and greets; whichever backend is asked answers. Its self room has the head 1. */
  online(
    session: string,
    who: {
      user: string
      device?: string
      rooms?: readonly RoomSummary[]
      resume?: { [room: string]: number }
      selfHead?: number
    },
  ): void {
    const { user, rooms = [], resume, device = `d-${session}`, selfHead = 1 } = who
    this.connect(session)
    const auth = { kind: 'token', token: token(session) } as const
    const hello = { t: 'hello', protocol: 1, auth } as const
    this.says(session, resume === undefined ? hello : { ...hello, resume })
    const self = summary(user, selfHead, { kind: 'self' })
    for (const [backend, frames] of this.#toBackends) {
      const request = frames.findLast((f) => f.t === 'request' && f.body.kind === 'token')
      if (request?.t !== 'request') continue
      this.#toBackends.set(
        backend,
        frames.filter((frame) => frame !== request),
      )
      const identity = { user, name: user.toUpperCase(), isGuest: false, device }
      this.answers(backend, request, { kind: 'identity', identity, rooms: [self, ...rooms] })
      return
    }
    assert.fail('no backend was asked who it is')
  }

  /** Everything said so far is forgotten. */
  forgetAll(): void {
    this.#toBackends.clear()
    this.#toClients.clear()
  }

  /** The backend that was asked last to feed the room. */
  feedOf(room: string): string | undefined {
    for (const [backend, frames] of this.#toBackends) {
      const about = frames.filter((f) => (f.t === 'feed' || f.t === 'unfeed') && f.room === room)
      if (about.at(-1)?.t === 'feed') return backend
    }
    return undefined
  }

  statuses(): { readonly [backend: string]: string } {
    return Object.fromEntries(this.node.figures().backends.map((b) => [b.name, b.status]))
  }

  #perform(output: FrontendOutput): void {
    switch (output.kind) {
      case 'text':
        for (const session of output.sessions) {
          if (this.#closed.has(session)) continue
          push(this.#toClients, session, JSON.parse(output.text) as DownFrame)
        }
        return
      case 'close':
        this.#closed.set(output.session, output.reason)
        return
      case 'link':
        return push(this.#toBackends, output.backend, output.frame)
      case 'drained':
        this.isDrained = true
    }
  }
}

function push<T>(lists: Map<string, T[]>, name: string, item: T): void {
  const list = lists.get(name)
  if (list === undefined) lists.set(name, [item])
  else list.push(item)
}

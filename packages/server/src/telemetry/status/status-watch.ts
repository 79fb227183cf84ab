/**
 * Tells whoever looks at the status page how the cluster is, as server-sent events. Nothing is
 * looked at while nobody watches. This front-end's own figures cost little and are looked at often,
 * so that the death of a backend shows though it is back within a second; the other roles' admin
 * ports are asked once a second. A watcher that does not read misses pictures, never more.
 */
import type { ServerResponse } from 'node:http'
import type { FrontendFigures } from '@starling/core/frontend/frontend-io'
import { z } from 'zod'
import { engineView } from '../engine-view.ts'
import type { AdminPeer } from '../telemetry-settings.ts'
import { enginePartsOf } from './engine-parts.ts'
import {
  type BackendLook,
  type EnginePicture,
  type FrontendLook,
  type Look,
  pictureOf,
  type StatusPicture,
} from './status-picture.ts'

export interface StatusSource {
  readonly name: string
  readonly address: string
  readonly policy: string
  readonly engine: EnginePicture | undefined
  readonly peers: readonly AdminPeer[]
  figures(): FrontendFigures
}

const lookMs = 100
const tellMs = 500
const askMs = 1_000
const answerMsMax = 800
const answerBytesMax = 4 * 1024 * 1024
const watchersMax = 16
const unreadBytesMax = 1024 * 1024
/** Rates are taken over this, so that a single message does not make a number jump. */
const rateMs = 2_000

const frontendAnswer = z.object({
  name: z.string(),
  figures: z.looseObject({
    address: z.string(),
    clients: z.number(),
    requestsTotal: z.number(),
    backends: z.array(z.looseObject({ name: z.string(), status: z.string() })),
  }),
})
const backendAnswer = z.object({
  name: z.string(),
  figures: z.looseObject({
    appendsTotal: z.number(),
    shell: z
      .looseObject({
        engine: engineView.optional().catch(undefined),
        warnings: z.array(z.string()).default([]),
      })
      .optional(),
  }),
})

export class StatusWatch {
  readonly #source: StatusSource
  readonly #watchers = new Set<ServerResponse>()
  #frontends: readonly FrontendLook[]
  #backends: ReadonlyMap<string, BackendLook> = new Map()
  #looks: Look[] = []
  #timers: readonly ReturnType<typeof setInterval>[] = []
  #states = ''
  #toldAtMs = 0

  constructor(source: StatusSource) {
    this.#source = source
    this.#frontends = source.peers
      .filter(({ role }) => role === 'frontend')
      .map((peer) => unseen(peer, 'not asked yet'))
  }

  /** False when too many watch already. */
  watch(response: ServerResponse): boolean {
    if (this.#watchers.size >= watchersMax) return false
    response.write('retry: 500\n\n')
    this.#watchers.add(response)
    response.on('close', () => {
      this.#watchers.delete(response)
      if (this.#watchers.size === 0) this.#rest()
    })
    if (this.#timers.length === 0) this.#begin()
    send(response, this.picture())
    return true
  }

  picture(): StatusPicture {
    const now = this.#look()
    const before = this.#looks.find(({ atMs }) => atMs >= now.atMs - rateMs)
    return pictureOf(this.#source.policy, now, before, this.#engine(now))
  }

  #engine({ backends }: Look): EnginePicture | undefined {
    const { engine } = this.#source
    if (engine === undefined) return undefined
    const told = [...backends.values()].flatMap((look) => look.engine ?? [])
    return { kind: engine.kind, parts: [...engine.parts, ...enginePartsOf(told)] }
  }

  close(): void {
    this.#rest()
    for (const watcher of this.#watchers) watcher.destroy()
  }

  #begin(): void {
    this.#looks = []
    this.#timers = [
      setInterval(() => this.#tick(), lookMs),
      setInterval(() => void this.#ask(), askMs),
    ]
    void this.#ask()
  }

  #rest(): void {
    for (const timer of this.#timers) clearInterval(timer)
    this.#timers = []
  }

  #look(): Look {
    const { name, address } = this.#source
    const atMs = performance.now()
    const own = { name, address, figures: this.#source.figures(), takenAtMs: atMs, why: '' }
    return { atMs, frontends: [own, ...this.#frontends], backends: this.#backends }
  }

  /** At each change of a state at once, else twice a second. */
  #tick(): void {
    const look = this.#look()
    this.#looks = [...this.#looks.filter(({ atMs }) => atMs >= look.atMs - rateMs), look]
    const views = look.frontends.flatMap(({ figures }) => figures?.backends ?? [])
    const states = views.map(({ status }) => status).join()
    if (states === this.#states && look.atMs - this.#toldAtMs < tellMs) return
    this.#states = states
    this.#toldAtMs = look.atMs
    const picture = this.picture()
    for (const watcher of this.#watchers) send(watcher, picture)
  }

  async #ask(): Promise<void> {
    const { peers } = this.#source
    const frontends = peers.filter(({ role }) => role === 'frontend')
    const backends = peers.filter(({ role }) => role === 'backend')
    const [looks, found] = await Promise.all([
      Promise.all(frontends.map(askFrontend)),
      Promise.all(backends.map(askBackend)),
    ])
    this.#frontends = looks
    this.#backends = new Map(found.flat())
  }
}

function send(watcher: ServerResponse, picture: StatusPicture): void {
  if (watcher.writableLength > unreadBytesMax) return
  watcher.write(`data: ${JSON.stringify(picture)}\n\n`)
}

async function askFrontend(peer: AdminPeer): Promise<FrontendLook> {
  const { name } = peer
  const { answer, why } = await ask(peer)
  const read = frontendAnswer.safeParse(answer)
  if (!read.success || read.data.name !== name) {
    const strange = why === '' ? 'something else answers at its admin port' : why
    return unseen(peer, strange)
  }
  // It is a process of this installation: what it says of itself is taken as it is.
  const figures = read.data.figures as unknown as FrontendFigures
  return {
    name,
    address: read.data.figures.address,
    figures,
    takenAtMs: performance.now(),
    why: '',
  }
}

function unseen({ name, address }: AdminPeer, why: string): FrontendLook {
  return { name, address, figures: undefined, takenAtMs: performance.now(), why }
}

async function askBackend(peer: AdminPeer): Promise<(readonly [string, BackendLook])[]> {
  const { answer } = await ask(peer)
  const read = backendAnswer.safeParse(answer)
  if (!read.success || read.data.name !== peer.name) return []
  const { appendsTotal, shell } = read.data.figures
  const engine = { view: shell?.engine, warnings: shell?.warnings ?? [] }
  return [[peer.name, { appendsTotal, engine, takenAtMs: performance.now() }]]
}

async function ask({ port }: AdminPeer): Promise<{ answer?: unknown; why: string }> {
  if (port === 0) return { why: 'it has no admin port' }
  try {
    const signal = AbortSignal.timeout(answerMsMax)
    const response = await fetch(`http://127.0.0.1:${port}/figures`, { signal })
    const text = await response.text()
    if (text.length > answerBytesMax) return { why: 'it answers too much' }
    return { answer: JSON.parse(text), why: '' }
  } catch (error) {
    // Not running, not on this machine, hanging, or no Starling.
    const { name, message, cause } = error as Error
    if (name === 'TimeoutError') return { why: 'it does not answer' }
    const code = (cause as NodeJS.ErrnoException | undefined)?.code
    return {
      why: code === 'ECONNREFUSED' ? 'it is not running on this machine' : (code ?? message),
    }
  }
}

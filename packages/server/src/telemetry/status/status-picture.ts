/**
 * The live picture of the cluster, as one front-end can draw it: its own figures, and those of the
 * other roles whose admin ports it reaches on this machine. Of roles elsewhere it shows what it
 * knows itself. Present values come from the newer of two looks, rates from the difference.
 */
import type {
  BackendStatus,
  BackendView,
  FrontendFigures,
} from '@starling/core/frontend/frontend-io'
import type { Rank } from '@starling/core/link/down'
import type { ToldEngine } from './engine-parts.ts'

export interface FrontendLook {
  readonly name: string
  readonly address: string
  /** Undefined: nothing is known of it from here. */
  readonly figures: FrontendFigures | undefined
  /** When they were taken. */
  readonly takenAtMs: number
  /** Why it cannot be asked. */
  readonly why: string
}

export interface BackendLook {
  readonly appendsTotal: number
  /** What it tells of the engine. */
  readonly engine?: ToldEngine
  readonly takenAtMs: number
}

/** One look at everything. */
export interface Look {
  readonly atMs: number
  /** Oneself first. */
  readonly frontends: readonly FrontendLook[]
  /** Those that could be asked, by name. */
  readonly backends: ReadonlyMap<string, BackendLook>
}

export interface FlowPicture {
  readonly backend: string
  readonly requestsPerSecond: number
  readonly inFlight: number
  readonly feeds: number
  readonly isOpen: boolean
}

export interface FrontendPicture {
  readonly name: string
  readonly address: string
  readonly state: 'running' | 'unseen'
  readonly why: string
  readonly clients: number
  readonly waiting: number
  readonly requestsPerSecond: number
  readonly deliveriesPerSecond: number
  readonly flows: readonly FlowPicture[]
}

export interface BackendPicture {
  readonly name: string
  readonly rank: Rank
  readonly state: BackendStatus
  readonly why: string
  readonly clients: number
  readonly inFlight: number
  readonly requestsPerSecond: number
  readonly feeds: number
  readonly latencyMs: number
  readonly position: number
  /** Records behind the newest that any backend has applied. */
  readonly lag: number
}

/** What implements the log, where a role tells it. */
export interface EnginePicture {
  readonly kind: string
  readonly parts: readonly { readonly name: string; readonly state: string; readonly why: string }[]
}

export interface StatusPicture {
  /** The front-end that draws it. */
  readonly from: string
  readonly policy: string
  readonly clients: number
  readonly requestsPerSecond: number
  readonly frontends: readonly FrontendPicture[]
  readonly backends: readonly BackendPicture[]
  readonly log: { readonly position: number; readonly recordsPerSecond: number | undefined }
  readonly engine?: EnginePicture
  readonly decisions: readonly {
    readonly reason: string
    readonly total: number
    readonly perSecond: number
  }[]
}

export function pictureOf(
  policy: string,
  now: Look,
  before: Look | undefined,
  engine?: EnginePicture,
): StatusPicture {
  const frontends = now.frontends.map((look) => {
    const earlier = before?.frontends.find(({ name }) => name === look.name)
    return frontendPicture(look, earlier)
  })
  const backends = backendPictures(now, frontends)
  return {
    from: now.frontends[0]?.name ?? '',
    policy,
    clients: sum(frontends.map(({ clients }) => clients)),
    requestsPerSecond: sum(frontends.map(({ requestsPerSecond }) => requestsPerSecond)),
    frontends,
    backends,
    log: {
      position: Math.max(0, ...backends.map(({ position }) => position)),
      recordsPerSecond: recordsPerSecond(now, before),
    },
    ...(engine === undefined ? {} : { engine }),
    decisions: decisionsOf(now, before),
  }
}

/** How fast totals grew between two looks at one process. */
function ratesOf(
  now: { readonly takenAtMs: number },
  before: { readonly takenAtMs: number } | undefined,
): (total: number, earlier: number | undefined) => number {
  const seconds = before === undefined ? 0 : (now.takenAtMs - before.takenAtMs) / 1_000
  return (total, earlier) =>
    // A smaller total is that of a process that was started meanwhile.
    earlier === undefined || seconds <= 0 || total < earlier ? 0 : (total - earlier) / seconds
}

function frontendPicture(look: FrontendLook, before: FrontendLook | undefined): FrontendPicture {
  const { name, address, figures, why } = look
  const earlier = before?.figures
  const rate = ratesOf(look, before)
  if (figures === undefined) {
    const nothing = { clients: 0, waiting: 0, requestsPerSecond: 0, deliveriesPerSecond: 0 }
    return { name, address, state: 'unseen', why, ...nothing, flows: [] }
  }
  return {
    name,
    address,
    state: 'running',
    why: '',
    clients: figures.clients,
    waiting: figures.waiting,
    requestsPerSecond: rate(figures.requestsTotal, earlier?.requestsTotal),
    deliveriesPerSecond: rate(figures.entriesOutTotal, earlier?.entriesOutTotal),
    flows: figures.backends.map((view) => {
      const was = earlier?.backends.find((one) => one.name === view.name)
      return {
        backend: view.name,
        requestsPerSecond: rate(view.requestsTotal, was?.requestsTotal),
        inFlight: view.inFlight,
        feeds: view.feeds,
        isOpen: view.status === 'active',
      }
    }),
  }
}

/** Each as the front-ends see it; where they differ, as the one that sees it worst. */
function backendPictures(
  now: Look,
  frontends: readonly FrontendPicture[],
): readonly BackendPicture[] {
  const looks = now.frontends.flatMap(({ figures }) => (figures === undefined ? [] : [figures]))
  const [own] = looks
  if (own === undefined) return []
  const position = (view: BackendView) => view.health?.position ?? 0
  const viewsOf = (name: string) =>
    looks.flatMap(({ backends }) => backends.filter((view) => view.name === name))
  const head = Math.max(0, ...looks.flatMap(({ backends }) => backends.map(position)))
  return own.backends.map(({ name, rank }) => {
    const views = viewsOf(name)
    const worst = views.find(({ status }) => status !== 'active') ?? views[0]!
    const bad = views.filter(({ status }) => status !== 'active').length
    const part = bad === 0 || bad === views.length ? '' : ` (for ${bad} of ${views.length})`
    const flows = frontends.flatMap((it) => it.flows.filter(({ backend }) => backend === name))
    const reached = Math.max(...views.map(position))
    return {
      name,
      rank,
      state: worst.status,
      why: worst.why + part,
      clients: sum(views.map(({ clients }) => clients)),
      inFlight: sum(views.map(({ inFlight }) => inFlight)),
      requestsPerSecond: sum(flows.map(({ requestsPerSecond }) => requestsPerSecond)),
      feeds: sum(views.map(({ feeds }) => feeds)),
      latencyMs: Math.max(...views.map(({ latencyMs }) => latencyMs)),
      position: reached,
      lag: head - reached,
    }
  })
}

/** Undefined when no backend can be asked from here. */
function recordsPerSecond(now: Look, before: Look | undefined): number | undefined {
  if (now.backends.size === 0) return undefined
  const rates = [...now.backends].map(([name, look]) => {
    const earlier = before?.backends.get(name)
    return ratesOf(look, earlier)(look.appendsTotal, earlier?.appendsTotal)
  })
  return sum(rates)
}

function decisionsOf(now: Look, before: Look | undefined): StatusPicture['decisions'] {
  const found = new Map<string, { total: number; perSecond: number }>()
  for (const look of now.frontends) {
    const lookBefore = before?.frontends.find(({ name }) => name === look.name)
    const earlier = lookBefore?.figures?.decisionsTotal
    const rate = ratesOf(look, lookBefore)
    for (const [reason, total] of Object.entries(look.figures?.decisionsTotal ?? {})) {
      const known = found.get(reason) ?? { total: 0, perSecond: 0 }
      const was = earlier === undefined ? undefined : (earlier[reason] ?? 0)
      found.set(reason, {
        total: known.total + total,
        perSecond: known.perSecond + rate(total, was),
      })
    }
  }
  return [...found]
    .map(([reason, counts]) => ({ reason, ...counts }))
    .sort((a, b) => b.total - a.total || (a.reason < b.reason ? -1 : 1))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

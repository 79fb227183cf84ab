/**
 * What `starling top` shows, made of two looks at the roles: present values from the newer, rates
 * from the difference. A backend's state is what the front-ends judge it to be; its figures are its
 * own, or, when it cannot be asked from here, what it last told a front-end.
 */
import type { Config } from '@starling/server/config/config'
import { type Alarm, alarmsOf } from './alarms.ts'
import { type EnginePicture, engineOf } from './engine.ts'
import type { BackendStatus, FrontendStatus, Sample, SeenBackend } from './status.ts'

export interface FrontendRow {
  readonly name: string
  readonly state: 'running' | 'down'
  readonly why: string
  readonly clients?: number
  readonly requestsPerSecond?: number
  readonly waiting?: number
  readonly resentTotal?: number
  readonly loopDelayMs?: number
}

export interface BackendRow {
  readonly name: string
  readonly rank: string
  readonly state: string
  readonly why: string
  readonly clients?: number
  readonly requestsPerSecond?: number
  readonly inFlight?: number
  readonly position?: number
  readonly lag?: number
  readonly loopDelayMs?: number
}

export interface Picture {
  readonly policy: string
  /** The most serious first. */
  readonly alarms: readonly Alarm[]
  readonly frontends: readonly FrontendRow[]
  readonly backends: readonly BackendRow[]
  readonly engine: EnginePicture
  /** The most frequent first. */
  readonly decisions: readonly { readonly reason: string; readonly total: number }[]
}

export function pictureOf(config: Config, now: Sample, before: Sample | undefined): Picture {
  const seconds = before === undefined ? 0 : (now.atMs - before.atMs) / 1_000
  const perSecond = (total: number | undefined, earlier: number | undefined) => {
    // A smaller total is that of a process that was started meanwhile.
    if (total === undefined || earlier === undefined || seconds <= 0 || total < earlier) return {}
    return { requestsPerSecond: (total - earlier) / seconds }
  }
  const views = config.frontends.flatMap(({ name }) => statusOf(now.frontends.get(name)) ?? [])
  const rows = config.backends.map((backend) => {
    const own = statusOf(now.backends.get(backend.name))
    const earlier = statusOf(before?.backends.get(backend.name))
    const rate = perSecond(own?.requestsTotal, earlier?.requestsTotal)
    return { ...backendRow(backend, now, views), ...rate }
  })
  const told = config.backends.flatMap(({ name }) => {
    const status = statusOf(now.backends.get(name))
    return status === undefined ? [] : [{ name, status }]
  })
  const engine = engineOf(config.values.engine, told)
  const newest = engine.kind === 'nats' ? engine.head : 0
  const head = Math.max(newest, ...rows.map((row) => row.position ?? 0))
  return {
    policy: config.values['balancing.policy'],
    alarms: alarmsOf(engine, told),
    frontends: config.frontends.map(({ name }) => {
      const answer = now.frontends.get(name)
      if (answer === undefined || !answer.ok) {
        return { name, state: 'down', why: answer?.why ?? 'not asked' }
      }
      const { clients, waiting, resentTotal, requestsTotal, shell } = answer.status
      const earlier = statusOf(before?.frontends.get(name))
      const rate = perSecond(requestsTotal, earlier?.requestsTotal)
      const { loopDelayMs } = shell
      return {
        name,
        state: 'running',
        why: '',
        clients,
        waiting,
        resentTotal,
        loopDelayMs,
        ...rate,
      }
    }),
    backends: rows.map((row) => {
      return row.position === undefined ? row : { ...row, lag: head - row.position }
    }),
    engine,
    decisions: decisionsOf(views),
  }
}

function statusOf<T>(
  answer: { readonly ok: true; readonly status: T } | { readonly ok: false } | undefined,
): T | undefined {
  return answer?.ok ? answer.status : undefined
}

function backendRow(
  { name, rank }: { readonly name: string; readonly rank: string },
  now: Sample,
  frontends: readonly FrontendStatus[],
): BackendRow {
  const seen = frontends.flatMap((it) => it.backends.filter((backend) => backend.name === name))
  const answer = now.backends.get(name)
  const own = answer?.ok ? answer.status : undefined
  const told = seen.find((it) => it.health !== undefined)?.health
  const judged = judgement(seen)
  if (own !== undefined) {
    const { clients, inFlight, position } = own
    const { loopDelayMs } = own.shell
    const state = judged ?? ownState(own)
    return { name, rank, ...state, clients, inFlight, position, loopDelayMs }
  }
  // Elsewhere, perhaps: then a front-end knows.
  if (judged?.state === 'active' && told !== undefined) {
    const { clients, inFlight, position, loopDelayMs } = told
    return { name, rank, ...judged, clients, inFlight, position, loopDelayMs }
  }
  if (judged !== undefined && judged.state !== 'active') return { name, rank, ...judged }
  return { name, rank, state: 'down', why: answer?.ok === false ? answer.why : '' }
}

function ownState({ shell }: BackendStatus): { readonly state: string; readonly why: string } {
  const unseen = 'no front-end can be asked'
  if (shell.canAppend) return { state: 'running', why: unseen }
  return { state: 'cut-off', why: `cannot append: ${shell.why}` }
}

/** Front-ends may differ for a moment: the worst is shown, with how many think so. */
function judgement(
  seen: readonly SeenBackend[],
): { readonly state: string; readonly why: string } | undefined {
  if (seen.length === 0) return undefined
  const bad = seen.filter((it) => it.status !== 'active')
  const [worst] = bad
  if (worst === undefined) return { state: 'active', why: '' }
  const part = bad.length === seen.length ? '' : ` (to ${bad.length} of ${seen.length} front-ends)`
  return { state: worst.status, why: worst.why + part }
}

function decisionsOf(frontends: readonly FrontendStatus[]): Picture['decisions'] {
  const totals = new Map<string, number>()
  for (const { decisionsTotal } of frontends) {
    for (const [reason, total] of Object.entries(decisionsTotal)) {
      totals.set(reason, (totals.get(reason) ?? 0) + total)
    }
  }
  return [...totals]
    .map(([reason, total]) => ({ reason, total }))
    .sort((a, b) => b.total - a.total || (a.reason < b.reason ? -1 : 1))
}

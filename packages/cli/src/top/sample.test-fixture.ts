/** Builders of what the roles answer: all is well until a test says otherwise. */
import { loadConfig } from '@starling/server/config/config'
import type { EngineView } from '@starling/server/telemetry/engine-view'
import type { BackendStatus, FrontendStatus, Sample, SeenBackend } from './status.ts'

type BackendShell = BackendStatus['shell']

export const config = loadConfig({ environment: {}, flags: {}, workingFolder: '/nonexistent' })

export const names = ['primary-1', 'primary-2', 'secondary-1', 'secondary-2'] as const

export function seen(name: string, change: Partial<SeenBackend> = {}): SeenBackend {
  return {
    name,
    rank: name.startsWith('p') ? 'primary' : 'secondary',
    status: 'active',
    why: '',
    clients: 3,
    inFlight: 1,
    requestsTotal: 100,
    latencyMs: 2,
    feeds: 1,
    health: undefined,
    ...change,
  }
}

export function frontend(change: Partial<FrontendStatus> = {}): FrontendStatus {
  return {
    clients: 12,
    followers: 30,
    waiting: 0,
    requestsTotal: 2_000,
    resentTotal: 4,
    decisionsTotal: { own: 1_800, 'resend: down': 200 },
    backends: names.map((name) => seen(name)),
    shell: { loopDelayMs: 0.6 },
    ...change,
  }
}

const file: EngineView = { kind: 'sqlite', file: 'data/starling.db', bytes: 12_345_678 }

export function backendShell(change: Partial<BackendShell> = {}): BackendShell {
  return {
    loopDelayMs: 12.3,
    canAppend: true,
    why: '',
    warnings: [],
    failure: '',
    engine: file,
    ...change,
  }
}

export function backend(change: Partial<BackendStatus> = {}): BackendStatus {
  return {
    clients: 12,
    inFlight: 2,
    feeds: 1,
    links: 1,
    position: 1_500_000,
    requestsTotal: 700,
    appendsTotal: 90,
    settingsDiffer: [],
    digestDisputes: 0,
    shell: backendShell(),
    ...change,
  }
}

export function sample(
  atMs: number,
  status: FrontendStatus,
  each: readonly BackendStatus[],
): Sample {
  return {
    atMs,
    frontends: new Map([['frontend-1', { ok: true, status }]]),
    backends: new Map(
      names.map((name, at) => {
        const own = each[at]
        return [name, own ? { ok: true, status: own } : { ok: false, why: 'not running' }] as const
      }),
    ),
  }
}

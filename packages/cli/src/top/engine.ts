/**
 * The engine as the backends of this machine tell of it. What the log's leader says is told by all
 * of them, so the freshest counts; which server each one appends through, each knows itself. When
 * no leader has answered for a while nothing is known of the servers, and that is what is shown.
 */
import {
  type EngineServerState,
  freshest,
  isOld,
  leaderOf,
  type NatsEngineView,
  serversOf,
} from '@starling/server/telemetry/engine-view'
import type { BackendStatus } from './status.ts'

export interface EngineServerRow {
  readonly server: string
  readonly state: EngineServerState | 'was leader' | 'no replica'
  /** Steps behind the leader; absent when nothing is known. */
  readonly lag?: number
  /** Since the leader heard of it; absent when it has not since it leads. */
  readonly silentMs?: number
  /** The backends that append through it. */
  readonly serves: readonly string[]
}

export interface NatsPicture {
  readonly kind: 'nats'
  readonly stream: string
  /** When the picture is old: the one there was. */
  readonly leader?: string
  /** The backend whose view this is, and how long ago the leader answered it. */
  readonly toldBy: string
  readonly ageMs: number
  readonly isOld: boolean
  readonly servers: readonly EngineServerRow[]
  readonly head: number
  readonly records: number
  readonly bytes: number
  readonly bytesMax: number
  readonly appendsInFlight: number
}

export interface SqlitePicture {
  readonly kind: 'sqlite'
  readonly file: string
  readonly bytes: number
  readonly position: number
}

/** No backend here can be asked. */
export interface UnseenEngine {
  readonly kind: 'unseen'
  readonly engine: string
}

export type EnginePicture = NatsPicture | SqlitePicture | UnseenEngine

export interface ToldBackend {
  readonly name: string
  readonly status: BackendStatus
}

export interface ToldView {
  readonly name: string
  readonly view: NatsEngineView
}

export function engineOf(engine: string, backends: readonly ToldBackend[]): EnginePicture {
  if (engine === 'nats') return natsPicture(natsViewsOf(backends)) ?? { kind: 'unseen', engine }
  const files = backends.flatMap(({ status }) => {
    const { engine } = status.shell
    return engine?.kind === 'sqlite' ? [{ ...engine, position: status.position }] : []
  })
  return files.sort((a, b) => b.position - a.position)[0] ?? { kind: 'unseen', engine }
}

export function natsViewsOf(backends: readonly ToldBackend[]): readonly ToldView[] {
  return backends.flatMap(({ name, status }) => {
    const view = status.shell.engine
    return view?.kind === 'nats' ? [{ name, view }] : []
  })
}

function natsPicture(told: readonly ToldView[]): NatsPicture | undefined {
  const best = freshest(told)
  if (best === undefined) return undefined
  const { stream, ageMs, head, records, bytes, bytesMax } = best.view
  const leader = leaderOf(best.view)
  return {
    kind: 'nats',
    stream,
    ...(leader === undefined ? {} : { leader }),
    toldBy: best.name,
    ageMs,
    isOld: isOld(best.view),
    servers: serverRows(best.view, told),
    head,
    records,
    bytes,
    bytesMax,
    appendsInFlight: told.reduce((sum, { view }) => sum + view.appendsInFlight, 0),
  }
}

function serverRows(best: NatsEngineView, told: readonly ToldView[]): readonly EngineServerRow[] {
  const serves = (server: string) =>
    told.filter(({ view }) => view.connectedTo === server).map(({ name }) => name)
  const leader = leaderOf(best)
  const keeping = serversOf(best).map(({ server, state, lag, silentMs }): EngineServerRow => {
    const silence = silentMs === undefined ? {} : { silentMs }
    if (state !== 'unknown') return { server, state, lag, ...silence, serves: serves(server) }
    const was = server === leader ? 'was leader' : state
    return { server, state: was, serves: serves(server) }
  })
  const known = new Set(keeping.map(({ server }) => server))
  // In a larger cluster one may append through a server that keeps no replica.
  const through = new Set(told.flatMap(({ view }) => view.connectedTo ?? []))
  const passing = [...through].filter((server) => !known.has(server)).sort()
  return [
    ...keeping,
    ...passing.map((server) => ({ server, state: 'no replica' as const, serves: serves(server) })),
  ]
}

/**
 * What a backend sees of the engine, as metrics. All backends see the same; a rule over them takes
 * those whose view is young. The engine `sqlite` has a size and nothing else.
 */
import {
  type EngineServer,
  type EngineView,
  engineServerStates,
  hasLeader,
  type NatsEngineView,
  serversOf,
} from './engine-view.ts'
import type { MetricRow, Sample } from './figures-to-metrics.ts'

export interface EngineFigures {
  readonly position: number
  readonly shell: { readonly engine: EngineView }
}

type Row = MetricRow<EngineFigures>

function gauge(name: string, help: string, read: Row['read']): Row {
  return { name: `starling_backend_${name}`, help, kind: 'gauge', read }
}

function ofStream(name: string, help: string, read: (view: NatsEngineView) => number): Row {
  const samples = ({ shell: { engine } }: EngineFigures): readonly Sample[] =>
    engine.kind === 'nats' ? [{ labels: { stream: engine.stream }, value: read(engine) }] : []
  return { ...gauge(`engine_${name}`, help, samples), labels: ['stream'] }
}

function ofServers(
  name: string,
  help: string,
  read: (it: EngineServer) => number | undefined,
): Row {
  const samples = ({ shell: { engine } }: EngineFigures): readonly Sample[] => {
    if (engine.kind !== 'nats') return []
    const { stream } = engine
    return serversOf(engine).flatMap((it) => {
      const value = read(it)
      return value === undefined ? [] : [{ labels: { stream, server: it.server }, value }]
    })
  }
  return { ...gauge(`engine_server_${name}`, help, samples), labels: ['stream', 'server'] }
}

function stateSamples({ shell: { engine } }: EngineFigures): readonly Sample[] {
  if (engine.kind !== 'nats') return []
  const { stream } = engine
  return serversOf(engine).flatMap(({ server, state }) =>
    engineServerStates.map((one) => ({
      labels: { stream, server, state: one },
      value: one === state ? 1 : 0,
    })),
  )
}

function connectedSamples({ shell: { engine } }: EngineFigures): readonly Sample[] {
  if (engine.kind !== 'nats' || engine.connectedTo === undefined) return []
  return [{ labels: { stream: engine.stream, server: engine.connectedTo }, value: 1 }]
}

function lag({ position, shell: { engine } }: EngineFigures): number {
  return engine.kind === 'nats' ? Math.max(0, engine.head - position) : 0
}

function usedBytes({ shell: { engine } }: EngineFigures): readonly Sample[] {
  return [{ labels: { engine: engine.kind }, value: engine.bytes }]
}

export const engineMetrics: readonly Row[] = [
  gauge('lag_records', 'Records of the log that are not applied yet.', lag),
  {
    ...gauge('engine_used_bytes', 'Size of the log, or of the file.', usedBytes),
    labels: ['engine'],
  },
  ofStream('limit_bytes', 'Size at which the log takes no more.', (view) => view.bytesMax),
  ofStream('head', 'Newest position of the log.', ({ head }) => head),
  ofStream('records', 'Records in the log.', ({ records }) => records),
  ofStream('appends_in_flight', 'Own appends on their way.', (view) => view.appendsInFlight),
  ofStream('has_leader', '1 while its leader answers.', (view) => (hasLeader(view) ? 1 : 0)),
  ofStream('view_age_seconds', 'Since the leader answered.', ({ ageMs }) => ageMs / 1000),
  {
    ...gauge('engine_server_state', '1 for the present state of an engine server.', stateSamples),
    labels: ['stream', 'server', 'state'],
  },
  ofServers('lag', 'Steps behind the leader.', (it) => it.lag),
  ofServers('silence_seconds', 'Since the leader heard of it.', ({ silentMs }) =>
    silentMs === undefined ? undefined : silentMs / 1000,
  ),
  {
    ...gauge('engine_server_connected', '1 for the server that appends go to.', connectedSamples),
    labels: ['stream', 'server'],
  },
]

/** Which figure of a front-end is which metric. docs/operating.md shows the same list. */
import type {
  BackendStatus,
  BackendView,
  FrontendFigures,
} from '@starling/core/frontend/frontend-io'
import { byLabel, type MetricRow, type Sample } from './figures-to-metrics.ts'

/** What the shell counts beside the node's figures. */
export interface FrontendShellFigures {
  readonly connections: number
  /** Of those that ask for the upgrade. */
  readonly handshakes: { readonly waiting: number; readonly refusedTotal: number }
  readonly blockedClients: number
  readonly clientWritesTotal: number
  readonly clientBytesTotal: number
  readonly linkDialsFailedTotal: number
  readonly loopDelayMs: number
  /** Name of a limit → how often it was reached. */
  readonly limitsReachedTotal: { readonly [limit: string]: number }
}

export type FrontendMetricFigures = FrontendFigures & { readonly shell: FrontendShellFigures }
type Row = MetricRow<FrontendMetricFigures>

const statuses: readonly BackendStatus[] = ['active', 'silent', 'cut-off', 'draining', 'down']

function gauge(name: string, help: string, read: Row['read']): Row {
  return { name: `starling_frontend_${name}`, help, kind: 'gauge', read }
}

function counter(name: string, help: string, read: Row['read']): Row {
  return { name: `starling_frontend_${name}_total`, help, kind: 'counter', read }
}

function labelled(row: Row, labels: readonly string[]): Row {
  return { ...row, labels }
}

function perBackend(read: (view: BackendView) => number | undefined): Row['read'] {
  return ({ backends }) =>
    backends.flatMap((view): Sample[] => {
      const value = read(view)
      return value === undefined ? [] : [{ labels: { backend: view.name }, value }]
    })
}

function statusSamples({ backends }: FrontendMetricFigures): Sample[] {
  return backends.flatMap(({ name, rank, status }) =>
    statuses.map((one) => ({
      labels: { backend: name, rank, status: one },
      value: one === status ? 1 : 0,
    })),
  )
}

/** Before the upgrade and after it. */
function waitingToComeIn({ helloes, shell }: FrontendMetricFigures): number {
  return helloes.waiting + shell.handshakes.waiting
}

function toldToComeLater({ helloes, shell }: FrontendMetricFigures): number {
  return helloes.refusedTotal + shell.handshakes.refusedTotal
}

export const frontendMetrics: readonly Row[] = [
  gauge('clients', 'Sessions that said hello.', (f) => f.clients),
  gauge('connections', 'Open client connections.', (f) => f.shell.connections),
  gauge('clients_blocked', 'Clients that do not read fast enough.', (f) => f.shell.blockedClients),
  gauge('followers', 'Rooms followed, summed over sessions.', (f) => f.followers),
  gauge('requests_waiting', 'Requests that wait for a backend.', (f) => f.waiting),
  gauge('hellos_waiting', 'Clients that wait to be let in.', waitingToComeIn),
  gauge('loop_delay_seconds', 'Worst recent event-loop delay.', (f) => f.shell.loopDelayMs / 1000),
  counter('requests', 'Requests passed to backends.', (f) => f.requestsTotal),
  counter('requests_resent', 'Requests passed to another backend.', (f) => f.resentTotal),
  counter('hellos_put_off', 'Clients told to come later, being too many.', toldToComeLater),
  counter('entries_received', 'Entries that came by feeds.', (f) => f.entriesInTotal),
  counter('entries_delivered', 'Entries passed to clients.', (f) => f.entriesOutTotal),
  counter('client_writes', 'Writes to client sockets.', (f) => f.shell.clientWritesTotal),
  counter('client_written_bytes', 'Bytes written to clients.', (f) => f.shell.clientBytesTotal),
  counter('link_dials_failed', 'Dials that made no link.', (f) => f.shell.linkDialsFailedTotal),
  labelled(
    counter('refusals', 'Requests refused, by code.', (f) => byLabel('code', f.refusalsTotal)),
    ['code'],
  ),
  labelled(
    counter('decisions', 'Routing decisions, by reason.', (f) =>
      byLabel('reason', f.decisionsTotal),
    ),
    ['reason'],
  ),
  labelled(
    counter('limits_reached', 'Limits reached, by name.', (f) =>
      byLabel('limit', f.shell.limitsReachedTotal),
    ),
    ['limit'],
  ),
  labelled(gauge('backend_status', '1 for the present status of a backend.', statusSamples), [
    'backend',
    'rank',
    'status',
  ]),
  ...[
    gauge(
      'backend_clients',
      'Own clients that have it as theirs.',
      perBackend((v) => v.clients),
    ),
    gauge(
      'backend_requests_in_flight',
      'Own requests there.',
      perBackend((v) => v.inFlight),
    ),
    counter(
      'backend_requests',
      'Own requests passed to it.',
      perBackend((v) => v.requestsTotal),
    ),
    gauge(
      'backend_feeds',
      'Own feeds from it.',
      perBackend((v) => v.feeds),
    ),
    gauge(
      'backend_latency_seconds',
      'Smoothed time to its answer.',
      perBackend((v) => v.latencyMs / 1000),
    ),
    gauge(
      'backend_position',
      'Position it applied.',
      perBackend((v) => v.health?.position),
    ),
  ].map((row) => labelled(row, ['backend'])),
]

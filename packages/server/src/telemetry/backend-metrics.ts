/** Which figure of a backend is which metric. docs/operating.md shows the same list. */
import type { BackendFigures } from '@starling/core/backend/backend-io'
import { engineMetrics } from './engine-metrics.ts'
import type { EngineView } from './engine-view.ts'
import { byLabel, type MetricRow } from './figures-to-metrics.ts'

/** What the shell counts beside the node's figures. */
export interface BackendShellFigures {
  readonly loopDelayMs: number
  readonly canAppend: boolean
  /** Why it cannot append; empty when it can. */
  readonly why: string
  readonly linksRefusedTotal: number
  readonly linksCutTotal: number
  readonly appendsFailedTotal: number
  readonly passwordTasksWaiting: number
  /** What the engine cannot promise, in plain words. */
  readonly warnings: readonly string[]
  readonly engine: EngineView
  readonly snapshotsGivenTotal: number
  /** Why it ended by itself; empty while it runs. */
  readonly failure: string
  /** Name of a limit → how often it was reached. */
  readonly limitsReachedTotal: { readonly [limit: string]: number }
}

export type BackendMetricFigures = BackendFigures & { readonly shell: BackendShellFigures }
type Row = MetricRow<BackendMetricFigures>

function gauge(name: string, help: string, read: Row['read']): Row {
  return { name: `starling_backend_${name}`, help, kind: 'gauge', read }
}

function counter(name: string, help: string, read: Row['read']): Row {
  return { name: `starling_backend_${name}_total`, help, kind: 'counter', read }
}

export const backendMetrics: readonly Row[] = [
  gauge('clients', 'Sessions of all front-ends.', (f) => f.clients),
  gauge('requests_in_flight', 'Requests that wait.', (f) => f.inFlight),
  gauge('feeds', 'Rooms fed, summed over front-ends.', (f) => f.feeds),
  gauge('links', 'Links to front-ends.', (f) => f.links),
  gauge('position', 'Position of the log that is applied.', (f) => f.position),
  gauge('can_append', '1 while the log is within reach.', (f) => (f.shell.canAppend ? 1 : 0)),
  gauge('loop_delay_seconds', 'Worst recent event-loop delay.', (f) => f.shell.loopDelayMs / 1000),
  gauge('password_tasks_waiting', 'Password tasks.', (f) => f.shell.passwordTasksWaiting),
  gauge('engine_warnings', 'Promises that the engine cannot keep.', (f) => f.shell.warnings.length),
  gauge('settings_differ', 'Settings that another backend put.', (f) => f.settingsDiffer.length),
  gauge('digest_disputes', 'Checkpoints at which replicas differ.', (f) => f.digestDisputes),
  counter('requests', 'Requests received.', (f) => f.requestsTotal),
  counter('appends', 'Records appended to the log.', (f) => f.appendsTotal),
  counter('appends_failed', 'Appends that failed.', (f) => f.shell.appendsFailedTotal),
  counter('operations_applied', 'Operations applied.', (f) => f.opsAppliedTotal),
  counter('links_refused', 'Peers that never became a link.', (f) => f.shell.linksRefusedTotal),
  counter('links_cut', 'Links cut for what came or stayed away.', (f) => f.shell.linksCutTotal),
  counter('snapshots', 'Snapshots given.', (f) => f.shell.snapshotsGivenTotal),
  {
    ...counter('refusals', 'Requests refused, by code.', (f) => byLabel('code', f.refusalsTotal)),
    labels: ['code'],
  },
  {
    ...counter('limits_reached', 'Limits reached, by name.', (f) =>
      byLabel('limit', f.shell.limitsReachedTotal),
    ),
    labels: ['limit'],
  },
  ...engineMetrics,
]

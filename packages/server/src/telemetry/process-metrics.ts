/**
 * Figures of the process itself, under the names that are usual for them. The library's own set is
 * not used: it wakes an idle process a hundred times a second.
 */
import type { MetricRow } from './figures-to-metrics.ts'

export const processMetrics: readonly MetricRow<undefined>[] = [
  {
    name: 'process_cpu_seconds_total',
    help: 'Processor time used.',
    kind: 'counter',
    read: () => {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1e6
    },
  },
  {
    name: 'process_resident_memory_bytes',
    help: 'Memory held.',
    kind: 'gauge',
    read: () => process.memoryUsage.rss(),
  },
  {
    name: 'process_start_time_seconds',
    help: 'When the process began, since 1970.',
    kind: 'gauge',
    read: () => Math.round(performance.timeOrigin) / 1000,
  },
  {
    name: 'nodejs_heap_used_bytes',
    help: 'Memory that live objects take.',
    kind: 'gauge',
    read: () => process.memoryUsage().heapUsed,
  },
]

/** Percentiles of many latencies, milliseconds. */
export interface LatencySpread {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly p999: number
}

export function latencySpreadOf(latencies: readonly number[]): LatencySpread {
  const sorted = Float64Array.from(latencies).sort()
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), p999: at(0.999) }
}

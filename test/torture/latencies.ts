/** Figures over many durations in milliseconds. */

export interface Spread {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly worst: number
}

export function spreadOf(durations: readonly number[]): Spread {
  const sorted = [...durations].sort((a, b) => a - b)
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), worst: sorted.at(-1) ?? 0 }
}

export function showSpread({ count, p50, p99, worst }: Spread): string {
  const ms = (n: number) => `${n < 10 ? n.toFixed(1) : Math.round(n)} ms`
  return count === 0
    ? 'none'
    : `p50 ${ms(p50)}, p99 ${ms(p99)}, worst ${ms(worst)} (${count.toLocaleString('en')})`
}

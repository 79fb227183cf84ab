/** What was done to a cluster, when, and whom it touched. Chance is drawn from one seed. */

export interface Fault {
  /** As `kill backend` or `cut-out engine leader`: what reports count and sort by. */
  readonly what: string
  readonly name: string
  readonly atMs: number
  /** Since then nothing is wrong any more; undefined while it goes on. */
  endedAtMs?: number
  /** From then on, until what it hit was back in service. */
  backAfterMs?: number
}

/** From composing to the ack, or from asking to the answer. */
export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** What began so shortly after a fault still met it. */
const aftermathMs = 500

const noFault = 'no fault'
const several = 'several'

/** Small and repeatable; the same seed gives the same faults (mulberry32). */
export function chanceFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** One of them, as often as its weight says. */
export function drawn<T extends { readonly weight: number }>(
  chance: () => number,
  among: readonly T[],
): T {
  let left = chance() * among.reduce((sum, { weight }) => sum + weight, 0)
  for (const one of among) {
    left -= one.weight
    if (left < 0) return one
  }
  return among.at(-1)!
}

/** One name for each span: the fault that touched it, `several`, or `no fault`. */
export function touchOf({ fromMs, toMs }: Span, faults: readonly Fault[]): string {
  const touching = faults.filter(
    ({ atMs, endedAtMs }) => atMs <= toMs && fromMs <= (endedAtMs ?? toMs) + aftermathMs,
  )
  const names = new Set(touching.map(({ what }) => what))
  return names.size === 0 ? noFault : names.size === 1 ? [...names][0]! : several
}

/** The same of sends: trouble of the engine's leader stops all of them, whatever else there is. */
export function touchOfSend(span: Span, faults: readonly Fault[]): string {
  const ofLeader = touchOf(span, faults.filter(isOfLeader))
  if (ofLeader === noFault) return touchOf(span, faults)
  return ofLeader === several ? `${several}, ${leaderSuffix}` : ofLeader
}

export const leaderSuffix = 'engine leader'

export function isOfLeader({ what }: Fault): boolean {
  return what.endsWith(leaderSuffix)
}

/**
 * The tick of a shell, at whole multiples of its interval on the wall clock. So the processes of
 * one machine tick together: what four backends then tell a front-end wakes it once, not four
 * times, and an idle machine sleeps longer. A clock that jumps only moves the next tick.
 */
export function startTicker(everyMs: number, tick: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  const plan = () => {
    const leftMs = everyMs - (Date.now() % everyMs)
    // A timer that fired a moment early must not tick twice.
    const waitMs = leftMs < everyMs / 4 ? leftMs + everyMs : leftMs
    timer = setTimeout(() => {
      plan()
      tick()
    }, waitMs)
  }
  plan()
  return () => clearTimeout(timer)
}

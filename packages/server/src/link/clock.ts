/** Time as the nodes want it. */
import type { Now } from '@starling/core/now'

export function now(): Now {
  return { ms: performance.now(), wallMs: Date.now() }
}

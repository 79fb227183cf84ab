/** What the supervisor and the process of a role say to each other, over Node's IPC channel. */
import type { Rank } from '@starling/core/link/down'

export type Role =
  | { readonly kind: 'frontend'; readonly name: string }
  | { readonly kind: 'backend'; readonly name: string; readonly rank: Rank }

export interface Refusal {
  readonly found: string
  readonly remedy: string
  /** It may pass by itself: starting again later may help. */
  readonly mayPass?: boolean
}

export interface ReadyDetails {
  /** Where clients reach it; of a front-end. */
  readonly address?: string
  /** SHA-256 of the certificate that clients see. */
  readonly fingerprint?: string
  /** What it cannot promise. */
  readonly warnings?: readonly string[]
}

export type FromRole =
  | { readonly kind: 'ready'; readonly details: ReadyDetails }
  /** It is not ready yet, but comes along. */
  | { readonly kind: 'progress'; readonly text: string }
  /** It will not start, or cannot go on. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/** Finish what was begun, then end. The channel's end means the same. */
export type ToRole = { readonly kind: 'stop' }

export function isFromRole(message: unknown): message is FromRole {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return false
  return message.kind === 'ready' || message.kind === 'progress' || message.kind === 'refused'
}

export function isToRole(message: unknown): message is ToRole {
  return (
    typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'stop'
  )
}

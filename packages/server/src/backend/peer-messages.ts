/**
 * What backends tell each other over the engine: their claims, and that they are there when
 * somebody asks who is. Others' messages are checked.
 */
import type { Claim } from '@starling/core/backend/digest-watch'
import { z } from 'zod'
import type { PeerMessage } from '../log/nats/nats-view.ts'

const claim = z.object({
  kind: z.literal('claim'),
  backend: z.string(),
  position: z.int().min(1),
  digest: z.string(),
})

export function claimMessage(claim: Claim): PeerMessage {
  return { kind: 'claim', from: claim.backend, ...claim }
}

/** Undefined: it is no claim. */
export function claimIn(message: PeerMessage): Claim | undefined {
  const { success, data } = claim.safeParse(message)
  return success
    ? { backend: data.backend, position: data.position, digest: data.digest }
    : undefined
}

/** To be answered by every backend with `hereMessage`. */
export function whoMessage(from: string): PeerMessage {
  return { kind: 'who', from }
}

export function isWho({ kind }: PeerMessage): boolean {
  return kind === 'who'
}

export function hereMessage(from: string): PeerMessage {
  return { kind: 'here', from }
}

/** Every frame between two backends is checked before anybody sees it. */
import {
  type PeerDown,
  type PeerUp,
  snapshotPartBytes,
  snapshotRefusals,
} from '@starling/core/link/peer'
import { z } from 'zod'

const count = z.int().min(0)
const text = z.string().max(1_024)

const peerUp = z.discriminatedUnion('t', [
  z.object({
    t: z.literal('snapshot-ask'),
    version: z.int(),
    backend: text,
    log: text,
    store: z.int(),
    above: count,
  }),
  z.object({ t: z.literal('snapshot-got'), bytes: count }),
])

const peerDown = z.discriminatedUnion('t', [
  z.object({
    t: z.literal('snapshot'),
    log: text,
    position: count,
    recordId: text,
    digest: text,
    bytes: z.int().min(1),
  }),
  z.object({
    t: z.literal('snapshot-part'),
    data: z.custom<Uint8Array>(
      (value) =>
        value instanceof Uint8Array && value.length > 0 && value.length <= snapshotPartBytes,
    ),
  }),
  z.object({ t: z.literal('snapshot-end'), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  z.object({ t: z.literal('snapshot-refused'), code: z.enum(snapshotRefusals), why: text }),
])

export function parsePeerUp(value: unknown): PeerUp | undefined {
  const parsed = peerUp.safeParse(value)
  return parsed.success ? parsed.data : undefined
}

export function parsePeerDown(value: unknown): PeerDown | undefined {
  const parsed = peerDown.safeParse(value)
  return parsed.success ? parsed.data : undefined
}

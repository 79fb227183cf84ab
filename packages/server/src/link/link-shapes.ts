/** Every frame on a link is checked before a node sees it. Unknown fields are dropped. */
import type { LinkDown } from '@starling/core/link/down'
import { ranks } from '@starling/core/link/down'
import type { AskFrame, LinkUp } from '@starling/core/link/up'
import { type ErrorCode, isErrorCode } from '@starling/protocol/error-codes'
import { operation, roles, roomKinds } from '@starling/protocol/operation'
import { upFrame } from '@starling/protocol/up'
import { z } from 'zod'

const text = z.string()
const texts = z.array(text)
const count = z.int().min(0)
const code = z.custom<ErrorCode>((value) => typeof value === 'string' && isErrorCode(value))

const ask = z.custom<AskFrame>((value) => {
  const parsed = upFrame.safeParse(value)
  return parsed.success && 'ask' in parsed.data
})

const requestBody = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('guest'), user: text, name: text, device: text }),
  z.object({ kind: z.literal('token'), device: text }),
  z.object({ kind: z.literal('login'), name: text, password: text, device: text, label: text }),
  z.object({
    kind: z.literal('register'),
    user: text,
    name: text,
    password: text,
    device: text,
    label: text,
  }),
  z.object({
    kind: z.literal('send'),
    room: text,
    by: text,
    outbox: text,
    number: z.int().min(1),
    device: text.optional(),
    op: z.union([operation, z.object({ kind: z.literal('void'), code })]),
  }),
  z.object({ kind: z.literal('ask'), by: text, device: text, frame: ask }),
  z.object({ kind: z.literal('catch-up'), by: text, room: text, after: count, limit: count }),
])

const typing = z.object({
  t: z.literal('typing'),
  room: text,
  user: text,
  name: text,
  on: z.boolean(),
})

const clientInfo = z.object({ session: text, user: text, name: text, rooms: texts })

const linkUp = z.discriminatedUnion('t', [
  z.object({
    t: z.literal('hello'),
    version: z.int(),
    frontend: text,
    incarnation: text,
    address: text,
  }),
  z.object({
    t: z.literal('clients'),
    all: z.boolean(),
    added: z.array(clientInfo),
    removed: texts,
  }),
  z.object({ t: z.literal('request'), request: count, after: z.number(), body: requestBody }),
  z.object({ t: z.literal('feed'), room: text, from: count }),
  z.object({ t: z.literal('unfeed'), room: text }),
  typing,
])

const health = z.object({
  clients: count,
  inFlight: count,
  position: z.number(),
  canAppend: z.boolean(),
  why: text,
  loopDelayMs: z.number(),
  isDraining: z.boolean(),
})

const fedEntry = z.object({
  json: text,
  gone: text.optional(),
  follow: z.object({ room: text, from: count }).optional(),
  unfollow: text.optional(),
  revoked: text.optional(),
})

const roomSummary = z.object({
  room: text,
  kind: z.enum([...roomKinds, 'self']),
  title: text,
  topic: text,
  role: z.enum(roles),
  members: count,
  head: count,
  readUpTo: count,
  isMuted: z.boolean().optional(),
  isEncrypted: z.literal(true).optional(),
  history: z.literal('all').optional(),
  peer: z.object({ user: text, name: text }).optional(),
})

const identity = z.object({ user: text, name: text, isGuest: z.boolean(), device: text })

/** A front-end passes an answer on as it is, so only its kind is looked at. */
const answer = z.looseObject({
  kind: z.enum([
    ...(['history', 'members', 'rooms', 'user', 'search', 'devices', 'done'] as const),
    ...(['keys', 'claimed', 'group', 'commits', 'archived'] as const),
  ]),
})

const reply = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('identity'), identity, rooms: z.array(roomSummary) }),
  z.object({ kind: z.literal('sent'), index: count, at: z.number() }),
  z.object({ kind: z.literal('answer'), answer }),
  z.object({ kind: z.literal('catch-up'), from: count, entries: z.array(fedEntry), head: count }),
  z.object({ kind: z.literal('refused'), code }),
])

const linkDown = z.discriminatedUnion('t', [
  z.object({ t: z.literal('hello'), version: z.int(), backend: text, rank: z.enum(ranks) }),
  z.object({ t: z.literal('health'), health }),
  z.object({ t: z.literal('reply'), request: count, position: z.number(), reply }),
  z.object({ t: z.literal('entries'), room: text, from: count, entries: z.array(fedEntry) }),
  z.object({ t: z.literal('no-feed'), room: text }),
  z.object({
    t: z.literal('presence'),
    room: text,
    all: z.boolean(),
    online: texts,
    offline: texts,
    count,
  }),
  typing,
])

export function parseLinkUp(value: unknown): LinkUp | undefined {
  const parsed = linkUp.safeParse(value)
  return parsed.success ? parsed.data : undefined
}

export function parseLinkDown(value: unknown): LinkDown | undefined {
  const parsed = linkDown.safeParse(value)
  // The schemas say "or undefined" where the types say "or absent"; nothing tells the two apart.
  return parsed.success ? (parsed.data as LinkDown) : undefined
}

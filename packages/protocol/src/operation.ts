/** What a person does to a room: the durable requests. Each travels in a `send` frame. */
import { z } from 'zod'
import { limits } from './limits.ts'

export const id = z
  .string()
  .min(1)
  .max(limits.idCharactersMax)
  .regex(/^[A-Za-z0-9_:.-]+$/)
export const index = z.int().min(1)

export const roles = ['owner', 'moderator', 'member'] as const
export const roomKinds = ['public', 'private', 'direct'] as const
export type Role = (typeof roles)[number]
export type RoomKind = (typeof roomKinds)[number]

const topic = z.string().max(limits.topicCharactersMax * 2)

/**
 * The parser bounds shapes only (so that bad input is refused before it costs anything); the exact
 * limits, which an operator may change, are checked in the front-end and again when applied.
 */
export const operation = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('create'),
    room: z.enum(['public', 'private']),
    name: z.string().max(limits.roomNameCharactersMax * 4),
    topic: topic.optional(),
  }),
  /** Opens the direct conversation with `user`; the room's id must be `directRoomId(me, user)`. */
  z.object({ kind: z.literal('direct'), user: id }),
  z.object({ kind: z.literal('join') }),
  z.object({ kind: z.literal('leave') }),
  z.object({ kind: z.literal('invite'), user: id }),
  z.object({ kind: z.literal('post'), text: z.string(), replyTo: index.optional() }),
  z.object({ kind: z.literal('edit'), target: index, text: z.string() }),
  z.object({ kind: z.literal('delete'), target: index }),
  z.object({ kind: z.literal('react'), target: index, emoji: z.string(), on: z.boolean() }),
  z.object({ kind: z.literal('topic'), topic }),
  z.object({ kind: z.literal('role'), user: id, role: z.enum(roles) }),
  z.object({ kind: z.literal('kick'), user: id, reason: topic.optional() }),
  z.object({ kind: z.literal('ban'), user: id, on: z.boolean(), reason: topic.optional() }),
  z.object({ kind: z.literal('mute'), user: id, on: z.boolean() }),
])
export type Operation = z.infer<typeof operation>

/** The room of two people: the same id from both sides. User ids hold no `+`-like separator. */
export function directRoomId(a: string, b: string): string {
  return a < b ? `d:${a}:${b}` : `d:${b}:${a}`
}

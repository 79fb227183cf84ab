/** What a person does to a room: the durable requests. Each travels in a `send` frame. */
// The small form of the library: a client's bundle is 19 kB less.
import * as z from 'zod/mini'
import { limits } from './limits.ts'

export const id = z
  .string()
  .check(z.minLength(1), z.maxLength(limits.idCharactersMax), z.regex(/^[A-Za-z0-9_:.-]+$/))
export const index = z.int().check(z.minimum(1))

export const roles = ['owner', 'moderator', 'member'] as const
export const roomKinds = ['public', 'private', 'direct'] as const
export type Role = (typeof roles)[number]
export type RoomKind = (typeof roomKinds)[number]

const topic = z.string().check(z.maxLength(limits.topicCharactersMax * 2))

/** Bytes as text: base64url without padding. Exact sizes are checked where they are used. */
export function base64(bytesMax: number) {
  return z.string().check(z.maxLength(Math.ceil((bytesMax * 4) / 3)), z.regex(/^[A-Za-z0-9_-]*$/))
}

/** Who may read what was written before they came. */
const histories = ['none', 'all'] as const

const treeNode = base64(limits.treeNodeBytesMax)
/** How often the room's group was begun anew, from 1 on; within it, the epoch of MLS. */
const gen = z.int().check(z.minimum(1))
const epoch = z.int().check(z.minimum(0))

/**
 * The parser bounds shapes only (so that bad input is refused before it costs anything); the exact
 * limits, which an operator may change, are checked in the front-end and again when applied.
 */
export const operation = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('create'),
    room: z.enum(['public', 'private']),
    name: z.string().check(z.maxLength(limits.roomNameCharactersMax * 4)),
    topic: z.optional(topic),
    /** Only of a private room, and for ever. Its name may be empty; it has no topic in plain. */
    encrypted: z.optional(z.boolean()),
    history: z.optional(z.enum(histories)),
  }),
  /** Opens the direct conversation with `user`; the room's id must be `directRoomId(me, user)`. */
  z.object({
    kind: z.literal('direct'),
    user: id,
    /** Counts when the conversation is made; one that is there stays as it is. */
    encrypted: z.optional(z.boolean()),
  }),
  z.object({ kind: z.literal('join') }),
  z.object({ kind: z.literal('leave') }),
  z.object({ kind: z.literal('invite'), user: id }),
  z.object({ kind: z.literal('post'), text: z.string(), replyTo: z.optional(index) }),
  z.object({ kind: z.literal('edit'), target: index, text: z.string() }),
  z.object({ kind: z.literal('delete'), target: index }),
  z.object({ kind: z.literal('react'), target: index, emoji: z.string(), on: z.boolean() }),
  z.object({ kind: z.literal('topic'), topic }),
  z.object({ kind: z.literal('role'), user: id, role: z.enum(roles) }),
  z.object({ kind: z.literal('kick'), user: id, reason: z.optional(topic) }),
  z.object({ kind: z.literal('ban'), user: id, on: z.boolean(), reason: z.optional(topic) }),
  z.object({ kind: z.literal('mute'), user: id, on: z.boolean() }),
  /** Begins the group of an encrypted room, or begins it anew: epoch 0, the author alone. */
  z.object({
    kind: z.literal('group'),
    gen,
    groupId: base64(limits.groupIdBytesMax),
    groupInfo: base64(limits.groupInfoBytesMax),
    tree: z.array(treeNode).check(z.length(1)),
  }),
  /** The next epoch of the group. `epoch` is the one that it follows. */
  z.object({
    kind: z.literal('commit'),
    gen,
    epoch,
    /** Random; by it the author's device knows its own. */
    id,
    /** An MLSMessage holding a PublicMessage. */
    commit: base64(limits.commitBytesMax),
    groupInfo: base64(limits.groupInfoBytesMax),
    /** Nodes of the tree after it, and those that are other than before; null: blank. */
    tree: z.object({
      size: z.int().check(z.minimum(1), z.maximum(limits.treeNodesMax)),
      changed: z
        .array(z.tuple([z.int().check(z.minimum(0)), z.nullable(treeNode)]))
        .check(z.maxLength(limits.treeNodesMax)),
    }),
    /** Where the key packages of those whom it adds are from. */
    claims: z.optional(z.array(id).check(z.maxLength(limits.groupAddsMax))),
    /** For each device that it adds. */
    welcomes: z.optional(
      z
        .array(z.object({ device: id, bytes: base64(limits.welcomeBytesMax) }))
        .check(z.maxLength(limits.groupAddsMax)),
    ),
  }),
  /** What the members' devices alone can read: a message, an edit, a reaction, a title … */
  z.object({
    kind: z.literal('sealed'),
    gen,
    epoch,
    box: z.string().check(z.regex(/^[A-Za-z0-9_-]*$/)),
  }),
])
export type Operation = z.infer<typeof operation>

/** The room of two people: the same id from both sides. User ids hold no `+`-like separator. */
export function directRoomId(a: string, b: string): string {
  return a < b ? `d:${a}:${b}` : `d:${b}:${a}`
}

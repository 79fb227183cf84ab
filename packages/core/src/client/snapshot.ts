/**
 * What a user interface shows: an immutable picture of everything a client knows. A part that did
 * not change is the same object as before, so `===` tells what to draw again.
 */
import type { RoomBody } from '@starling/protocol/entry'
import type { ErrorCode } from '@starling/protocol/error-codes'
import type { Limits } from '@starling/protocol/limits'
import type { Role, RoomKind } from '@starling/protocol/operation'
import type { ConnectionState, Me, OutboxItem } from './client-io.ts'

export interface ClientSnapshot {
  readonly connection: ConnectionState
  /** Who one is; known from the first welcome on. */
  readonly me: Me | undefined
  /** Without the self room; by title, direct conversations by their other person's name. */
  readonly rooms: readonly RoomSnapshot[]
  readonly invitations: readonly Invitation[]
  /** Sends of all rooms that wait for their acknowledgement. */
  readonly waiting: number
  /** Limits that the server told; the protocol's own until then. */
  readonly limits: Limits
}

export interface Invitation {
  readonly room: string
  readonly title: string
  readonly by: string
  readonly byName: string
  readonly at: number
}

export interface Person {
  readonly user: string
  readonly name: string
}

export interface RoomSnapshot {
  readonly room: string
  readonly kind: RoomKind
  /** Of a direct conversation: the other person's name. */
  readonly title: string
  readonly topic: string
  readonly role: Role
  readonly isMuted: boolean
  readonly members: number
  /** Of a direct conversation: the other. */
  readonly peer?: Person
  /** Index of the newest entry. */
  readonly head: number
  /** When the newest entry that is held was made; 0 when none is. */
  readonly lastAt: number
  readonly readUpTo: number
  /**
   * Messages of others after the read marker. Exact as far as entries are held; what is not held
   * counts one an entry, so it can only be too high, until the newest page was read.
   */
  readonly unread: number
  /** Those of them that name one, and every one in a direct conversation. */
  readonly mentions: number
  /** Index of the first unread message, if one is held. */
  readonly firstUnread?: number
  /** Ids of who is online; empty when there are too many to be told (`onlineCount` counts). */
  readonly online: readonly string[]
  readonly onlineCount: number
  /** Who is typing, without oneself. */
  readonly typing: readonly Person[]
  readonly timeline: TimelineSnapshot
}

/**
 * A dense run of a room's entries, reduced to lines, and one's own sends that are not in it yet.
 * Normally it ends at the newest entry; after a jump (`loadAround`) it may be a piece of the past.
 */
export interface TimelineSnapshot {
  /** By index, oldest first. Edits, deletions and reactions are in the messages they changed. */
  readonly lines: readonly TimelineLine[]
  /**
   * In the order in which they were composed; shown after `lines`. Empty in a piece of the past.
   */
  readonly sends: readonly SendLine[]
  readonly hasOlder: boolean
  readonly isLoadingOlder: boolean
  /** This is a piece of the past: there are newer entries than its last. */
  readonly hasNewer: boolean
  readonly isLoadingNewer: boolean
}

export type TimelineLine = MessageLine | SystemLine

export interface MessageLine {
  readonly kind: 'message'
  /** Unique in its room; of one's own message the same as that of its `SendLine` before. */
  readonly key: string
  readonly index: number
  readonly at: number
  readonly by: string
  readonly name: string
  /** Empty when deleted. */
  readonly text: string
  readonly isOwn: boolean
  readonly isMention: boolean
  readonly replyTo?: ReplyPreview
  readonly editedAt?: number
  readonly deletedBy?: string
  readonly reactions: readonly ReactionLine[]
  /** An edit, deletion or reaction of one's own is shown already and waits for its ack. */
  readonly isChanging: boolean
}

/**
 * The message that is answered. Without name and text while it is not held (`loadAround` finds it).
 */
export interface ReplyPreview {
  readonly index: number
  readonly name?: string
  readonly text?: string
}

export interface ReactionLine {
  readonly emoji: string
  readonly users: readonly string[]
  readonly isMine: boolean
}

/** What is said in a line of its own, changes another line, or is between devices alone. */
type HiddenKind = 'post' | 'edit' | 'delete' | 'react' | 'group' | 'commit' | 'sealed'

/**
 * Something that happened in the room: created, joined, left, invited, topic, role, kick, ban,
 * mute.
 */
export interface SystemLine {
  readonly kind: 'system'
  readonly key: string
  readonly index: number
  readonly at: number
  readonly by: string
  readonly name: string
  readonly body: Exclude<RoomBody, { kind: HiddenKind }>
}

/**
 * One's own send. `pending`: stored here, not acknowledged. `sent`: acknowledged, its entry is
 * about to arrive. `failed`: refused for good; `retry` it or `drop` it.
 */
export interface SendLine {
  readonly kind: 'send'
  readonly key: string
  readonly state: 'pending' | 'sent' | 'failed'
  readonly item: OutboxItem
  /** Of a post or an edit. */
  readonly text: string
  readonly replyTo?: ReplyPreview
  readonly at: number
  readonly refusal?: { readonly code: ErrorCode; readonly say: string }
}

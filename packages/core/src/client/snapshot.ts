/**
 * What a user interface shows: an immutable picture of everything a client knows. A part that did
 * not change is the same object as before, so `===` tells what to draw again.
 */
import type { OpenedBody, RoomBody } from '@starling/protocol/entry'
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
  /** Of this device; left out is `off`. */
  readonly privacy?: PrivacySnapshot
}

/**
 * Whether this device takes part in encryption. `off`: it cannot (a bot, an old browser).
 * `preparing`: it is finding out. `unlinked`: the person's identity is on other devices of theirs;
 * link this one (`linkCode`), restore with the recovery key, or begin a new identity.
 */
export interface PrivacySnapshot {
  readonly state: 'off' | 'preparing' | 'ready' | 'unlinked'
  /** Of an unlinked device: to be given to `link` on another of one's devices. */
  readonly linkCode?: string
  /** One's own other devices that wait to be linked. */
  readonly unlinked: readonly { readonly device: string; readonly label: string }[]
  readonly hasRecoveryKey: boolean
}

/** Why encryption is not as it should be, and what the person can do about it, if anything. */
export interface PrivacyCause {
  readonly code: PrivacyCode
  readonly say: string
  readonly action?: PrivacyAction
}

export type PrivacyCode =
  | 'ready'
  /** Keys are being fetched, or made; it takes care of itself. */
  | 'joining'
  | 'catching-up'
  | 'retrying'
  | 'cannot-catch-up'
  | 'not-linked'
  | 'group-full'
  | 'identity-changed'
  | 'no-cipher'
  /** Of a message. */
  | 'before-join'
  | 'no-key'
  | 'bad-signature'
  | 'tampered'

/**
 * `link`: see `ClientSnapshot.privacy`. `again`, `reset`: `privacy` with `again` or `reset-room`.
 * `ask-owner`: only an owner can reset. `verify`: compare the safety numbers of `users`, or accept.
 * `update`: another client can.
 */
export type PrivacyAction = 'link' | 'again' | 'reset' | 'ask-owner' | 'verify' | 'update'

/**
 * Of an encrypted room. `preparing`: this device has no keys yet. `behind`: it is catching up; what
 * is written waits. `blocked`: somebody who was verified has another identity; what is written
 * waits. `broken`: it cannot catch up. `full`: the room has as many devices as it may have. `off`:
 * this client does not encrypt.
 */
export interface RoomPrivacy extends PrivacyCause {
  readonly state:
    | 'preparing'
    | 'ready'
    | 'behind'
    | 'blocked'
    | 'broken'
    | 'unlinked'
    | 'full'
    | 'off'
  /** Of `blocked`: whose identity changed. */
  readonly users?: readonly string[]
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
  readonly isEncrypted?: true
  /** Of an encrypted room. */
  readonly privacy?: RoomPrivacy
  readonly timeline: TimelineSnapshot
}

/**
 * A dense run of a room's entries, reduced to lines, and one's own sends that are not in it yet.
 * Normally it ends at the newest entry; after a jump (`loadAround`) it may be a piece of the past.
 */
export interface TimelineSnapshot {
  /** By index, oldest first. Edits, deletions and reactions are in the messages they changed. */
  readonly lines: readonly TimelineLine[]
  /** Shown above all lines: what came before one joined cannot be read, and is not in them. */
  readonly divider?: DividerLine
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

export interface DividerLine {
  readonly kind: 'divider'
  readonly key: string
  /** Of the newest entry that it stands for. */
  readonly index: number
  readonly at: number
  readonly code: 'before-join'
  readonly say: string
}

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
  /** It was sealed by its author's device. */
  readonly isSealed?: true
  /** One has compared safety numbers with its author. */
  readonly isVerified?: true
  /**
   * It cannot be read, or not yet: `text` is empty, `say` stands in its place. It becomes an
   * ordinary line, or none (it was a reaction), when keys come.
   */
  readonly unreadable?: PrivacyCause
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
  readonly body:
    | Exclude<RoomBody, { kind: HiddenKind }>
    /** An encrypted room got another title. */
    | Extract<OpenedBody, { kind: 'title' }>
    /** Of these people, the identity is another one than it was: verify them anew. */
    | { readonly kind: 'identities'; readonly people: readonly Person[] }
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

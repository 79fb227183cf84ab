/**
 * The public interface of the Starling SDK. `connect` of `@starling/client/node` or
 * `@starling/client/browser` returns a `StarlingClient`.
 *
 * Writing never fails and never waits: a send is stored in the room's outbox, shown as pending and
 * goes out when it can, once and in order, also after a crash. Asking (history, members, search …)
 * is answered by a promise that never rejects: a refusal is a value with a code and a sentence.
 */
import type {
  ClientEvent,
  ConnectionState,
  GapEvent,
  OutboxItem,
} from '@starling/core/client/client-io'
import type { CipherFailure } from '@starling/core/client/private/cipher'
import type { ClientSnapshot } from '@starling/core/client/snapshot'
import type { Device, ListedRoom, Member, SearchHit } from '@starling/protocol/down'
import type { Entry } from '@starling/protocol/entry'
import type { ErrorCode } from '@starling/protocol/error-codes'
import type { Role } from '@starling/protocol/operation'

export type { ConnectionState, Me, OutboxItem } from '@starling/core/client/client-io'
export type {
  ClientSnapshot,
  DividerLine,
  Invitation,
  MessageLine,
  Person,
  PrivacyAction,
  PrivacyCause,
  PrivacyCode,
  PrivacySnapshot,
  ReactionLine,
  ReplyPreview,
  RoomPrivacy,
  RoomSnapshot,
  SendLine,
  SystemLine,
  TimelineLine,
  TimelineSnapshot,
} from '@starling/core/client/snapshot'

/** A refusal: what was refused and, in `say`, what to do. Show `say`. */
export interface Refusal {
  readonly ok: false
  /**
   * `ErrorCode` from the server; `closed` when this client was closed before the answer; of
   * encryption, what was found on this device.
   */
  readonly code: ErrorCode | 'closed' | CipherFailure
  readonly say: string
}

export type Result<T> = { readonly ok: true; readonly value: T } | Refusal

/** Where a send stands in its room. */
export interface Sent {
  readonly index: number
  readonly at: number
}

/** A send on its way. It is stored already; nobody needs to wait for it. */
export interface Sending {
  readonly item: OutboxItem
  /**
   * Settles when the send is acknowledged or refused for good, which may be after days offline. Not
   * settled by `close()`: the send stays in the outbox and goes out with the next run.
   */
  readonly settled: Promise<Result<Sent>>
}

/** A person by name, or by id. */
export type Who = string | { readonly user: string }

/** How safe one can be that a person is who they say. */
export interface SafetyNumber {
  /**
   * 60 digits in twelve groups of five. Both people see the same; they compare it where nobody can
   * change what they see, reading it aloud for one. The same text is what a QR code holds.
   */
  readonly digits: string
  /** The person was verified, and has the same identity since. */
  readonly isVerified: boolean
  /**
   * The person has another identity than the one that was first seen here. Whoever was verified is
   * not written to until `acceptChanged`, or `verify` anew.
   */
  readonly isChanged: boolean
}

/** One's own device that another one linked. */
export interface LinkedDevice {
  readonly device: string
  readonly label: string
}

/**
 * What the person does about encryption; the rest goes by itself. How things stand is in the
 * snapshot: `privacy` of the client, and of each encrypted room.
 *
 * A person has one identity, made on their first device. Another device of theirs is `unlinked`
 * until one of three things was done: `link` on a device that is linked, with the `linkCode` that
 * the new one shows; `restore` on the new one with the recovery key; or `resetIdentity`, which
 * gives up what was written before and has everybody asked to verify anew.
 */
export interface Privacy {
  /**
   * Makes a recovery key, to be shown once and kept on paper: 14 groups of four letters and digits
   * with `-` between them, in which a slip is noticed. It opens everything that was and will be
   * written, on any device. One that was made before opens nothing any more.
   */
  recoveryKey(): Promise<Result<string>>
  /**
   * On an unlinked device. Case, spaces and `-` do not matter, nor do I, L and O for 1, 1 and 0.
   * `wrong-recovery-key` when it is not right, `no-recovery-key`.
   */
  restore(recoveryKey: string): Promise<Result<void>>
  /**
   * On a linked device: lets the one in that shows this code (`snapshot().privacy.linkCode` there,
   * as text or as a QR code). `wrong-link-code` when none of one's devices waits with it.
   */
  link(code: string): Promise<Result<LinkedDevice>>
  /** Of oneself and the person. `no-identity` while the person has no device that encrypts. */
  safetyNumber(who: Who): Promise<Result<SafetyNumber>>
  /** The numbers were compared and are the same (or, with `false`, that is taken back). */
  verify(who: Who, isVerified?: boolean): Promise<Result<SafetyNumber>>
  /** The changed identity is taken as it is, unverified; one writes to the person again. */
  acceptChanged(who: Who): Promise<Result<SafetyNumber>>
  /**
   * On an unlinked device without recovery key and without another device: begins anew. What was
   * written before cannot be read here any more. Everybody sees the change.
   */
  resetIdentity(): Promise<Result<void>>
  /**
   * Of an owner, or of either person of a direct conversation, when the room's encryption is
   * broken: begins it anew. History stays readable.
   */
  resetRoom(room: string): Promise<Result<void>>
  /** Tries at once to bring the room's keys up to date (the action `again`). */
  tryAgain(room: string): Promise<Result<void>>
}

/** Either `before`, `after` or `around` an index; the newest page when none is given. */
export interface HistoryQuery {
  readonly before?: number
  readonly after?: number
  readonly around?: number
  /** At most `limits.historyEntriesMax`; 50 when not given. */
  readonly limit?: number
}

export interface Page<T> {
  readonly items: readonly T[]
  /** There are more after the last of these. */
  readonly more: boolean
}

export interface ClientEventMap {
  /** A new entry, live or caught up, each exactly once and in order; not those of `loadOlder`. */
  readonly entry: { readonly room: string; readonly entry: Entry }
  /** So much was missed that entries `from` to `to` gave no `entry` events; `history` has them. */
  readonly gap: GapEvent
  readonly acked: Extract<ClientEvent, { kind: 'acked' }>
  readonly refused: Extract<ClientEvent, { kind: 'refused' }>
  readonly connection: { readonly state: ConnectionState }
  /**
   * What nobody waits for was refused (a typing notice, for one), cannot be kept (`storage`, or
   * `storage-full`), or a front-end is left out because its certificate is not trusted
   * (`certificate-…`).
   */
  readonly error: { readonly code: string; readonly say: string }
}

/** How to come in. The token is made here and kept by the storage; see `connect`. */
export type Credentials =
  | { readonly kind: 'guest'; readonly name: string }
  | {
      readonly kind: 'login' | 'register'
      readonly name: string
      readonly password: string
      /** Shown in the list of one's devices. */
      readonly label?: string
    }
  /** A token that an earlier login made. */
  | { readonly kind: 'token'; readonly token: string }

export interface StarlingClient {
  readonly privacy: Privacy
  /** The present state. The same object until something changes (fits `useSyncExternalStore`). */
  snapshot(): ClientSnapshot
  /**
   * Calls `listener` after each change of the snapshot, at most once a turn. Returns the undoing.
   */
  subscribe(listener: () => void): () => void
  on<K extends keyof ClientEventMap>(
    kind: K,
    listener: (event: ClientEventMap[K]) => void,
  ): () => void
  /** Settles with the first welcome, or when the server refuses the identity. */
  ready(): Promise<Result<{ readonly user: string; readonly name: string }>>

  post(room: string, text: string, options?: { readonly replyTo?: number }): Sending
  edit(room: string, target: number, text: string): Sending
  delete(room: string, target: number): Sending
  react(room: string, target: number, reaction: { emoji: string; on: boolean }): Sending
  topic(room: string, topic: string): Sending
  leave(room: string): Sending
  /** Sends a failed item anew, at the end of the outbox. */
  retry(item: OutboxItem): Sending | undefined
  /** Gives a failed item up. A pending one cannot be: it may be on the wire. */
  drop(item: OutboxItem): void

  /**
   * The value is the room's id. A private room is encrypted unless `encrypted` is false, for ever;
   * its title and topic as well: the servers know neither. A public room never is.
   */
  createRoom(options: {
    readonly title: string
    readonly kind?: 'public' | 'private'
    readonly topic?: string
    readonly encrypted?: boolean
    /** What those who come into an encrypted room later may read of before; `none` by default. */
    readonly history?: 'none' | 'all'
  }): Promise<Result<string>>
  /**
   * Opens the direct conversation with somebody; the value is the room's id. A new one is encrypted
   * unless `encrypted` is false; one that is there stays as it is.
   */
  openDirect(who: Who, options?: { readonly encrypted?: boolean }): Promise<Result<string>>
  /** By room id, or `#title` of a public room; the value is the room's id. */
  join(roomOrTitle: string): Promise<Result<string>>
  invite(room: string, who: Who): Promise<Result<Sent>>
  kick(room: string, who: Who, reason?: string): Promise<Result<Sent>>
  ban(
    room: string,
    who: Who,
    ban: { readonly on: boolean; readonly reason?: string },
  ): Promise<Result<Sent>>
  mute(room: string, who: Who, on: boolean): Promise<Result<Sent>>
  role(room: string, who: Who, role: Role): Promise<Result<Sent>>

  /** Makes sure that the newest page is held. Call it when a room is shown. */
  open(room: string): void
  /** Makes the timeline reach one page further back; its `isLoadingOlder` tells until when. */
  loadOlder(room: string): void
  /** In a piece of the past: one page further on, until it meets the newest. */
  loadNewer(room: string): void
  /** Shows the entries around an index; the value tells whether it is there. */
  loadAround(room: string, index: number): Promise<Result<boolean>>
  /** Leaves a piece of the past. */
  showNewest(room: string): void
  /** Everything up to the index was read (by default up to the newest). */
  markRead(room: string, upTo?: number): void
  /**
   * Sets the marker back: this message and all after it are unread, on all devices, until the
   * next `markRead`.
   */
  markUnreadFrom(room: string, index: number): void
  /** Call it with each key; it sends what is needed. `false` when the composer is emptied. */
  typing(room: string, isTyping: boolean): void

  history(room: string, query?: HistoryQuery): Promise<Result<readonly Entry[]>>
  /** `after`: the id of the last one of the page before. */
  members(room: string, after?: string): Promise<Result<Page<Member>>>
  /** Public rooms whose title contains `find`. `after`: the id of the last of the page before. */
  directory(query?: { find?: string; after?: string }): Promise<Result<Page<ListedRoom>>>
  user(name: string): Promise<
    Result<{
      readonly user: string
      readonly name: string
      readonly isGuest: boolean
    }>
  >
  /**
   * Newest first. Encrypted rooms are searched here, among what this device has read, all others by
   * the servers. `before`: the `cursor` of the last hit of the page before, of this client.
   */
  search(
    text: string,
    query?: { readonly room?: string; readonly before?: number },
  ): Promise<Result<Page<SearchHit>>>
  devices(): Promise<Result<readonly Device[]>>
  revoke(device: string | 'others'): Promise<Result<void>>
  changePassword(change: { readonly old: string; readonly new: string }): Promise<Result<void>>

  /** Comes in anew after the connection was `refused`, or as somebody else. */
  login(credentials: Credentials): Promise<void>
  /** Does not wait for the next attempt. */
  tryNow(): void
  /** Closes the connection and the storage. What is in the outbox stays there. */
  close(): Promise<void>
}

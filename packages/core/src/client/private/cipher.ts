/**
 * The port between the client node, which decides, and what holds the keys of this device and does
 * the cryptography (in the SDK the vault, in the simulator a stand-in). The node is synchronous: it
 * gives out `work` under a job's number and hears of its outcome by `cipherDone`.
 *
 * Rules of the port:
 * - Work of one room is given one at a time, in order; so is work of no room. A cipher answers each
 *   job exactly once, and never throws at the node: what fails is a `failed` outcome.
 * - What an outcome rests on is durable before it is told: a pending commit, an advanced epoch, a
 *   new identity. A job that was never answered (a crash) is as good as not given: whatever it did,
 *   the node begins anew from `prepare`, and the cipher tells in it where each group stands.
 * - Nothing that comes in `entries`, answers or mails is trusted: it is a server's word. What a
 *   member's device signed is the member's word.
 * - Bytes are base64url text without padding, as in the frames of the protocol.
 */
import type { Answer, ArchiveRow, ClaimedPackage } from '@starling/protocol/down'
import type { Entry, Mail, Unreadable } from '@starling/protocol/entry'
import type { Operation } from '@starling/protocol/operation'
import type { UpFrameOf } from '@starling/protocol/up'

export type KeysAnswer = Extract<Answer, { kind: 'keys' }>
export type GroupAnswer = Extract<Answer, { kind: 'group' }>
export type GroupOperation = Extract<Operation, { kind: 'group' | 'commit' }>
export type Welcome = Extract<Mail, { kind: 'welcome' }>
export type Publication = Omit<UpFrameOf<'publish'>, 't' | 'ask'>

/**
 * What is sealed: an operation as it would travel in plain, a title, or keys of earlier epochs.
 * In a box it is its JSON text; the node checks what was opened (content.ts).
 */
export type Content =
  | Extract<Operation, { kind: 'post' | 'edit' | 'delete' | 'react' | 'topic' }>
  | {
      readonly kind: 'title'
      readonly title: string
      /** Told again, with the topic, for those who came later; nothing changed. */
      readonly again?: { readonly topic: string }
    }
  | KeysContent

/**
 * Keys of the epochs `from` … `to` of `gen` for those who came later. The node names the span; the
 * cipher puts its keys into the box, and takes them out when it opens one (checking that the room's
 * history is for all is the node's part: `open.isHistoryShared`).
 */
export interface KeysContent {
  readonly kind: 'keys'
  readonly gen: number
  readonly from: number
  readonly to: number
}

/** Epochs in one `keys` content: what fits into a box. */
export const keysPerContentMax = 128

/**
 * Where this device stands in a room's group. `none`: it has no leaf, and never had or gave it up;
 * `member`: it has one as of `gen` and `epoch`; `removed`: a commit removed its leaf; `broken`: a
 * commit that the servers accepted cannot be processed here (`resync` may help, a reset does).
 */
export interface GroupStatus {
  readonly state: 'none' | 'member' | 'removed' | 'broken'
  readonly gen: number
  readonly epoch: number
  /** How many leaves the group has, and which is this device's; 0 and -1 when it has none. */
  readonly leaves: number
  readonly leaf: number
  /** Wall clock, when this device last gave its leaf new keys (begin, join or update). */
  readonly updatedAtMs: number
}

export const noGroup: GroupStatus = {
  state: 'none',
  gen: 0,
  epoch: 0,
  leaves: 0,
  leaf: -1,
  updatedAtMs: 0,
}

export type CipherWork = AccountWork | RoomWork

/** Of no room. */
export type AccountWork =
  /**
   * The first work of a run, and again at every welcome and whenever the keys at the servers may
   * have changed. `keys` are one's own. Makes what is missing (an identity if `keys` names none,
   * a certificate, key packages) and tells what is to be published.
   */
  | {
      readonly kind: 'prepare'
      readonly me: { readonly user: string; readonly device: string }
      readonly keys: KeysAnswer
    }
  /** These rows of `CipherResult.archive` are kept by the servers: no need to give them again. */
  | { readonly kind: 'archive-kept'; readonly keys: readonly string[] }
  /** Rows of one's own archive that the servers gave; with the last of them `wantsArchive` ends. */
  | { readonly kind: 'learn'; readonly rows: readonly ArchiveRow[]; readonly isLast: boolean }
  | { readonly kind: 'person'; readonly keys: KeysAnswer }
  /** `accept`: a changed identity is taken as it is, unverified. */
  | {
      readonly kind: 'verify'
      readonly keys: KeysAnswer
      readonly as: 'verified' | 'unverified' | 'accept'
    }
  | { readonly kind: 'recovery-key'; readonly keys: KeysAnswer }
  | { readonly kind: 'restore'; readonly recoveryKey: string; readonly keys: KeysAnswer }
  /** On a linked device: lets the one in that shows this code, which is among `mine.unlinked`. */
  | { readonly kind: 'link-accept'; readonly code: string; readonly keys: KeysAnswer }
  /** On an unlinked one: what the other device sent. */
  | { readonly kind: 'link-mail'; readonly box: string; readonly keys: KeysAnswer }
  | { readonly kind: 'reset-identity'; readonly keys: KeysAnswer }

export type RoomWork =
  /**
   * Entries of kind `sealed`, `commit` and `group`, by index; they may be old, repeated or from the
   * middle of the history. A commit on the epoch where the group stands advances it (one's own
   * pending one is promoted by its id); a lower one is known; a higher one, and a box of a higher
   * epoch, mean that commits are missing (`behind`). A `group` entry of one's own begun group makes
   * it stand; one of a later gen than ours ends ours (`none`, the keys of its epochs stay).
   */
  | {
      readonly kind: 'open'
      readonly room: string
      readonly entries: readonly Entry[]
      /** `keys` contents may be learned from: the room's history is for all members. */
      readonly isHistoryShared: boolean
    }
  | { readonly kind: 'seal'; readonly room: string; readonly contents: readonly Content[] }
  /** A new group with this device as its only leaf; stands when its entry is opened. */
  | { readonly kind: 'begin'; readonly room: string; readonly gen: number }
  /** External commit; a resync when this device's leaf is in the tree. */
  | { readonly kind: 'join'; readonly room: string; readonly group: GroupAnswer }
  | {
      readonly kind: 'welcome'
      readonly room: string
      readonly mail: Welcome
      readonly group: GroupAnswer
    }
  /**
   * A commit on the epoch of `group`, which is ours: kept pending under its id until one at that
   * epoch is opened.
   */
  | {
      readonly kind: 'change'
      readonly room: string
      readonly group: GroupAnswer
      readonly add: readonly ClaimedPackage[]
      /** The claims that gave `add`. */
      readonly claims: readonly string[]
      readonly remove: readonly number[]
      /** Of one's own keys; one that removes does so anyway. */
      readonly update: boolean
    }
  /** Of which epochs this device holds the keys, in spans of at most `keysPerContentMax`. */
  | { readonly kind: 'spans'; readonly room: string }
  /** One is not in the room any more; its keys may go. */
  | { readonly kind: 'forget'; readonly room: string }

export interface CipherResult {
  readonly outcome: CipherOutcome
  /** Of the room of the work, after it. */
  readonly status?: GroupStatus
  /** Rows that the servers should keep for one's other devices. */
  readonly archive?: readonly ArchiveRow[]
  /** Rooms of which older epochs can be read now: what could not be opened may be tried again. */
  readonly learned?: readonly string[]
}

export type CipherOutcome =
  /** Whatever the work; `code` says why it could not be done, and the status where things stand. */
  | { readonly kind: 'failed'; readonly code: CipherFailure; readonly say: string }
  /** Nothing more is to be said: archive-kept, learn, forget, welcome. */
  | { readonly kind: 'done' }
  | PreparedOutcome
  | OpenedOutcome
  /** seal: one box for each content, in order. */
  | {
      readonly kind: 'sealed'
      readonly gen: number
      readonly epoch: number
      readonly boxes: readonly string[]
    }
  /** seal: people who were verified have another identity now; nothing is sealed for them. */
  | { readonly kind: 'blocked'; readonly users: readonly string[] }
  /** begin, join, change: to be sent. */
  | { readonly kind: 'operation'; readonly op: GroupOperation }
  | { readonly kind: 'spans'; readonly spans: readonly Omit<KeysContent, 'kind'>[] }
  /** person, verify */
  | {
      readonly kind: 'person'
      /** 60 digits in twelve groups. Undefined while the person has no identity. */
      readonly safetyNumber: string | undefined
      readonly isVerified: boolean
      readonly isChanged: boolean
    }
  /** recovery-key: as it is shown, once; they open what `publish` holds. */
  | { readonly kind: 'recovery'; readonly recoveryKey: string; readonly publish: Publication }
  /** restore, link-mail, reset-identity: publish this, then `prepare` again. */
  | { readonly kind: 'publish'; readonly publish: Publication }
  /** link-accept: the box goes to that device by `mail`. */
  | { readonly kind: 'link'; readonly device: string; readonly box: string }

export type CipherFailure =
  /** No leaf, or not of that epoch: bring the group up to date first. */
  | 'not-ready'
  /** The bytes do not fit together: try it another way. */
  | 'unusable'
  | 'not-linked'
  | 'already-linked'
  | 'no-identity'
  | 'no-recovery-key'
  | 'wrong-recovery-key'
  | 'wrong-link-code'
  /** The keys of this device cannot be read or written now. */
  | 'vault-unavailable'

export interface PreparedOutcome {
  readonly kind: 'prepared'
  /** `unlinked`: the person has an identity that this device does not hold yet. */
  readonly state: 'ready' | 'unlinked'
  /** Shown by an unlinked device, given to `link-accept` on another. */
  readonly linkCode?: string
  /** Publish it; until that is done the device is not `ready`. */
  readonly publish?: Publication
  readonly hasRecoveryKey: boolean
  /** Every group that this device knows of, by room. */
  readonly groups: readonly { readonly room: string; readonly status: GroupStatus }[]
  /** Wants `learn` for all that the servers keep (just linked, or restored). */
  readonly wantsArchive: boolean
}

export interface OpenedOutcome {
  readonly kind: 'opened'
  /** Of the sealed entries, by index. */
  readonly boxes: readonly OpenedBox[]
  /** Up to this epoch commits are missing. */
  readonly behind?: { readonly gen: number; readonly epoch: number }
  /** Devices that the commits among the entries brought in, others' and one's own. */
  readonly added: readonly { readonly user: string; readonly device: string }[]
  /** Index of a commit → people who came with another identity than they had. */
  readonly identities: readonly { readonly index: number; readonly users: readonly string[] }[]
}

export type OpenedBox =
  | {
      readonly index: number
      readonly ok: true
      /** Parsed JSON, else unchecked. */
      readonly content: unknown
      /** Of the entry's author: a box that another person's device signed is `bad-signature`. */
      readonly device: string
      readonly isVerified: boolean
    }
  | { readonly index: number; readonly ok: false; readonly why: Unreadable }

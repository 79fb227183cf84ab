/**
 * What goes into a client node and what comes out. The SDK's shell owns the WebSocket, the storage
 * and the timers; the node decides: connection, outbox, timelines, rooms.
 */
import type { Answer, DownFrame, RoomSummary } from '@starling/protocol/down'
import type { Entry } from '@starling/protocol/entry'
import type { ErrorCode, Retry } from '@starling/protocol/error-codes'
import type { Operation } from '@starling/protocol/operation'
import type { Auth, UpFrame } from '@starling/protocol/up'
import type { Chance, Now } from '../now.ts'
import type { CipherFailure, CipherResult, CipherWork, Content } from './private/cipher.ts'

export interface ClientOptions {
  /** Front-ends to try, first choice first. `welcome` may add to them. */
  readonly addresses: readonly string[]
  readonly auth: Auth
  readonly client: string
  /** Ids of outboxes and rooms come from it: a cryptographic one outside of the simulator. */
  readonly chance: Chance
  readonly tuning: ClientTuning
  /** What an earlier run stored (see `store-*` outputs). */
  readonly restored: RestoredState
  /** `cipher` outputs are answered by `cipherDone`. Left out: encrypted rooms cannot be read. */
  readonly hasCipher?: boolean
}

export interface ClientTuning {
  /** The wait before an attempt is drawn from a window: the first one, and the widest. */
  readonly backoffMsMin: number
  readonly backoffMsMax: number
  /** From dialling to the welcome: the first patience, and the longest. */
  readonly connectMsMin: number
  readonly connectMsMax: number
  /** A front-end that says to come later is obeyed for so long. */
  readonly retryMsMax: number
  /** Online for so long, the next trouble begins with the shortest wait again. */
  readonly stableMs: number
  readonly pingMs: number
  readonly silenceMsMax: number
  /** Something waits for an answer and nothing came for so long: ping at once. */
  readonly probeAfterMs: number
  /** Nothing came for so long after that ping: the front-end hangs, go to another. */
  readonly probeMsMax: number
  /** Entries of one room kept in memory before the far end is let go. */
  readonly timelineEntriesMax: number
  /** Entries of one room stored for the next start. */
  readonly storedEntriesMax: number
  /** Entries asked for at once. */
  readonly pageEntries: number
  /** Rooms whose newest page is read without being shown, so that unread counts are exact. */
  readonly prefetchedRoomsMax: number
  /** Rooms in the `resume` of one hello; the others are taken from the welcome. */
  readonly resumedRoomsMax: number
  /** Unacknowledged sends of one outbox on the wire. */
  readonly sendsInFlightMax: number
  /** Sends that may wait in the outboxes; above it a new one is refused `too-many-in-flight`. */
  readonly outboxItemsMax: number
  /** A send unanswered for so long on a connection that lives is sent again. */
  readonly sendMsMax: number
  /** Wait after a refusal `later` that names no time. */
  readonly retryMs: number
  /** So often out of turn at the head of an outbox: the server lost it; go on under a new id. */
  readonly headOutOfTurnMax: number
  /** Questions that wait for their answer; above it `too-many-in-flight`. */
  readonly asksMax: number
  readonly asksInFlightMax: number
  /** Those of them that change something: they may wait for the log, and no read behind them. */
  readonly changesInFlightMax: number
  /** A question unanswered for so long is answered `unavailable`. */
  readonly askMsMax: number
}

export const clientTuning: ClientTuning = {
  backoffMsMin: 100,
  backoffMsMax: 20_000,
  connectMsMin: 5_000,
  connectMsMax: 20_000,
  retryMsMax: 20_000,
  stableMs: 5_000,
  pingMs: 10_000,
  silenceMsMax: 20_000,
  probeAfterMs: 2_000,
  probeMsMax: 2_000,
  timelineEntriesMax: 5_000,
  storedEntriesMax: 500,
  pageEntries: 100,
  prefetchedRoomsMax: 50,
  resumedRoomsMax: 1_000,
  sendsInFlightMax: 32,
  outboxItemsMax: 10_000,
  sendMsMax: 45_000,
  retryMs: 500,
  headOutOfTurnMax: 5,
  asksMax: 256,
  asksInFlightMax: 16,
  changesInFlightMax: 4,
  askMsMax: 60_000,
}

/** What can be sent to a room; a title of its own only an encrypted one has. */
export type Composed = Operation | Extract<Content, { kind: 'title' }>

/** A send that waits for its acknowledgement. Durable before it is shown. */
export interface OutboxItem {
  readonly room: string
  readonly outbox: string
  readonly number: number
  /** In plain, here; of an encrypted room it is sealed when it goes on the wire. */
  readonly op: Composed
  readonly composedAt: number
  /** It was composed for an encrypted room: it goes out sealed or not at all. */
  readonly isSealed?: true
  /** Set when it was refused for good: it waits for the person to retry or delete it. */
  readonly refused?: { readonly code: ErrorCode; readonly say: string }
}

export interface StoredOutbox {
  readonly room: string
  readonly outbox: string
  /** The next number to give out. */
  readonly next: number
}

/** Who one is. */
export interface Me {
  readonly user: string
  readonly name: string
  readonly isGuest: boolean
  readonly device: string
}

/** A room with what no server knows of it. */
export interface StoredRoom extends RoomSummary {
  /** As of this index of the self room one was in it. */
  readonly inAsOf?: number
  /** Title and topic that were sealed, with the index of the entry that last set them. */
  readonly sealed?: SealedAbout
}

export interface SealedAbout {
  readonly title?: { readonly text: string; readonly index: number }
  readonly topic?: { readonly text: string; readonly index: number }
  /** The oldest entry that this device could ever read. */
  readonly firstRead?: number
}

export const nobody: Me = { user: '', name: '', isGuest: true, device: '' }

export interface RestoredState {
  /** Whose all this is. */
  readonly me?: Me
  /** As they were; the welcome brings the truth. */
  readonly rooms: readonly StoredRoom[]
  /** In order of outbox and number. Those of outboxes not in `outboxes` were left by others. */
  readonly items: readonly OutboxItem[]
  /** The outboxes to go on with, one a room. */
  readonly outboxes: readonly StoredOutbox[]
  /** Room → entries by index. What is not dense up to the newest is not used. */
  readonly timelines: ReadonlyMap<string, readonly Entry[]>
}

export const nothingRestored: RestoredState = {
  rooms: [],
  items: [],
  outboxes: [],
  timelines: new Map(),
}

export type ConnectionState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting'; readonly address: string; readonly attempt: number }
  | { readonly kind: 'greeting'; readonly address: string; readonly attempt: number }
  | {
      readonly kind: 'online'
      readonly address: string
      readonly user: string
      readonly name: string
    }
  | {
      readonly kind: 'waiting'
      /** On the clock of `Now.ms`. */
      readonly untilMs: number
      /** The same on the wall clock, for a countdown. */
      readonly untilWallMs: number
      readonly attempt: number
      readonly why: string
    }
  /** Refused for good until the person acts (log in again, update). */
  | { readonly kind: 'refused'; readonly code: string; readonly say: string; readonly retry: Retry }
  | { readonly kind: 'closed' }

/** Entries of a room that were skipped because too much was missed. */
export interface GapEvent {
  readonly kind: 'gap'
  readonly room: string
  readonly from: number
  readonly to: number
}

export type ClientEvent =
  | { readonly kind: 'connection'; readonly state: ConnectionState }
  | { readonly kind: 'rooms' }
  /** A room's timeline, pending sends, presence or typing changed. */
  | { readonly kind: 'room'; readonly room: string }
  /** Each entry once and in order, unless a `gap` says otherwise. */
  | { readonly kind: 'entry'; readonly room: string; readonly entry: Entry }
  | GapEvent
  | {
      readonly kind: 'acked'
      readonly item: OutboxItem
      readonly index: number
      readonly at: number
    }
  | {
      readonly kind: 'refused'
      readonly item: OutboxItem
      readonly code: ErrorCode
      readonly say: string
    }
  /** The front-end refused something that was not asked by number. */
  | { readonly kind: 'error'; readonly code: string; readonly say: string }
  /** An item goes on under another number, because the server had lost its outbox. */
  | { readonly kind: 'renamed'; readonly item: OutboxItem; readonly to: OutboxItem }

export type ClientOutput =
  | { readonly kind: 'open'; readonly address: string; readonly socket: number }
  | { readonly kind: 'send'; readonly socket: number; readonly frame: UpFrame }
  | { readonly kind: 'close'; readonly socket: number }
  /**
   * In one step: `forget` is gone, `items` are kept (replacing those with the same outbox and
   * number), the outboxes' next numbers are these. Must be durable before the outputs after it.
   */
  | {
      readonly kind: 'store-items'
      readonly forget: readonly OutboxItem[]
      readonly items: readonly OutboxItem[]
      readonly outboxes: readonly StoredOutbox[]
    }
  /** May be written lazily: an item that comes back is acknowledged again. */
  | { readonly kind: 'forget-item'; readonly item: OutboxItem }
  /**
   * May be written lazily: what is lost is read again. `isReset`: forget the others of the room.
   */
  | {
      readonly kind: 'store-entries'
      readonly room: string
      readonly entries: readonly Entry[]
      readonly isReset: boolean
    }
  /** All that is stored belongs to this person, whose rooms are these. May be written lazily. */
  | { readonly kind: 'store-me'; readonly me: Me; readonly rooms: readonly StoredRoom[] }
  | { readonly kind: 'answer'; readonly ask: number; readonly result: AskResult }
  /** To be done by what holds the keys, and answered by `cipherDone` with the job's number. */
  | { readonly kind: 'cipher'; readonly job: number; readonly work: CipherWork }
  /**
   * Of an encrypted room: what was opened, as it was written, by whatever way it came (live, with
   * history, when keys came later); some of it more than once. For an index of what can be found.
   */
  | { readonly kind: 'opened'; readonly room: string; readonly entries: readonly Entry[] }
  /** The answer to `privacy`. */
  | { readonly kind: 'privacy'; readonly ask: number; readonly result: PrivacyResult }
  | { readonly kind: 'event'; readonly event: ClientEvent }

export type AskResult =
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; readonly code: ErrorCode; readonly retry: Retry; readonly say: string }

/** What the person does about encryption. */
export type PrivacyWish =
  | { readonly kind: 'recovery-key' }
  | { readonly kind: 'restore'; readonly recoveryKey: string }
  /** On a linked device, with what the new one shows. */
  | { readonly kind: 'link'; readonly code: string }
  | { readonly kind: 'safety-number'; readonly user: string }
  | {
      readonly kind: 'verify'
      readonly user: string
      /** `accept`: a changed identity is taken as it is, unverified. */
      readonly as: 'verified' | 'unverified' | 'accept'
    }
  | { readonly kind: 'reset-identity' }
  /** Of an owner, or of either person of a direct conversation. */
  | { readonly kind: 'reset-room'; readonly room: string }
  /** Try at once to bring the room's group up to date. */
  | { readonly kind: 'again'; readonly room: string }

export type PrivacyResult =
  | { readonly ok: true; readonly value: PrivacyValue }
  | { readonly ok: false; readonly code: ErrorCode | CipherFailure; readonly say: string }

export type PrivacyValue =
  | { readonly kind: 'done' }
  | { readonly kind: 'recovery'; readonly recoveryKey: string }
  | { readonly kind: 'linked'; readonly device: string; readonly label: string }
  | {
      readonly kind: 'safety-number'
      readonly digits: string
      readonly isVerified: boolean
      readonly isChanged: boolean
    }

/** A request without the `ask` that the node gives it. */
export type Question = UpFrame extends infer F
  ? F extends { ask: number }
    ? Omit<F, 'ask'>
    : never
  : never

/** The inputs. After each turn of inputs the shell calls `drain` and performs what it returns. */
export interface ClientInputs {
  start(now: Now): void
  stop(now: Now): void
  /** The person asks, or the network came back: try at once. */
  tryNow(now: Now): void
  /** Come in with this from now on; ends the state `refused`. */
  login(now: Now, auth: Auth): void
  socketOpened(now: Now, socket: number): void
  socketFrame(now: Now, socket: number, frame: DownFrame): void
  socketClosed(now: Now, socket: number, code: number): void
  /**
   * The shell will not use this connection, and no other until the person acts (wrong certificate).
   */
  socketRejected(now: Now, socket: number, why: { code: string; say: string }): void
  /**
   * Puts a send into the room's outbox, online or not. What no server would take (too long, not a
   * valid operation, an outbox over its limit) comes back `refused`, with the number 0, unsent.
   */
  compose(now: Now, room: string, op: Composed): OutboxItem
  /**
   * Puts a send that was composed elsewhere into its outbox, once: it has its number already and
   * was checked. `forget`: the refused ones that it replaces.
   */
  submit(now: Now, item: OutboxItem, forget: readonly OutboxItem[]): void
  /** Sends a refused item anew, under a new number; undefined when it is not there. */
  retryItem(now: Now, item: OutboxItem): OutboxItem | undefined
  dropItem(now: Now, item: OutboxItem): void
  /** Takes over what another run left unsent. */
  adopt(now: Now, items: readonly OutboxItem[]): void
  /** Answered by an `answer` output with the returned number; survives a reconnect. */
  ask(now: Now, question: Question): number
  /** Makes sure that the newest page is held. */
  openRoom(now: Now, room: string): void
  /**
   * Makes the timeline reach further back. `view`: of which of the tabs that share this client;
   * each looks at the past by itself.
   */
  loadOlder(now: Now, room: string, view?: string): void
  loadNewer(now: Now, room: string, view?: string): void
  /**
   * Shows the entries around an index from then on until `showNewest`. Answered by an `answer`
   * output with the returned number: `done`, or `unknown-message`.
   */
  loadAround(now: Now, room: string, at: { index: number; view?: string }): number
  showNewest(now: Now, room: string, view?: string): void
  markRead(now: Now, room: string, upTo?: number): void
  markUnreadFrom(now: Now, room: string, index: number): void
  setTyping(now: Now, room: string, isTyping: boolean): void
  tick(now: Now): void
  drain(now: Now): readonly ClientOutput[]
}

/** The inputs of encryption. */
export interface PrivacyInputs {
  /** The outcome of a `cipher` output. */
  cipherDone(now: Now, job: number, result: CipherResult): void
  /** Answered by a `privacy` output with the returned number. */
  privacy(now: Now, wish: PrivacyWish): number
}

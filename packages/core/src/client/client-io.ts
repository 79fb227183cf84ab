/**
 * What goes into a client node and what comes out. The SDK's shell owns the WebSocket, the storage
 * and the timers; the node decides: connection, outbox, timelines, rooms.
 */
import type { Auth, UpFrame } from '@starling/protocol/up'
import type { Answer, DownFrame } from '@starling/protocol/down'
import type { Entry } from '@starling/protocol/entry'
import type { ErrorCode, Retry } from '@starling/protocol/error-codes'
import type { Operation } from '@starling/protocol/operation'
import type { Chance, Now } from '../now.ts'

export interface ClientOptions {
  /** Front-ends to try, first choice first. `welcome` may add to them. */
  readonly addresses: readonly string[]
  readonly auth: Auth
  readonly client: string
  readonly chance: Chance
  readonly tuning: ClientTuning
  /** What an earlier run stored (see `store-*` outputs). */
  readonly restored: RestoredState
}

export interface ClientTuning {
  readonly backoffMsMin: number
  readonly backoffMsMax: number
  readonly connectMsMax: number
  readonly pingMs: number
  readonly silenceMsMax: number
  /** Entries of one room kept in memory before the far end is let go. */
  readonly timelineEntriesMax: number
  readonly sendsInFlightMax: number
}

export const clientTuning: ClientTuning = {
  backoffMsMin: 100,
  backoffMsMax: 15_000,
  connectMsMax: 5_000,
  pingMs: 10_000,
  silenceMsMax: 20_000,
  timelineEntriesMax: 5_000,
  sendsInFlightMax: 32,
}

/** A send that waits for its acknowledgement. Durable before it is shown. */
export interface OutboxItem {
  readonly room: string
  readonly outbox: string
  readonly number: number
  readonly op: Operation
  readonly composedAt: number
  /** Set when it was refused for good: it waits for the person to retry or delete it. */
  readonly refused?: { readonly code: ErrorCode; readonly say: string }
}

export interface RestoredState {
  /** In order of room and number. */
  readonly items: readonly OutboxItem[]
  /** Room → the outbox used there and the next number to give out. */
  readonly outboxes: { readonly [room: string]: { readonly outbox: string; readonly next: number } }
  /** Room → dense entries up to the newest held. */
  readonly timelines: { readonly [room: string]: readonly Entry[] }
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
      readonly untilMs: number
      readonly attempt: number
      readonly why: string
    }
  /** Refused for good until the person acts (log in again, update). */
  | { readonly kind: 'refused'; readonly code: string; readonly say: string; readonly retry: Retry }
  | { readonly kind: 'closed' }

export type ClientEvent =
  | { readonly kind: 'connection'; readonly state: ConnectionState }
  | { readonly kind: 'rooms' }
  /** A room's timeline, pending sends, presence or typing changed. */
  | { readonly kind: 'room'; readonly room: string }
  | { readonly kind: 'entry'; readonly room: string; readonly entry: Entry }
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

export type ClientOutput =
  | { readonly kind: 'open'; readonly address: string; readonly socket: number }
  | { readonly kind: 'send'; readonly socket: number; readonly frame: UpFrame }
  | { readonly kind: 'close'; readonly socket: number }
  /** Must be durable before the outputs after it are performed. */
  | { readonly kind: 'store-item'; readonly item: OutboxItem; readonly next: number }
  | { readonly kind: 'forget-item'; readonly item: OutboxItem }
  /** May be written lazily: what is lost is read again. */
  | {
      readonly kind: 'store-entries'
      readonly room: string
      readonly entries: readonly Entry[]
      readonly isReset: boolean
    }
  | { readonly kind: 'answer'; readonly ask: number; readonly result: AskResult }
  | { readonly kind: 'event'; readonly event: ClientEvent }

export type AskResult =
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; readonly code: ErrorCode; readonly retry: Retry; readonly say: string }

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
  socketOpened(now: Now, socket: number): void
  socketFrame(now: Now, socket: number, frame: DownFrame): void
  socketClosed(now: Now, socket: number, code: number): void
  /** Puts a send into the room's outbox. Never fails, online or not. */
  compose(now: Now, room: string, op: Operation): OutboxItem
  /** Sends a refused item anew, under a new number, or gives it up. */
  retryItem(now: Now, item: OutboxItem): void
  dropItem(now: Now, item: OutboxItem): void
  /** Answered by an `answer` output with the returned number; survives a reconnect. */
  ask(now: Now, question: Question): number
  /** Makes the timeline reach further back, or to an index. */
  loadOlder(now: Now, room: string): void
  setTyping(now: Now, room: string, isTyping: boolean): void
  tick(now: Now): void
  drain(now: Now): readonly ClientOutput[]
}

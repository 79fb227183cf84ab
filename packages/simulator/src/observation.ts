/** What checkers and stories see of a run. */
import type { BackendFigures, LoggedRecord } from '@starling/core/backend/backend-io'
import type {
  AskResult,
  ClientEvent,
  OutboxItem,
  PrivacyResult,
  PrivacyWish,
  Question,
} from '@starling/core/client/client-io'
import type { CipherResult, CipherWork } from '@starling/core/client/private/cipher'
import type { FrontendFigures } from '@starling/core/frontend/frontend-io'
import type { Reply } from '@starling/core/link/down'
import type { RequestBody } from '@starling/core/link/up'
import type { LogRecord } from '@starling/core/log/record'
import type { DownFrame } from '@starling/protocol/down'
import type { Entry } from '@starling/protocol/entry'
import type { UpFrame } from '@starling/protocol/up'

export type Observation =
  | { readonly kind: 'composed'; readonly client: string; readonly item: OutboxItem }
  | { readonly kind: 'event'; readonly client: string; readonly event: ClientEvent }
  | {
      readonly kind: 'asked'
      readonly client: string
      readonly ask: number
      readonly question: Question
    }
  | {
      readonly kind: 'answered'
      readonly client: string
      readonly ask: number
      readonly result: AskResult
    }
  /** The client keeps these entries; `isReset`: and forgot those before. */
  | {
      readonly kind: 'kept'
      readonly client: string
      readonly room: string
      readonly entries: readonly Entry[]
      readonly isReset: boolean
    }
  /** What the client found in boxes, as it was written. */
  | {
      readonly kind: 'opened'
      readonly client: string
      readonly room: string
      readonly entries: readonly Entry[]
    }
  /** The client's process started with what it had stored. */
  | {
      readonly kind: 'client-started'
      readonly client: string
      readonly heads: ReadonlyMap<string, number>
    }
  /** A frame between a client and a front-end, seen at the client. */
  | {
      readonly kind: 'up'
      readonly client: string
      readonly socket: string
      readonly frame: UpFrame
    }
  | {
      readonly kind: 'down'
      readonly client: string
      readonly socket: string
      readonly frame: DownFrame
    }
  /** A backend answers a front-end. */
  | {
      readonly kind: 'replied'
      readonly backend: string
      readonly body: RequestBody
      readonly after: number
      readonly position: number
      readonly reply: Reply
    }
  | {
      readonly kind: 'appends'
      readonly backend: string
      readonly life: number
      readonly record: LogRecord
    }
  /** A record stands in the log. */
  | { readonly kind: 'landed'; readonly logged: LoggedRecord }
  | { readonly kind: 'backend-figures'; readonly backend: string; readonly figures: BackendFigures }
  | {
      readonly kind: 'frontend-figures'
      readonly frontend: string
      readonly figures: FrontendFigures
      readonly sockets: number
    }
  /** A backend found that it differs from the others. */
  | { readonly kind: 'diverged'; readonly backend: string; readonly why: string }
  /** A job of a client's cipher was done, and is durable; the client is told of it later. */
  | {
      readonly kind: 'cipher'
      readonly client: string
      readonly work: CipherWork
      readonly result: CipherResult
    }
  /** What a person wished about encryption, and what came of it. */
  | {
      readonly kind: 'wished'
      readonly client: string
      readonly ask: number
      readonly wish: PrivacyWish
    }
  | {
      readonly kind: 'granted'
      readonly client: string
      readonly ask: number
      readonly result: PrivacyResult
    }
  /** A fault began. */
  | { readonly kind: 'fault'; readonly fault: string; readonly on: string }

export type Observe = (seen: Observation) => void

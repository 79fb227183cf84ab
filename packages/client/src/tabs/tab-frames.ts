/**
 * What passes between a tab and the host of its profile: the one place, a SharedWorker or a tab
 * that leads, where the client runs.
 *
 * The host sends one `turn` and waits for `took` before the next: what happens meanwhile is put
 * together, so a tab that sleeps costs one frame, however long it sleeps.
 */
import type { AskResult, OutboxItem, PrivacyWish, Question } from '@starling/core/client/client-io'
import type { ClientSnapshot } from '@starling/core/client/snapshot'
import type { ClientEventMap, Credentials, Refusal } from '../api.ts'
import type { ClientCommand } from '../client-side.ts'
import type { ConnectOptions } from '../connect-options.ts'
import type { PrivacyAnswer } from '../privacy-methods.ts'
import type { LocalHit, LocalQuery } from '../search/local-index.ts'
import type { SnapshotChange } from './snapshot-change.ts'

/** All that can be copied from thread to thread. */
export type TabOptions = Pick<ConnectOptions, 'addresses' | 'auth' | 'client' | 'tuning'>

export type TabQuestion =
  | { readonly kind: 'ask'; readonly question: Question }
  | { readonly kind: 'around'; readonly room: string; readonly index: number }
  | { readonly kind: 'local-search'; readonly query: LocalQuery }
  | { readonly kind: 'privacy'; readonly wish: PrivacyWish }
  | { readonly kind: 'login'; readonly credentials: Credentials }
  | { readonly kind: 'forget' }

export type TabAnswer =
  | AskResult
  | PrivacyAnswer
  | Refusal
  | readonly LocalHit[]
  | { readonly ok: true }

export type TabEvent = {
  [K in keyof ClientEventMap]: { readonly kind: K; readonly event: ClientEventMap[K] }
}[keyof ClientEventMap]

export type TabUp =
  | {
      readonly t: 'attach'
      readonly tab: string
      readonly profile: string
      readonly options: TabOptions
    }
  | { readonly t: 'submit'; readonly item: OutboxItem; readonly forget: readonly OutboxItem[] }
  | { readonly t: 'command'; readonly command: ClientCommand }
  | { readonly t: 'ask'; readonly id: number; readonly question: TabQuestion }
  | { readonly t: 'listen'; readonly kinds: readonly (keyof ClientEventMap)[] }
  | { readonly t: 'took' }
  | { readonly t: 'detach' }

export type TabDown =
  | {
      readonly t: 'attached'
      /** Of this life of the host. */
      readonly host: string
      readonly snapshot: ClientSnapshot
      /** Empty, or why nothing outlives the tabs. */
      readonly notKept: string
    }
  | { readonly t: 'failed'; readonly isNobody: boolean; readonly say: string }
  | {
      readonly t: 'turn'
      readonly change?: SnapshotChange
      readonly events: readonly TabEvent[]
      /** Sends of this tab that go on under other numbers. */
      readonly renamed: readonly (readonly [OutboxItem, OutboxItem])[]
    }
  | { readonly t: 'answer'; readonly id: number; readonly answer: TabAnswer }
  /** Everybody signed out: this client is over in all tabs. */
  | { readonly t: 'ended' }

/** One end of the way between a tab and a host. Frames are copied. */
export interface TabPort<In, Out> {
  post(frame: Out): void
  onFrame: (frame: In) => void
  close(): void
}

export type HostPort = TabPort<TabUp, TabDown>
export type SeatPort = TabPort<TabDown, TabUp>

/** What a verb has at hand: the parts of one front-end node. */
import type { Accounts } from './accounts.ts'
import type { AwakeClock } from './awake-clock.ts'
import type { BackendMonitor } from './backend-monitor.ts'
import type { ClientList } from './client-list.ts'
import type { Draining } from './draining.ts'
import type { Feeds } from './feeds.ts'
import type { Followers } from './followers.ts'
import type { FrontendOptions } from './frontend-io.ts'
import type { Outputs } from './outputs.ts'
import type { Reading } from './reading.ts'
import type { Refusals } from './refusals.ts'
import type { Requests } from './requests.ts'
import type { Sessions } from './sessions.ts'

export interface Desk {
  readonly options: FrontendOptions
  readonly clock: AwakeClock
  readonly outputs: Outputs
  readonly refusals: Refusals
  readonly accounts: Accounts
  readonly sessions: Sessions
  readonly monitor: BackendMonitor
  readonly requests: Requests
  readonly feeds: Feeds
  readonly followers: Followers
  readonly reading: Reading
  readonly clientList: ClientList
  readonly draining: Draining
}

/** The parts of one front-end node, made and joined here; what a verb has at hand. */
import { Accounts } from './accounts.ts'
import { Admission } from './admission.ts'
import { AwakeClock } from './awake-clock.ts'
import { BackendMonitor } from './backend-monitor.ts'
import { balancingPolicies } from './balancing/policies.ts'
import { ClientList } from './client-list.ts'
import { Draining } from './draining.ts'
import { Feeds } from './feeds.ts'
import { Followers } from './followers.ts'
import type { FrontendOptions } from './frontend-io.ts'
import { Outputs } from './outputs.ts'
import { Presence } from './presence.ts'
import { Reading } from './reading.ts'
import { Refusals } from './refusals.ts'
import { Requests } from './requests.ts'
import { Router } from './router.ts'
import type { Session } from './session.ts'
import { Sessions } from './sessions.ts'

type Left = (session: Session) => void
type ClientSide = ReturnType<typeof clientSide>
type BackendSide = ReturnType<typeof backendSide>
type RoomSide = ReturnType<typeof roomSide>

export interface Desk extends ClientSide, BackendSide, RoomSide {
  readonly options: FrontendOptions
}

/** `left` is told of each session that ends, before it is forgotten. */
export function setUpDesk(options: FrontendOptions, left: Left): Desk {
  const clients = clientSide(options, left)
  const backends = backendSide(options, clients)
  return { options, ...clients, ...backends, ...roomSide(options, { ...clients, ...backends }) }
}

function clientSide({ addresses, limits, tuning }: FrontendOptions, left: Left) {
  const clock = new AwakeClock()
  const outputs = new Outputs()
  const accounts = new Accounts(tuning)
  const sessions = new Sessions({ accounts, clock, outputs, limits, tuning, left })
  const draining = new Draining({
    sessions,
    outputs,
    elsewhere: addresses.slice(1),
    spreadMs: tuning.drainSpreadMs,
  })
  return { clock, outputs, refusals: new Refusals(outputs), accounts, sessions, draining }
}

function backendSide(options: FrontendOptions, { clock, outputs }: ClientSide) {
  const { tuning, limits, chance, backends } = options
  const silenceMsMax = tuning.backendSilenceMsMax
  const monitor = new BackendMonitor({ clock, silenceMsMax, backends })
  const feeds = new Feeds(monitor, outputs)
  const router: Router = new Router({
    policy: balancingPolicies[options.policy](options),
    chance,
    monitor,
    inFlightMax: tuning.backendInFlightMax,
    loadOf: (backend) => requests.loadOf(backend),
    feedOf: (room) => feeds.backendOf(room),
  })
  const requests = new Requests({ limits, tuning, clock, monitor, outputs, router })
  const clientList = new ClientList({ monitor, outputs, flushMs: tuning.clientListFlushMs })
  const admission = new Admission({ tuning, monitor, chance })
  return { monitor, feeds, router, requests, clientList, admission }
}

function roomSide({ limits, tuning }: FrontendOptions, parts: ClientSide & BackendSide) {
  const { outputs, feeds, requests, accounts, sessions, clientList } = parts
  const presence = new Presence({ feeds, outputs, limits })
  const changed = (session: Session) => clientList.changed(session)
  const followers = new Followers({
    feeds,
    outputs,
    sessionsOf: (user) => accounts.sessionsOf(user),
    revoked: (session) => sessions.close(session, 'logged-out'),
    changed,
    joined: (session, fed) => presence.joined(session, fed),
    deserted: (fed) => presence.forget(fed),
  })
  const reading = new Reading({
    limits,
    catchUpEntries: tuning.catchUpEntries,
    feeds,
    followers,
    requests,
    outputs,
    cannotFollow: (session) => sessions.close(session, 'slow-reader'),
    changed,
  })
  return { presence, followers, reading }
}

/** Everything that starling.toml may hold, with its bounds and what holds without it. */
import { backendTuning } from '@starling/core/backend/backend-io'
import { balancingPolicyNames } from '@starling/core/frontend/balancing/policy'
import { frontendTuning } from '@starling/core/frontend/frontend-io'
import { ranks } from '@starling/core/link/down'
import { limits } from '@starling/protocol/limits'
import { frontendShellTuning } from '../frontend/frontend-settings.ts'
import { linkTuning } from '../link/link-settings.ts'
import { traceLevels, traceSettings } from '../telemetry/telemetry-settings.ts'
import { natsKeys } from './nats-keys.ts'
import {
  oneOf,
  optionalText,
  type Setting,
  type SettingValue,
  secret,
  text,
  texts,
  whole,
  yesNo,
} from './setting.ts'

export const engines = ['sqlite', 'nats'] as const
export type Engine = (typeof engines)[number]

const pathOf = 'a path, from the folder of this file'

/** The greatest limits that fit into one record of the log and one frame of a link. */
const messageBytesCeiling = 65_536
const frameBytesCeiling = 1024 * 1024

export const settings = {
  data: text('data', pathOf, 'The folder of the log, the trace files and what the servers keep.'),
  engine: oneOf(
    engines,
    'sqlite',
    'What implements the log. "sqlite": one file, one machine. "nats": JetStream, many machines.',
  ),
  web: yesNo(true, 'Whether front-ends serve the web client at / of the client port.'),

  'balancing.policy': oneOf(
    balancingPolicyNames,
    'size-and-clients',
    'How a front-end chooses the backend of a request.',
  ),
  'balancing.longMessage': whole(
    0,
    1_000_000,
    7,
    'Longer messages, in characters, go to the first active primary ("size-and-clients").',
  ),
  'balancing.inFlightMax': whole(
    1,
    backendTuning.requestsInFlightMax,
    frontendTuning.backendInFlightMax,
    'Requests in flight at one backend above which another is asked while it has room.',
  ),

  'limits.messageBytesMax': whole(
    1,
    messageBytesCeiling,
    limits.messageBytesMax,
    'The text of one message, in UTF-8 bytes.',
  ),
  'limits.frameBytesMax': whole(
    // Less, and a commit of a large group does not fit: nobody could write in its room any more.
    limits.frameBytesMax,
    frameBytesCeiling,
    limits.frameBytesMax,
    'One frame from a client, in UTF-8 bytes; at least six times a message and 8192, and as much ' +
      'as a change of the keys of a large encrypted room takes.',
  ),
  'limits.userNameCharactersMax': whole(
    1,
    limits.userNameCharactersMax,
    limits.userNameCharactersMax,
    "A person's name, in characters.",
  ),
  'limits.roomNameCharactersMax': whole(
    1,
    limits.roomNameCharactersMax,
    limits.roomNameCharactersMax,
    "A room's name, in characters.",
  ),
  'limits.topicCharactersMax': whole(
    0,
    limits.topicCharactersMax,
    limits.topicCharactersMax,
    "A room's topic, in characters.",
  ),
  'limits.roomMembersMax': whole(1, 100_000, limits.roomMembersMax, 'People in one room.'),
  'limits.userRoomsMax': whole(1, 50_000, limits.userRoomsMax, 'Rooms that one person is in.'),
  'limits.reactionsPerMessageMax': whole(
    0,
    256,
    limits.reactionsPerMessageMax,
    'Different emoji on one message.',
  ),
  'limits.peoplePerReactionMax': whole(
    1,
    5_000,
    limits.peoplePerReactionMax,
    'People counted under one emoji of one message.',
  ),
  'limits.devicesPerAccountMax': whole(
    1,
    256,
    limits.devicesPerAccountMax,
    'Devices that one account is logged in on.',
  ),
  'limits.passwordCharactersMin': whole(
    1,
    256,
    limits.passwordCharactersMin,
    'A new password, in characters.',
  ),
  'limits.resumeEntriesMax': whole(
    1,
    10_000,
    limits.resumeEntriesMax,
    'Missed entries of one room that a client that comes back is sent; above it, it reads history.',
  ),
  'limits.presencePeopleMax': whole(
    0,
    10_000,
    limits.presencePeopleMax,
    'People online in a room above which only their count is told.',
  ),

  'rates.framesPerSecond': whole(
    1,
    100_000,
    frontendTuning.framesPerSecond,
    'Frames a second from one connection, and from one account, in the long run.',
  ),
  'rates.framesBurst': whole(
    1,
    1_000_000,
    frontendTuning.framesBurst,
    'Frames that may come at once after a pause.',
  ),
  'rates.loginsPerMinute': whole(
    1,
    100_000,
    frontendTuning.loginsPerMinute,
    'Attempts to log in or register a minute from one address.',
  ),

  'accounts.guests': yesNo(true, 'Whether people may come in with a name alone.'),
  'accounts.registration': yesNo(true, 'Whether people may make accounts for themselves.'),

  'clients.connectionsMax': whole(
    1,
    1_000_000,
    frontendShellTuning.connectionsMax,
    'Connections that one front-end accepts.',
  ),
  'clients.origins': texts(
    'origins like ["https://chat.example.org"], or ["*"] for all',
    'Web pages of other addresses that may open a connection.',
  ),

  'tls.certFile': optionalText(pathOf, 'The certificate that clients see, PEM.'),
  'tls.keyFile': optionalText(pathOf, 'The private key of tls.certFile, PEM.'),
  'tls.selfSigned': yesNo(
    false,
    'Make a certificate at the first start; clients pin its fingerprint on first use.',
  ),
  'tls.allowPlaintext': yesNo(
    false,
    'Listen beyond this machine without TLS: everybody on the way can read and change the chat.',
  ),

  'cluster.key': secret(
    linkTuning.clusterKeyCharactersMin,
    `at least ${linkTuning.clusterKeyCharactersMin} characters of chance`,
    'The secret shared by all front-ends and backends; protects the links between them.',
  ),
  'cluster.keyFile': optionalText(pathOf, 'A file that holds the cluster key.'),
  'cluster.certFile': optionalText(pathOf, "This machine's certificate for links, PEM."),
  'cluster.certKeyFile': optionalText(pathOf, 'The private key of cluster.certFile, PEM.'),
  'cluster.caFile': optionalText(pathOf, 'The authority that signed the certificates of links.'),

  ...natsKeys,

  'trace.level': oneOf(
    traceLevels,
    traceSettings.level,
    'How much the servers write about what they do.',
  ),
} as const satisfies Record<string, Setting<unknown>>

export type SettingKey = keyof typeof settings
export type SettingValues = { readonly [K in SettingKey]: SettingValue<(typeof settings)[K]> }

/** The keys of one `[[frontends]]`. What is optional follows from its place in the list. */
export const frontendKeys = {
  name: optionalText('a name of letters, digits and "-"', 'What it is called.'),
  listen: optionalText('host:port', 'Where clients are accepted. Several may share one.'),
  public: optionalText(
    'ws://host[:port] or wss://host[:port]',
    'Where clients reach it, when that is not where it listens.',
  ),
  admin: adminPort(),
} as const satisfies Record<string, Setting<unknown>>

/** The keys of one `[[backends]]`. */
export const backendKeys = {
  name: optionalText('a name of letters, digits and "-"', 'What it is called.'),
  rank: { ...oneOf(ranks, 'secondary', 'Its place in the order; both ranks are full replicas.') },
  address: optionalText('host:port', 'Where front-ends reach it.'),
  listen: optionalText('host:port', 'Where it listens, when that is not its address.'),
  admin: adminPort(),
} as const satisfies Record<string, Setting<unknown>>

function adminPort(): Setting<number | undefined> {
  const port = whole(0, 65_535, 0, 'The port of figures and health, on loopback. 0: none.')
  return { ...port, check: port.check.optional(), fallback: undefined }
}

export const frontendsMax = 32
export const backendsMax = 32

/** What stands without `[[frontends]]` and `[[backends]]`, and what their keys default to. */
export const defaultHost = '127.0.0.1'
export const defaultPorts = {
  /** + place in the list, from 0. */
  frontend: 4600,
  backend: 4701,
  frontendAdmin: 4650,
  backendAdmin: 4751,
} as const
export const defaultBackends = [
  { name: 'primary-1', rank: 'primary' },
  { name: 'primary-2', rank: 'primary' },
  { name: 'secondary-1', rank: 'secondary' },
  { name: 'secondary-2', rank: 'secondary' },
] as const

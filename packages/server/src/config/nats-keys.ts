/** The keys of the engine "nats". */
import { optionalText, type Setting, secret, text, texts, whole, yesNo } from './setting.ts'

const pathOf = 'a path, from the folder of this file'
const userName = 'a user of the servers'
const password = 'the password of that user'

export const natsKeys = {
  'nats.servers': texts(
    'addresses like ["10.0.0.1:4222", "10.0.0.2:4222"]; "tls://…" insists on TLS',
    'The NATS servers that keep the log (engine "nats"). One is enough to find the others.',
  ),
  'nats.user': optionalText(userName, 'Whom backends log in as, with a password.'),
  'nats.password': secret(1, password, 'The password of nats.user.'),
  'nats.passwordFile': optionalText(pathOf, 'A file that holds the password of nats.user.'),
  'nats.credsFile': optionalText(pathOf, 'Log in with this .creds file instead.'),
  'nats.nkeyFile': optionalText(pathOf, 'Log in with the nkey seed in this file instead.'),
  'nats.systemUser': optionalText(
    userName,
    'A user of the system account; asked with it, servers tell their version and how they sync.',
  ),
  'nats.systemPassword': secret(1, password, 'The password of nats.systemUser.'),
  'nats.systemPasswordFile': optionalText(
    pathOf,
    'A file that holds the password of nats.systemUser.',
  ),
  'nats.systemCredsFile': optionalText(
    pathOf,
    'A .creds file of the system account instead of nats.systemUser.',
  ),
  'nats.caFile': optionalText(
    pathOf,
    'The authority that signed the certificates of the NATS servers; insists on TLS.',
  ),
  'nats.certFile': optionalText(pathOf, "This machine's certificate for the NATS servers, PEM."),
  'nats.keyFile': optionalText(pathOf, 'The private key of nats.certFile, PEM.'),
  'nats.stream': text(
    'STARLING',
    'a name of letters, digits, "-" and "_"',
    'The name of the stream that is the log. Each installation on the same servers needs its own.',
  ),
  'nats.replicas': whole(
    1,
    5,
    3,
    'Copies of the log, each on a server of its own: 1, 3 or 5. Used when the stream is made.',
  ),
  'nats.bytesMax': whole(
    1024 * 1024,
    2 ** 48,
    10 * 1024 ** 3,
    'How large the log may grow, in bytes of one copy; above it sends are refused.',
  ),
  'nats.allowUnsafe': yesNo(
    false,
    'Start with servers that may lose acknowledged messages: too old, or syncing their disks late.',
  ),
} as const satisfies Record<string, Setting<unknown>>

export type NatsKey = keyof typeof natsKeys
export const natsFileKeys = [
  'nats.passwordFile',
  'nats.credsFile',
  'nats.nkeyFile',
  'nats.systemPasswordFile',
  'nats.systemCredsFile',
  'nats.caFile',
  'nats.certFile',
  'nats.keyFile',
] as const satisfies readonly NatsKey[]
export type NatsFileKey = (typeof natsFileKeys)[number]

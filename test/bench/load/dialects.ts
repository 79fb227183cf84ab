/** The dialects by name, so that a process can be told which to speak. */
import type { Dialect } from './dialect.ts'
import { LoopDialect } from './loop-dialect.ts'
import { SocketIoDialect } from './socket-io-dialect.ts'
import { StarlingDialect } from './starling-dialect.ts'
import { XmppDialect } from './xmpp-dialect.ts'

export const dialects = {
  starling: () => new StarlingDialect(),
  loop: () => new LoopDialect({ isPadded: false }),
  ceiling: () => new LoopDialect({ isPadded: true }),
  'socket-io': () => new SocketIoDialect(),
  xmpp: () => new XmppDialect(),
} as const satisfies Record<string, () => Dialect>

export type DialectName = keyof typeof dialects

/**
 * The states of a client's connection and what each event does in each of them. The table is total:
 * a state or an event that is added does not compile until every pair is decided.
 *
 * `idle` not started · `connecting` a socket is being opened · `greeting` hello was said, no
 * welcome yet · `online` · `waiting` for the next attempt · `refused` until the person acts ·
 * `closed` for good. There is a socket exactly in `connecting`, `greeting` and `online`.
 */
import type { ConnectionState } from './client-io.ts'

export type ConnectionStateKind = ConnectionState['kind']

export type ConnectionEvent =
  | 'start'
  | 'stop'
  /** The person or the network says: now. */
  | 'try-now'
  /** There are new credentials. */
  | 'login'
  | 'opened'
  | 'welcomed'
  /** The socket closed, or the front-end asked to come again later. */
  | 'lost'
  /** The front-end, or the shell, will not have this client. */
  | 'turned-away'
  | 'wait-over'
  /** No welcome in time, or silence. */
  | 'expired'
  /** The front-end drains and the moment drawn has come. */
  | 'move'

/** Done in this order, after the state has changed. */
export type ConnectionAct = 'hang-up' | 'dial' | 'hello' | 'back-off' | 'settle'

export interface Transition {
  readonly to: ConnectionStateKind
  readonly acts: readonly ConnectionAct[]
}

function to(state: ConnectionStateKind, ...acts: readonly ConnectionAct[]): Transition {
  return { to: state, acts }
}

/** `undefined`: nothing happens; a late event of something that is over. */
export const connectionTable: Record<
  ConnectionStateKind,
  Record<ConnectionEvent, Transition | undefined>
> = {
  idle: {
    start: to('connecting', 'dial'),
    stop: to('closed'),
    'try-now': undefined,
    login: undefined,
    opened: undefined,
    welcomed: undefined,
    lost: undefined,
    'turned-away': undefined,
    'wait-over': undefined,
    expired: undefined,
    move: undefined,
  },
  connecting: {
    start: undefined,
    stop: to('closed', 'hang-up'),
    'try-now': undefined,
    login: to('connecting', 'hang-up', 'dial'),
    opened: to('greeting', 'hello'),
    welcomed: undefined,
    lost: to('waiting', 'back-off'),
    'turned-away': to('refused', 'hang-up'),
    'wait-over': undefined,
    expired: to('waiting', 'hang-up', 'back-off'),
    move: undefined,
  },
  greeting: {
    start: undefined,
    stop: to('closed', 'hang-up'),
    'try-now': undefined,
    login: to('connecting', 'hang-up', 'dial'),
    opened: undefined,
    welcomed: to('online', 'settle'),
    lost: to('waiting', 'hang-up', 'back-off'),
    'turned-away': to('refused', 'hang-up'),
    'wait-over': undefined,
    expired: to('waiting', 'hang-up', 'back-off'),
    move: undefined,
  },
  online: {
    start: undefined,
    stop: to('closed', 'hang-up'),
    'try-now': undefined,
    login: to('connecting', 'hang-up', 'dial'),
    opened: undefined,
    welcomed: undefined,
    lost: to('waiting', 'back-off'),
    'turned-away': to('refused', 'hang-up'),
    'wait-over': undefined,
    expired: to('waiting', 'hang-up', 'back-off'),
    move: to('connecting', 'hang-up', 'dial'),
  },
  waiting: {
    start: undefined,
    stop: to('closed'),
    'try-now': to('connecting', 'dial'),
    login: to('connecting', 'dial'),
    opened: undefined,
    welcomed: undefined,
    lost: undefined,
    'turned-away': undefined,
    'wait-over': to('connecting', 'dial'),
    expired: undefined,
    move: undefined,
  },
  refused: {
    start: undefined,
    stop: to('closed'),
    'try-now': to('connecting', 'dial'),
    login: to('connecting', 'dial'),
    opened: undefined,
    welcomed: undefined,
    lost: undefined,
    'turned-away': undefined,
    'wait-over': undefined,
    expired: undefined,
    move: undefined,
  },
  closed: {
    start: undefined,
    stop: undefined,
    'try-now': undefined,
    login: undefined,
    opened: undefined,
    welcomed: undefined,
    lost: undefined,
    'turned-away': undefined,
    'wait-over': undefined,
    expired: undefined,
    move: undefined,
  },
}

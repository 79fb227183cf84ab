/**
 * What is said of the connection, and when: nothing while it works and nothing in the first moment
 * of trouble, since most troubles are over by then.
 */
import type { ConnectionState } from '@starling/client/api'
import { texts } from '../texts.ts'

export const troubleShownAfterMs = 1_500

export interface Trouble {
  readonly text: string
  readonly canTryNow: boolean
}

export interface ConnectionFacts {
  readonly connection: ConnectionState
  /** Sends that wait. */
  readonly waiting: number
  /** Since when there is trouble; undefined while there is none. */
  readonly sinceMs: number | undefined
  /** On the wall clock. */
  readonly nowMs: number
  /** The browser says that there is a network. */
  readonly hasNetwork: boolean
}

export function isTrouble({ kind }: ConnectionState): boolean {
  return kind !== 'online' && kind !== 'closed' && kind !== 'refused'
}

export function troubleShown(facts: ConnectionFacts): Trouble | undefined {
  const { connection, sinceMs, nowMs, waiting } = facts
  if (!isTrouble(connection)) return undefined
  if (sinceMs === undefined || nowMs - sinceMs < troubleShownAfterMs) return undefined
  const { connecting, offline, reconnectingIn, withWaiting } = texts.connection
  if (!facts.hasNetwork) return { text: withWaiting(offline, waiting), canTryNow: false }
  if (connection.kind !== 'waiting') {
    return { text: withWaiting(connecting, waiting), canTryNow: false }
  }
  const seconds = Math.max(1, Math.ceil((connection.untilWallMs - nowMs) / 1_000))
  return { text: withWaiting(reconnectingIn(seconds), waiting), canTryNow: true }
}

/** Names of sends, and the rooms and entries of a store, as several checkers need them. */

import type { Store } from '@starling/core/room/store'
import type { Entry } from '@starling/protocol/entry'
import type { Cluster } from '../cluster/cluster.ts'

export interface SendName {
  readonly room: string
  readonly outbox: string
  readonly number: number
}

export function sendKey({ room, outbox, number }: SendName): string {
  return `${room} ${outbox} ${number}`
}

/** Every store that is up, once. */
export function storesUp(cluster: Cluster): readonly { name: string; store: Store }[] {
  const up = cluster.backends.filter((backend) => backend.isUp && !backend.isFrozen)
  return cluster.hasSharedStore ? up.slice(0, 1) : up
}

/** Ids of all rooms that an operation in the log ever named, self rooms included; sorted. */
export function roomsInLog(cluster: Cluster): readonly string[] {
  const rooms = new Set<string>()
  for (const { record } of cluster.log.records) {
    for (const op of record.ops) {
      if (op.kind !== 'settings') rooms.add(op.kind === 'room' ? op.room : op.user)
    }
  }
  return [...rooms].sort()
}

export function usersInLog(cluster: Cluster): readonly string[] {
  const users = new Set<string>()
  for (const { record } of cluster.log.records) {
    for (const op of record.ops) {
      if (op.kind !== 'settings') users.add(op.kind === 'room' ? op.by : op.user)
    }
  }
  return [...users].sort()
}

export function entriesOf(store: Store, room: string): readonly Entry[] {
  const entries: Entry[] = []
  for (;;) {
    const page = store.entries(room, entries.length + 1, 1_000)
    if (page.length === 0) return entries
    entries.push(...page)
  }
}

/**
 * Replicas are one state machine: stores at one position are equal in every row, and equal to a
 * store to which the whole log is applied anew. While they are under way, the digests that they
 * tell each other never differ.
 */
import { MemoryStore } from '@starling/core/room/memory-store'
import type { Store } from '@starling/core/room/store'
import { BrokenPromise } from '../broken-promise.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Observation } from '../observation.ts'
import type { Checker } from './checker.ts'
import { entriesOf, roomsInLog, storesUp, usersInLog } from './sends.ts'

export class ReplicasEqualChecker implements Checker {
  see(seen: Observation): void {
    if (seen.kind === 'diverged') {
      throw new BrokenPromise('replicas', `${seen.backend} stops: ${seen.why}`)
    }
    if (seen.kind === 'backend-figures' && seen.figures.digestDisputes > 0) {
      throw new BrokenPromise('replicas', `${seen.backend} finds that another one differs`)
    }
  }

  atRest(cluster: Cluster): void {
    const anew = new MemoryStore()
    const replica = cluster.replicaOf(anew)
    for (const { position, record } of cluster.log.records) replica.apply(position, record)
    const rooms = roomsInLog(cluster)
    const users = usersInLog(cluster)
    const expected = rowsOf(anew, rooms, users)
    for (const { name, store } of storesUp(cluster)) {
      if (store.position !== cluster.log.head) {
        const where = `${store.position} of ${cluster.log.head}`
        throw new BrokenPromise('replicas', `${name} has applied the log up to ${where}`)
      }
      const rows = rowsOf(store, rooms, users)
      const at = rows.findIndex((row, i) => row !== expected[i])
      if (at === -1) continue
      const difference = `${rows[at]} where a new replica has ${expected[at]}`
      throw new BrokenPromise('replicas', `${name} has ${difference}`)
    }
  }
}

function rowsOf(store: Store, rooms: readonly string[], users: readonly string[]): string[] {
  const rows: string[] = []
  const add = (what: string, row: unknown) => rows.push(`${what}: ${canonical(row)}`)
  for (const user of users) {
    add(`account ${user}`, store.account(user))
    add(`devices of ${user}`, store.devicesOf(user))
    add(`rooms of ${user}`, store.roomsOf(user))
  }
  for (const room of rooms) {
    add(`room ${room}`, store.room(room))
    add(`members of ${room}`, store.members(room, { after: '', limit: 10_000 }))
    for (const user of users) {
      const flags = [store.isBanned(room, user), store.isInvited(room, user)]
      if (flags.includes(true)) add(`${user} in ${room}`, flags)
    }
    for (const entry of entriesOf(store, room)) add(`entry of ${room}`, entry)
  }
  return rows
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}

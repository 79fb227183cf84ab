/** An entry as the feeds carry it: encoded once, with what a front-end must know beside it. */
import type { Entry } from '@starling/protocol/entry'
import type { FedEntry } from '../link/down.ts'

export function fedEntry(entry: Entry): FedEntry {
  const json = JSON.stringify(entry)
  switch (entry.kind) {
    case 'leave':
      return { json, gone: entry.by }
    case 'kick':
      return { json, gone: entry.user }
    case 'ban':
      return entry.on ? { json, gone: entry.user } : { json }
    case 'room-added':
      return { json, follow: { room: entry.room, from: entry.from } }
    case 'room-removed':
      return { json, unfollow: entry.room }
    case 'device-removed':
      return { json, revoked: entry.device }
    default:
      return { json }
  }
}

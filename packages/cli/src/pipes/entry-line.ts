/**
 * An entry for people to read, in one line without control characters; undefined for what devices
 * do among themselves and for what was written before one came.
 */
import type { Entry } from '@starling/protocol/entry'
import { sanitiseLine } from '@starling/terminal/text/sanitise'

export function entryLine(entry: Entry): string | undefined {
  const said = saying(entry)
  if (said === undefined) return undefined
  const at = new Date(entry.at).toISOString().slice(0, 19).replace('T', ' ')
  return `${at} ${sanitiseLine(said)}`
}

function saying(entry: Entry): string | undefined {
  const { name } = entry
  switch (entry.kind) {
    case 'post':
      return `${name}: ${entry.deletedBy === undefined ? entry.text : '(deleted)'}`
    case 'edit':
      return `* ${name} edited ${entry.target}: ${entry.text}`
    case 'delete':
      return `* ${name} deleted ${entry.target}`
    case 'react':
      return `* ${name} ${entry.on ? 'reacted' : 'took back'} ${entry.emoji} on ${entry.target}`
    case 'topic':
      return `* ${name} set the topic: ${entry.topic}`
    case 'title':
      return `* ${name} named the room: ${entry.title}`
    case 'unreadable':
      return entry.why === 'before-join' ? undefined : `${name}: (not readable: ${entry.why})`
    case 'sealed':
      return entry.isSealed === true ? undefined : `${name}: (not readable: no-cipher)`
    case 'group':
    case 'commit':
      return undefined
    case 'invite':
    case 'kick':
    case 'ban':
    case 'mute':
    case 'role':
      return `* ${name}: ${entry.kind} ${entry.userName}`
    default:
      return `* ${name}: ${entry.kind}`
  }
}

/** An entry for people to read, in one line without control characters. */
import type { Entry } from '@starling/protocol/entry'
import { sanitiseLine } from '@starling/terminal/text/sanitise'

export function entryLine(entry: Entry): string {
  const at = new Date(entry.at).toISOString().slice(0, 19).replace('T', ' ')
  return `${at} ${sanitiseLine(saying(entry))}`
}

function saying(entry: Entry): string {
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

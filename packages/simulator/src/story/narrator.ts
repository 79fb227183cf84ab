/** Says of an observation, in one line, what a person or an operator would notice. */
import type { ClientEvent, OutboxItem } from '@starling/core/client/client-io'
import type { Entry } from '@starling/protocol/entry'
import type { Observation } from '../observation.ts'

export function narrate(seen: Observation): string | undefined {
  switch (seen.kind) {
    case 'event':
      return narrateEvent(seen.client, seen.event)
    case 'answered': {
      const { result } = seen
      if (!result.ok) return `${seen.client}: is answered ${result.code}`
      if (result.answer.kind !== 'history') return undefined
      const { room, head, entries } = result.answer
      const range = `${entries[0]?.index ?? 0} to ${entries.at(-1)?.index ?? 0}`
      return `${seen.client}: reads ${room} from ${range}, its newest is ${head}`
    }
    case 'appends': {
      const sends = seen.record.ops.map((op) => (op.kind === 'room' ? `#${op.number}` : op.kind))
      return sends.length === 0 ? undefined : `${seen.backend}: appends ${sends.join(' ')}`
    }
    case 'fault':
      return `${seen.fault} on ${seen.on}`
    default:
      return undefined
  }
}

function narrateEvent(client: string, event: ClientEvent): string | undefined {
  switch (event.kind) {
    case 'entry':
      return `${client}: sees ${event.room} ${told(event.entry)}`
    case 'gap':
      return `${client}: skips ${event.room} ${event.from} to ${event.to}`
    case 'acked':
      return `${sendOf(client, event.item)} is acknowledged at ${event.index}`
    case 'refused':
      return `${sendOf(client, event.item)} is refused: ${event.code}`
    case 'renamed':
      return `${sendOf(client, event.item)} goes on as #${event.to.number}`
    case 'error':
      return `${client}: hears ${event.code}`
    case 'connection': {
      const { state } = event
      if (state.kind === 'online') {
        return `${client}: is online at ${state.address.slice(state.address.lastIndexOf('/') + 1)}`
      }
      if (state.kind === 'waiting') return `${client}: waits to connect again: ${state.why}`
      return state.kind === 'refused' ? `${client}: is kept out: ${state.code}` : undefined
    }
    default:
      return undefined
  }
}

function sendOf(client: string, item: OutboxItem): string {
  return `${client}: #${item.number} in ${item.room}`
}

export function told(entry: Entry): string {
  const head = `${entry.index} ${entry.name}`
  switch (entry.kind) {
    case 'post':
      return `${head}: ${entry.deletedBy === undefined ? shortened(entry.text) : '(deleted)'}`
    case 'edit':
      return `${head} edits ${entry.target}: ${shortened(entry.text)}`
    case 'group':
      return `${head} begins group ${entry.gen}`
    case 'commit':
      return `${head} makes epoch ${entry.epoch + 1} of group ${entry.gen}`
    case 'unreadable':
      return `${head}: (${entry.why})`
    case 'mail':
      return `${entry.index} mail: ${entry.mail.kind}`
    case 'kick':
      return `${head} kicks ${entry.userName}`
    case 'room-added':
    case 'room-removed':
      return `${entry.index} ${entry.kind} ${entry.room}`
    case 'device-added':
      return `${entry.index} device-added ${entry.label}`
    default:
      return `${head} ${entry.kind}`
  }
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 37)}...` : text
}

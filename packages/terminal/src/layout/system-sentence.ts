/** What happened in a room, as a sentence. */
import type { SystemLine } from '@starling/client/api'
import { sanitiseLine } from '../text/sanitise.ts'

function unreachable(x: never): never {
  throw new Error(`unreachable: ${JSON.stringify(x)}`)
}

/** `me`: one's own id. */
export function systemSentence(line: SystemLine, me?: string): string {
  const { body } = line
  const who = sanitiseLine(line.name)
  switch (body.kind) {
    case 'create':
      return body.room === 'direct' ? `${who} began this conversation` : `${who} created this room`
    case 'join':
      return `${who} joined`
    case 'leave':
      return `${who} left`
    case 'invite':
      return `${who} invited ${sanitiseLine(body.userName)}`
    case 'topic':
      return body.topic === ''
        ? `${who} removed the topic`
        : `${who} changed the topic to “${sanitiseLine(body.topic)}”`
    case 'role':
      return `${who} made ${sanitiseLine(body.userName)} ${article(body.role)}`
    case 'kick':
      return `${who} removed ${sanitiseLine(body.userName)}${because(body.reason)}`
    case 'ban':
      return body.on
        ? `${who} banned ${sanitiseLine(body.userName)}${because(body.reason)}`
        : `${who} lifted the ban of ${sanitiseLine(body.userName)}`
    case 'mute':
      return `${who} ${body.on ? 'muted' : 'unmuted'} ${sanitiseLine(body.userName)}`
    case 'title':
      return `${who} named this room “${sanitiseLine(body.title)}”`
    case 'identities': {
      const others = body.people.filter(({ user }) => user !== me)
      if (others.length === 0) return 'You have a new identity'
      const names = others.map(({ name }) => sanitiseLine(name)).join(', ')
      return `${names} ${others.length === 1 ? 'has' : 'have'} a new identity · /verify`
    }
    default:
      return unreachable(body)
  }
}

function because(reason: string | undefined): string {
  return reason === undefined || reason === '' ? '' : `: ${sanitiseLine(reason)}`
}

function article(role: string): string {
  return role === 'owner' ? 'an owner' : `a ${role}`
}

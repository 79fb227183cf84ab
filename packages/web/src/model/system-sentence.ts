/** What happened in a room, in a sentence; people who came and went together in one. */
import type { SystemLine } from '@starling/client/api'
import { texts } from '../texts.ts'

const namesMax = 3

export function systemSentence(lines: readonly SystemLine[]): string {
  const [first] = lines
  if (first === undefined) return ''
  return lines.length === 1 ? sentenceOf(first) : comingsAndGoings(lines)
}

function sentenceOf({ name, body }: SystemLine): string {
  const { happened } = texts
  switch (body.kind) {
    case 'create':
      return happened.created(name)
    case 'join':
      return happened.joined([name], 0)
    case 'leave':
      return happened.left([name], 0)
    case 'invite':
      return happened.invited(name, body.userName)
    case 'topic':
      return body.topic === '' ? happened.topicCleared(name) : happened.topic(name, body.topic)
    case 'role':
      return happened.role(name, body.userName, texts.roles[body.role])
    case 'kick':
      return happened.kicked(name, body.userName) + because(body.reason)
    case 'ban':
      return body.on
        ? happened.banned(name, body.userName) + because(body.reason)
        : happened.unbanned(name, body.userName)
    case 'mute':
      return body.on ? happened.muted(name, body.userName) : happened.unmuted(name, body.userName)
    case 'title':
      return happened.title(name, body.title)
    case 'identities':
      return happened.identities(body.people.map((person) => person.name))
  }
}

function because(reason: string | undefined): string {
  return reason === undefined || reason === '' ? '' : `: ${reason}`
}

/** Where somebody stands at the end counts: who came and went again is not told. */
function comingsAndGoings(lines: readonly SystemLine[]): string {
  const moved = new Map<string, { readonly name: string; joins: number; last: string }>()
  for (const { by, name, body } of lines) {
    const one = moved.get(by) ?? { name, joins: 0, last: '' }
    one.joins += body.kind === 'join' ? 1 : -1
    one.last = body.kind
    moved.set(by, one)
  }
  const all = [...moved.values()]
  const joined = all.filter(({ joins }) => joins > 0).map(({ name }) => name)
  const left = all.filter(({ joins }) => joins < 0).map(({ name }) => name)
  const again = all.filter(({ joins }) => joins === 0).map(({ name }) => name)
  const { happened } = texts
  return [
    joined.length > 0 ? happened.joined(...listed(joined)) : '',
    left.length > 0 ? happened.left(...listed(left)) : '',
    again.length > 0 ? happened.cameAndWent(...listed(again)) : '',
  ]
    .filter((sentence) => sentence !== '')
    .join(' · ')
}

function listed(names: readonly string[]): [readonly string[], number] {
  return [names.slice(0, namesMax), Math.max(0, names.length - namesMax)]
}

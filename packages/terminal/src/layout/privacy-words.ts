/**
 * Encryption in a word, in the header, and in one sentence with what to do about it, in the rule
 * above the composer. What takes care of itself is a word; a sentence asks for something.
 */
import type { PrivacyCause, RoomPrivacy, RoomSnapshot } from '@starling/client/api'
import { sanitiseLine } from '../text/sanitise.ts'

export const lock = '🔒'

/** Beside the room's name. */
export function lockWords(room: RoomSnapshot): string {
  const { kind, privacy } = room
  if (room.isEncrypted !== true) {
    if (kind === 'public') return ''
    return kind === 'private' ? 'private, not encrypted' : 'not encrypted'
  }
  const state = privacy === undefined ? '' : stateWords[privacy.state]
  if (state !== '') return `${lock} ${state}`
  if (kind === 'private') return `${lock} private`
  return isPeerVerified(room) ? `${lock} verified` : lock
}

const stateWords: { readonly [state in RoomPrivacy['state']]: string } = {
  ready: '',
  preparing: 'getting keys …',
  behind: 'catching up …',
  blocked: 'held back',
  broken: 'keys broken',
  full: 'full',
  unlinked: 'not linked',
  off: 'not readable',
}

function isPeerVerified({ peer, timeline }: RoomSnapshot): boolean {
  const last = timeline.lines.findLast((line) => line.kind === 'message' && line.by === peer?.user)
  return last?.kind === 'message' && last.isVerified === true
}

/** What asks for something, with the command that does it. */
export function privacySentence(room: RoomSnapshot): string | undefined {
  const { privacy } = room
  if (privacy === undefined) return undefined
  switch (privacy.code) {
    case 'not-linked':
      return 'This device is not linked · /link'
    case 'retrying':
      return 'No keys yet; trying on · /again'
    case 'cannot-catch-up':
      return privacy.action === 'reset'
        ? 'The keys here do not fit · /reset-room'
        : 'The keys here do not fit · ask an owner to /reset-room'
    case 'identity-changed': {
      const [first = '', ...others] = (privacy.users ?? []).map((user) => nameIn(room, user))
      const who = others.length === 0 ? first : `${first} and ${others.length} more`
      const name = others.length === 0 ? '' : ` @${first}`
      return `New identity of ${who} · /verify${name} or /accept${name}`
    }
    case 'group-full':
      return 'No more devices fit into this room'
    case 'no-cipher':
      return 'This client cannot read encrypted rooms'
    default:
      return undefined
  }
}

/** As they were called when last heard of in the room. */
export function nameIn({ peer, timeline }: RoomSnapshot, user: string): string {
  if (peer?.user === user) return sanitiseLine(peer.name)
  for (const line of [...timeline.lines].reverse()) {
    if (line.by === user) return sanitiseLine(line.name)
    if (line.kind !== 'system' || line.body.kind !== 'identities') continue
    const found = line.body.people.find((one) => one.user === user)
    if (found !== undefined) return sanitiseLine(found.name)
  }
  return 'somebody you verified'
}

/** Why messages cannot be read; `/link` stands below them already. */
export function causeSentence({ code, say, action }: PrivacyCause, count = 1): string {
  const about = count === 1 ? say : `${count} messages · ${runWords[code] ?? say}`
  if (action !== 'again') return about
  return count === 1 ? `${about} /again` : `${about} · /again`
}

const runWords: { readonly [code in PrivacyCause['code']]?: string } = {
  'not-linked': 'link this device to read',
  'no-key': 'waiting for their keys',
  'bad-signature': 'hidden: not from whom they say',
  tampered: 'hidden: changed on their way',
  'no-cipher': 'not readable by this client',
}

export const actionCommands: {
  readonly [action in NonNullable<PrivacyCause['action']>]: string | undefined
} = {
  link: '/link',
  again: '/again',
  reset: '/reset-room',
  verify: '/verify',
  'ask-owner': undefined,
  update: undefined,
}

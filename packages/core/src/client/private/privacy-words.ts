/** How a room's encryption stands, and why a message cannot be read: a code, a sentence, an act. */
import type { Unreadable } from '@starling/protocol/entry'
import { unreachable } from '../../now.ts'
import type { RoomState } from '../room-state.ts'
import type { PrivacyCause, PrivacySnapshot, RoomPrivacy } from '../snapshot.ts'
import { type Group, groupLimits } from './group.ts'

const off: RoomPrivacy = {
  state: 'off',
  code: 'no-cipher',
  say: 'This room is encrypted, and this client does not encrypt.',
  action: 'update',
}

const unlinked: RoomPrivacy = {
  state: 'unlinked',
  code: 'not-linked',
  say: 'Link this device to read and write here.',
  action: 'link',
}

const ready: RoomPrivacy = {
  state: 'ready',
  code: 'ready',
  say: 'Encrypted: only the people in this room can read what is written.',
}

const joining: RoomPrivacy = {
  state: 'preparing',
  code: 'joining',
  say: 'This device is getting the keys of this room. What you write goes out by itself.',
}

const behind: RoomPrivacy = {
  state: 'behind',
  code: 'catching-up',
  say: 'The keys of this room have changed; this device is catching up.',
}

const full: RoomPrivacy = {
  state: 'full',
  code: 'group-full',
  say: 'This encrypted room has as many devices as it may have.',
}

export function roomPrivacy(
  room: RoomState,
  account: PrivacySnapshot['state'],
  group: Group | undefined,
): RoomPrivacy {
  if (account === 'off') return off
  if (account === 'unlinked') return unlinked
  if (account === 'preparing' || group === undefined) return joining
  const { status, tries, isFull, blocked, isBehind, isStale } = group
  if (isFull) return full
  if (status.state === 'broken' && tries >= groupLimits.quietTriesMax) return broken(room)
  if (status.state !== 'member') return tries > groupLimits.quietTriesMax ? retrying : joining
  if (blocked.length > 0) {
    return {
      state: 'blocked',
      code: 'identity-changed',
      say: 'Somebody you verified has a new identity. Compare safety numbers before you write.',
      action: 'verify',
      users: blocked,
    }
  }
  return isBehind || isStale ? behind : ready
}

const retrying: RoomPrivacy = {
  state: 'preparing',
  code: 'retrying',
  say: 'This device could not get the keys of this room yet; it goes on trying.',
  action: 'again',
}

/** In a direct conversation either person may begin anew, in a room an owner. */
export function mayReset(room: RoomState): boolean {
  return room.kind === 'direct' || room.role === 'owner'
}

function broken(room: RoomState): RoomPrivacy {
  const isOwn = mayReset(room)
  return {
    state: 'broken',
    code: 'cannot-catch-up',
    say: isOwn
      ? 'The keys of this room do not fit together. Begin its encryption anew; history stays.'
      : 'The keys of this room do not fit together. Ask an owner to begin its encryption anew.',
    action: isOwn ? 'reset' : 'ask-owner',
  }
}

/** `undefined`: this client does not encrypt. */
export function unreadableCause(why: Unreadable | undefined): PrivacyCause {
  switch (why) {
    case undefined:
      return { code: 'no-cipher', say: 'Encrypted; this client cannot read it.', action: 'update' }
    case 'before-join':
      return { code: why, say: beforeJoin }
    case 'no-key':
      return { code: why, say: 'Waiting for the key of this message.', action: 'again' }
    case 'not-linked':
      return { code: why, say: 'Link this device to read this message.', action: 'link' }
    case 'bad-signature':
      return { code: why, say: 'Hidden: it is not from whom it says it is.' }
    case 'tampered':
      return { code: why, say: 'Hidden: it was changed on its way.' }
    default:
      return unreachable(why)
  }
}

export const beforeJoin = 'What was written before you came cannot be read on this device.'

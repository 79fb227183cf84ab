/**
 * Whether an encrypted room can be used from a pipe. The keys are in the profile; nobody is there
 * to link it or to compare numbers, so what a person would have to do is said, with its code.
 */
import type { RoomPrivacy, RoomSnapshot, StarlingClient } from '@starling/client/api'
import { NotDone } from '../exit-codes.ts'

export type PrivateClient = Pick<StarlingClient, 'snapshot' | 'subscribe'>

export interface Use {
  readonly room: string
  readonly profile: string
  readonly isWriting: boolean
  /** How long to wait for its keys; then it is as it is: sends wait in the outbox. */
  readonly waitMsMax: number
}

type Refused = Exclude<RoomPrivacy['state'], 'preparing' | 'ready' | 'behind'>

const remedies: { readonly [state in Refused]: (profile: string) => string } = {
  unlinked: (profile) =>
    `link it: "starling chat --profile ${profile}" and there /link, or /restore ` +
    'with the recovery key',
  off: () => 'use a room that is not encrypted',
  full: () => 'have somebody leave the room, or log devices out',
  blocked: (profile) => `see to it: "starling chat --profile ${profile}" and there /verify`,
  broken: (profile) => `see to it: "starling chat --profile ${profile}" and there /info`,
}

/** @throws NotDone */
export async function usableRoom(client: PrivateClient, use: Use): Promise<void> {
  const privacy = await settledPrivacy(client, use)
  if (privacy === undefined || !isRefused(privacy, use.isWriting)) return
  const act = use.isWriting ? 'written to' : 'read'
  const { profile } = use
  throw new NotDone(
    `the room is encrypted and cannot be ${act} as "${profile}" (${privacy.code}): ${privacy.say}`,
    remedies[privacy.state as Refused](profile),
  )
}

function isRefused({ state }: RoomPrivacy, isWriting: boolean): boolean {
  if (state === 'blocked') return isWriting
  return state in remedies
}

/** Why what was sent is not acknowledged, as far as encryption is the reason. */
export function heldBackBecause(client: PrivateClient, room: string): string {
  const privacy = privacyOf(client, room)
  if (privacy === undefined || privacy.state === 'ready') return ''
  return ` (${privacy.code}: ${privacy.say})`
}

/** Undefined for a room that is not encrypted. */
async function settledPrivacy(
  client: PrivateClient,
  { room, waitMsMax }: Use,
): Promise<RoomPrivacy | undefined> {
  const isSettled = () => privacyOf(client, room)?.state !== 'preparing'
  await settled(client, isSettled, waitMsMax)
  return privacyOf(client, room)
}

/** For keys and for what was sealed to be read. */
const titlesMsMax = 10_000

/** The titles of encrypted rooms are sealed, so they are there a moment after one has come in. */
export function titlesKnown(client: PrivateClient): Promise<void> {
  const isKnown = ({ kind, privacy, timeline }: RoomSnapshot): boolean => {
    if (kind !== 'private' || privacy === undefined) return true
    const { state } = privacy
    if (state === 'preparing' || state === 'behind') return false
    return state !== 'ready' || timeline.lines.length > 0
  }
  return settled(client, () => client.snapshot().rooms.every(isKnown), titlesMsMax)
}

async function settled(client: PrivateClient, is: () => boolean, waitMsMax: number): Promise<void> {
  const waiting = Promise.withResolvers<void>()
  const look = (): void => {
    if (is()) waiting.resolve()
  }
  const undo = client.subscribe(look)
  const late = setTimeout(waiting.resolve, waitMsMax)
  look()
  await waiting.promise
  clearTimeout(late)
  undo()
}

function privacyOf(client: PrivateClient, room: string): RoomPrivacy | undefined {
  return client.snapshot().rooms.find((one) => one.room === room)?.privacy
}

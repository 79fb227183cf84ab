/**
 * Whether an encrypted room can be used from a pipe. The keys are in the profile; nobody is there to
 * link it or to compare numbers, so what a person would have to do is said, with its code.
 */
import type { RoomPrivacy, StarlingClient } from '@starling/client/api'
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
  const settled = Promise.withResolvers<void>()
  const look = (): void => {
    if (privacyOf(client, room)?.state !== 'preparing') settled.resolve()
  }
  const undo = client.subscribe(look)
  const late = setTimeout(settled.resolve, waitMsMax)
  look()
  await settled.promise
  clearTimeout(late)
  undo()
  return privacyOf(client, room)
}

function privacyOf(client: PrivateClient, room: string): RoomPrivacy | undefined {
  return client.snapshot().rooms.find((one) => one.room === room)?.privacy
}

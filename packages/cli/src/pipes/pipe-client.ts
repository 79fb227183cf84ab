/**
 * The client behind `send` and `tail`: the identity and the address that `starling chat` remembers,
 * or those given. Nobody is there to be asked, so what is missing is said and nothing is guessed; a
 * certificate that no authority signed is accepted only by its fingerprint.
 */
import { dialAddress } from '@starling/client/address'
import type { StarlingClient } from '@starling/client/api'
import type { NodeConnectOptions } from '@starling/client/connect-options'
import { connect } from '@starling/client/node'
import { Profile, profileDirectory, readProfile } from '@starling/client/profile'
import { NotDone } from '../exit-codes.ts'
import { version } from '../version.ts'
import { titlesKnown } from './room-privacy.ts'

export const identityOptions = {
  address: { type: 'string' },
  name: { type: 'string' },
  profile: { type: 'string', default: 'default' },
  fingerprint: { type: 'string' },
} as const

export interface IdentityArguments {
  readonly address?: string | undefined
  readonly name?: string | undefined
  readonly profile: string
  readonly fingerprint?: string | undefined
}

export interface Patience {
  note(text: string): void
  /** For ever when not given. */
  readonly waitMsMax?: number
}

/** Silence before the person is told that nothing answers yet. */
const quietMsMax = 2_000

/** A client that was welcomed once, or `NotDone`. */
export async function openPipeClient(
  given: IdentityArguments,
  patience: Patience,
): Promise<StarlingClient> {
  const client = await connect(optionsOf(given))
  const ready = await welcomed(client, patience)
  if (ready === 'late') {
    const state = stateOf(client)
    await client.close()
    throw new NotDone(
      `no front-end answers (${state}); nothing was sent`,
      'see that Starling runs and that --address is right',
    )
  }
  if (ready.ok) {
    rememberFingerprint(client, given)
    return client
  }
  await client.close()
  if (ready.code.startsWith('certificate')) {
    throw new NotDone(
      `${ready.say} (${ready.code})`,
      'give the fingerprint that "starling up" prints: --fingerprint PRINT',
    )
  }
  if (ready.code.startsWith('tls')) {
    throw new NotDone(`${ready.say} (${ready.code})`, 'give that one: --address ADDRESS')
  }
  throw new NotDone(
    `the server does not let you in as this (${ready.code}): ${ready.say}`,
    'choose another --name or --profile, or log in again with "starling chat"',
  )
}

/** Like the address: given once, it holds for the profile. */
function rememberFingerprint(client: StarlingClient, given: IdentityArguments): void {
  const { connection } = client.snapshot()
  if (given.fingerprint === undefined || connection.kind !== 'online') return
  if (!connection.address.startsWith('wss:')) return
  const profile = new Profile(profileDirectory(given.profile))
  profile.set(connection.address, given.fingerprint)
}

async function welcomed(
  client: StarlingClient,
  { note, waitMsMax }: Patience,
): Promise<Awaited<ReturnType<StarlingClient['ready']>> | 'late'> {
  const late = Promise.withResolvers<'late'>()
  const timers = [
    setTimeout(
      () => note(`No front-end answers yet (${stateOf(client)}); trying on …`),
      quietMsMax,
    ),
  ]
  if (waitMsMax !== undefined) timers.push(setTimeout(() => late.resolve('late'), waitMsMax))
  try {
    return await Promise.race([client.ready(), late.promise])
  } finally {
    for (const timer of timers) clearTimeout(timer)
  }
}

function stateOf(client: StarlingClient): string {
  const state = client.snapshot().connection
  switch (state.kind) {
    case 'connecting':
      return `no connection to ${state.address} yet`
    case 'greeting':
      return `${state.address} is reached, but does not welcome; perhaps no backend is active`
    case 'waiting':
      return state.why
    default:
      return state.kind
  }
}

function optionsOf(given: IdentityArguments): NodeConnectOptions {
  const { address, name, profile, fingerprint } = given
  const known = usable(() => readProfile(profile), 'choose another --profile')
  if (address !== undefined) usable(() => dialAddress(address), 'write --address HOST:PORT')
  if (address === undefined && (known?.addresses.length ?? 0) === 0) {
    throw new NotDone(
      'no front-end is known yet',
      'say where: --address HOST:PORT, as "starling up" prints it; it is remembered',
    )
  }
  const userName = known?.userName
  if (userName === undefined && name === undefined) {
    throw new NotDone(
      `nobody is remembered in the profile "${profile}"`,
      'say who you are: --name NAME; or log in with "starling chat"',
    )
  }
  if (userName !== undefined && name !== undefined && name !== userName) {
    throw new NotDone(
      `the profile "${profile}" belongs to ${userName}`,
      'leave --name out, or use another --profile',
    )
  }
  return {
    profile,
    client: `starling-pipe ${version()}`,
    ...(address === undefined ? {} : { addresses: [address] }),
    ...(userName === undefined && name !== undefined
      ? { auth: { kind: 'guest', name } as const }
      : {}),
    ...(fingerprint === undefined ? {} : { pin: { fingerprint } }),
  }
}

/** What was given, or `NotDone` with what the SDK says against it. */
function usable<T>(read: () => T, remedy: string): T {
  try {
    return read()
  } catch (error) {
    throw new NotDone(error instanceof Error ? error.message : String(error), remedy)
  }
}

/**
 * The id of a room: by id, `#title` or `@person`. A public room that one is not in is joined; one
 * that is not there is made when that is asked for.
 */
export async function findRoom(
  client: Pick<StarlingClient, 'snapshot' | 'subscribe' | 'join' | 'openDirect' | 'createRoom'>,
  wanted: string,
  { isMade = false } = {},
): Promise<string> {
  const early = heldRoom(client, wanted)
  if (early !== undefined) return early
  // A public room of that name is not meant when a private one is called so.
  if (wanted.startsWith('#')) await titlesKnown(client)
  const held = heldRoom(client, wanted)
  if (held !== undefined) return held
  const found = wanted.startsWith('@')
    ? await client.openDirect(wanted.slice(1))
    : await client.join(wanted)
  if (found.ok) return found.value
  if (isMade && wanted.startsWith('#') && found.code === 'unknown-room') {
    const made = await client.createRoom({ title: wanted.slice(1) })
    if (made.ok) return made.value
    throw new NotDone(
      `cannot make ${wanted} (${made.code}): ${made.say}`,
      'choose another name, or see who has that room',
    )
  }
  if (found.code === 'unknown-room' && client.snapshot().privacy?.state === 'unlinked') {
    throw new NotDone(
      `there is no public room ${wanted}, and this device cannot read the names of private ones ` +
        '(not-linked)',
      'link it: "starling chat" with this --profile, and there /link, or /restore',
    )
  }
  throw new NotDone(
    `cannot come into ${wanted} (${found.code}): ${found.say}`,
    'name a room as "#title", a person as "@name"; "starling send --create" makes a public room',
  )
}

function heldRoom(client: Pick<StarlingClient, 'snapshot'>, wanted: string): string | undefined {
  const folded = wanted.toLowerCase()
  return client.snapshot().rooms.find(({ room, kind, title }) => {
    const sign = kind === 'direct' ? '@' : '#'
    return room === wanted || `${sign}${title}`.toLowerCase() === folded
  })?.room
}

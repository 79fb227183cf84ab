/** The SDK for Node: `connect`, with profiles on disk and pinned certificates. */
import { join } from 'node:path'
import { dialAddress } from './address.ts'
import type { StarlingClient } from './api.ts'
import type { NodeConnectOptions } from './connect-options.ts'
import { connectWith } from './connect-with.ts'
import { nodeSockets } from './node-socket.ts'
import { Profile, profileDirectory } from './profile.ts'
import { indexWhenUsed } from './search/local-index.ts'
import { openSqliteIndex } from './search/sqlite-index.ts'
import { openSqliteStorage } from './sqlite-storage.ts'
import type { Cipher } from './vault/cipher-thread.ts'
import { openNodeCipher } from './vault/node-cipher.ts'

const indexName = 'search.sqlite'

/**
 * Returns as soon as what was stored is restored; the connection is made in the background
 * (`ready()` waits for it).
 *
 * @example
 * const client = await connect({
 *   addresses: ['localhost:4600'],
 *   auth: { kind: 'guest', name: 'ada' },
 * })
 * await client.ready()
 *
 * @example With everything kept in a profile, so that unsent messages survive the process:
 * const client = await connect({ profile: 'default', addresses, auth })
 * const later = await connect({ profile: 'default' })
 *
 * @throws Error when the options or the profile cannot be used; it says what to do.
 */
export async function connect(options: NodeConnectOptions): Promise<StarlingClient> {
  const profile = profileOf(options)
  const addresses = (options.addresses ?? profile?.read()?.addresses ?? []).map(dialAddress)
  if (addresses.length === 0) throw new Error('give the address of a front-end: addresses: […]')
  const storage =
    options.storage ?? (profile === undefined ? undefined : openSqliteStorage(profile.directory))
  const openSocket = nodeSockets(profile ?? new Map(), { ...options.pin, given: addresses })
  const cipher = cipherOf(options, profile)
  const index = profile && indexWhenUsed(() => openSqliteIndex(join(profile.directory, indexName)))
  const parts = {
    ...options,
    addresses,
    openSocket,
    ...(cipher && { cipher }),
    ...(cipher && index && { index }),
  }
  const client = await connectWith(storage === undefined ? parts : { ...parts, storage })
  // Remembered when somebody answered there.
  const forget = client.on('connection', ({ state }) => {
    if (state.kind !== 'online') return
    forget()
    profile?.saveAddresses(addresses)
  })
  return client
}

function cipherOf(options: NodeConnectOptions, profile: Profile | undefined): Cipher | undefined {
  if (options.encryption === false) return undefined
  const passphrase = options.vaultPassphrase ?? process.env.STARLING_VAULT_KEY
  return openNodeCipher(
    profile === undefined ? { keys: options.keys } : { directory: profile.directory, passphrase },
  )
}

function profileOf({ profile, directory }: NodeConnectOptions): Profile | undefined {
  if (profile === undefined && directory === undefined) return undefined
  return new Profile(directory ?? profileDirectory(profile!))
}

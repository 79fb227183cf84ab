/**
 * A profile: where one comes in, as whom, and which certificates one trusts; a small file that only
 * its user may read (it holds the token). It is replaced as a whole, by renaming, so that it is
 * never half written, and by one process at a time, so that what another changed is kept.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Pins } from './certificate-trust.ts'
import type { ProfileSummary } from './connect-options.ts'
import { ProfileLock } from './profile-lock.ts'
import type { Identity } from './storage.ts'

interface ProfileFile {
  readonly addresses: readonly string[]
  /** Who was welcomed. */
  readonly identity?: Identity
  /** Who was not, yet. */
  readonly arriving?: Identity
  readonly pins: { readonly [address: string]: string }
}

const empty: ProfileFile = { addresses: [], pins: {} }
const fileName = 'profile.json'
const lockName = 'profile.lock'

/** `$XDG_CONFIG_HOME/starling/profiles/<name>`, or the same under `~/.config`. */
export function profileDirectory(name: string): string {
  if (!/^[A-Za-z0-9_.-]{1,64}$/.test(name) || name.startsWith('.')) {
    throw new Error(`"${name}" cannot name a profile; use letters, digits, "-", "_" and "."`)
  }
  const config = process.env.XDG_CONFIG_HOME || join(homedir(), '.config')
  return join(config, 'starling', 'profiles', name)
}

/**
 * What a profile holds, without its secret; undefined when there is none.
 * @example
 * const profile = readProfile('default')
 * if (profile?.addresses.length === 0) askForAddress()
 */
export function readProfile(
  name: string,
  directory = profileDirectory(name),
): ProfileSummary | undefined {
  const file = new Profile(directory).read()
  if (file === undefined) return undefined
  const { addresses, identity, pins } = file
  const isGuest = identity?.kind === 'guest'
  const summary = { name, directory, addresses, isGuest, pins }
  return identity === undefined ? summary : { ...summary, userName: identity.name }
}

export class Profile implements Pins {
  readonly directory: string

  constructor(directory: string) {
    this.directory = directory
  }

  /** @throws Error with the remedy when the file is damaged. */
  read(): ProfileFile | undefined {
    const path = join(this.directory, fileName)
    let text: string
    try {
      text = readFileSync(path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
    try {
      return { ...empty, ...(JSON.parse(text) as Partial<ProfileFile>) }
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      throw new Error(`${path} is damaged (${error.message}); remove it and log in again`)
    }
  }

  get(address: string): string | undefined {
    return this.read()?.pins[address]
  }

  set(address: string, fingerprint: string): void {
    this.#change((file) => ({ ...file, pins: { ...file.pins, [address]: fingerprint } }))
  }

  values(): Iterable<string> {
    return Object.values(this.read()?.pins ?? {})
  }

  /** For all addresses: the next certificates are asked about anew. */
  forgetPins(): void {
    if (this.read() !== undefined) this.#change((file) => ({ ...file, pins: {} }))
  }

  saveAddresses(addresses: readonly string[]): void {
    if (JSON.stringify(this.read()?.addresses) === JSON.stringify(addresses)) return
    this.#change((file) => ({ ...file, addresses }))
  }

  saveIdentity(identity: Identity): void {
    this.#change(({ arriving: _, ...file }) =>
      identity.isKnown ? { ...file, identity } : { ...file, arriving: identity },
    )
  }

  #change(change: (file: ProfileFile) => ProfileFile): void {
    mkdirSync(this.directory, { recursive: true, mode: 0o700 })
    ProfileLock.holding(join(this.directory, lockName), () => {
      const changed = change(this.read() ?? empty)
      const fresh = join(this.directory, `${fileName}.${process.pid}`)
      writeFileSync(fresh, `${JSON.stringify(changed, null, 2)}\n`, { mode: 0o600, flush: true })
      renameSync(fresh, join(this.directory, fileName))
    })
  }
}

/**
 * The names under which a vault keeps things. Of the person: their identity, what they may read and
 * whom they know; it outlives a device that was logged out and in again. Of the device: its own
 * keys, and its place in each group.
 *
 * Numbers are padded, so that names are in the order of the numbers. Ids hold no "/".
 */
import type { Me } from './vault-job.ts'

const digits = 12

export class VaultNames {
  readonly person: string
  readonly device: string

  constructor({ user, device }: Me) {
    this.person = `u/${user}/`
    this.device = `d/${device}/`
  }

  get identity(): string {
    return `${this.person}identity`
  }

  get verified(): string {
    return `${this.person}verified`
  }

  /** Archive rows that the servers have not said to keep. */
  unkept(row = ''): string {
    return `${this.person}unkept/${row}`
  }

  pin(user: string): string {
    return `${this.person}pin/${user}`
  }

  signers(user: string): string {
    return `${this.person}signers/${user}`
  }

  epochKeys(room: string): string {
    return `${this.person}epoch/${room}/`
  }

  epochKey(room: string, { gen, epoch }: { readonly gen: number; readonly epoch: number }): string {
    return `${this.epochKeys(room)}${padded(gen)}/${padded(epoch)}`
  }

  epochOf(key: string): { readonly gen: number; readonly epoch: number } {
    const [epoch, gen] = key.split('/').reverse()
    return { gen: Number(gen), epoch: Number(epoch) }
  }

  /** Devices that left the group, by the epoch in which they were there last. */
  gone(room: string, gen: number, epoch?: number): string {
    return `${this.person}gone/${room}/${padded(gen)}/${epoch === undefined ? '' : padded(epoch)}`
  }

  get keys(): string {
    return `${this.device}keys`
  }

  keyPackage(ref = ''): string {
    return `${this.device}package/${ref}`
  }

  status(room = ''): string {
    return `${this.device}status/${room}`
  }

  group(room: string): string {
    return `${this.device}group/${room}`
  }

  pending(room: string, id = ''): string {
    return `${this.device}pending/${room}/${id}`
  }
}

function padded(value: number): string {
  return String(value).padStart(digits, '0')
}

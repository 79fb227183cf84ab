/** Somebody in encrypted rooms, with their devices; those that they threw out too. */
import { join } from 'node:path'
import type { Credentials } from '@starling/client/api'
import { CircleDevice, type DeviceHears } from './device.ts'

const password = 'correct horse battery'

export interface PersonOptions {
  readonly name: string
  readonly addresses: readonly string[]
  /** A folder for each profile is made in it. */
  readonly folder: string
  readonly hears: DeviceHears
}

export class Person {
  readonly name: string
  /** All that ever were; the first is never thrown out. */
  readonly devices: CircleDevice[] = []
  recoveryKey = ''
  /** They are in the middle of something. */
  isBusy = false
  readonly #options: PersonOptions

  constructor(options: PersonOptions) {
    this.name = options.name
    this.#options = options
  }

  get first(): CircleDevice {
    return this.devices[0]!
  }

  get user(): string {
    return this.first.user
  }

  /** Without those that were thrown out. */
  get living(): readonly CircleDevice[] {
    return this.devices.filter(({ revokedAtMs }) => revokedAtMs === undefined)
  }

  isIn(room: string): boolean {
    return this.first.state.rooms[room] !== undefined
  }

  /** Until it knows who it is. */
  async arrive(): Promise<CircleDevice> {
    const { addresses, folder, hears } = this.#options
    const count = this.devices.length + 1
    const kind = count === 1 ? 'register' : 'login'
    const name = `${this.name}.${count}`
    const auth: Credentials = { kind, name: this.name, password, label: name }
    const directory = join(folder, name)
    const device = new CircleDevice({ name, addresses, directory, auth, hears })
    this.devices.push(device)
    await device.start()
    return device
  }
}

/** People with devices that encrypt, and what each device reads of a room. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Credentials, RoomSnapshot, StarlingClient } from '@starling/client/api'
import { connect } from '@starling/client/node'
import { until } from '../cluster/until.ts'

export const password = 'correct horse battery'

export interface DeviceOptions {
  readonly addresses: readonly string[]
  /** Where its profile is; two devices of a person have two. */
  readonly directory: string
  readonly auth?: Credentials
}

export class TestDevice {
  readonly client: StarlingClient
  readonly #options: DeviceOptions

  private constructor(client: StarlingClient, options: DeviceOptions) {
    this.client = client
    this.#options = options
  }

  static async open(options: DeviceOptions): Promise<TestDevice> {
    const { addresses, directory, auth } = options
    const client = await connect({ addresses, directory, ...(auth === undefined ? {} : { auth }) })
    const ready = await client.ready()
    assert.ok(ready.ok, JSON.stringify(ready))
    return new TestDevice(client, options)
  }

  /** As after a restart of the program. */
  async restarted(): Promise<TestDevice> {
    await this.client.close()
    const { addresses, directory } = this.#options
    return TestDevice.open({ addresses, directory })
  }

  /** Another program with the same profile. */
  beside(): Promise<TestDevice> {
    const { addresses, directory } = this.#options
    return TestDevice.open({ addresses, directory })
  }

  get user(): string {
    return this.client.snapshot().me!.user
  }

  async is(state: 'ready' | 'unlinked'): Promise<void> {
    const found = () => this.client.snapshot().privacy?.state
    await until(() => found() === state, { what: () => `${state}, not ${found()}` })
  }

  room(room: string): RoomSnapshot | undefined {
    return this.client.snapshot().rooms.find((one) => one.room === room)
  }

  async isIn(room: string): Promise<void> {
    const found = () => this.room(room)?.privacy
    await until(() => found()?.state === 'ready', {
      what: () => `the keys of the room: ${JSON.stringify(found())}`,
    })
  }

  reads(room: string): readonly string[] {
    return (this.room(room)?.timeline.lines ?? []).flatMap((line) => {
      if (line.kind !== 'message') return []
      return [line.unreadable === undefined ? line.text : `(${line.unreadable.code})`]
    })
  }

  async read(room: string, ...texts: readonly string[]): Promise<void> {
    await until(() => texts.every((text) => this.reads(room).includes(text)), {
      what: () => `${texts.join(', ')} in ${JSON.stringify(this.reads(room))}`,
    })
  }

  async say(room: string, text: string): Promise<number> {
    const sent = await this.client.post(room, text).settled
    assert.ok(sent.ok, JSON.stringify(sent))
    return sent.value.index
  }
}

/** Devices, each with a profile of its own in the folder, or `at` another. */
export function arrivals(addresses: readonly string[], folder: string) {
  const open: TestDevice[] = []
  let count = 0
  const arrive = async (name: string, kind: 'register' | 'login' = 'register', at?: string) => {
    count += 1
    const directory = at ?? join(folder, `${name}-${count}`)
    const auth = { kind, name, password, label: `${name} ${count}` }
    const device = await TestDevice.open({ addresses, directory, auth })
    open.push(device)
    return device
  }
  return { arrive, open }
}

export function value<T>(result: { ok: true; value: T } | { ok: false; say: string }): T {
  assert.ok(result.ok, JSON.stringify(result))
  return result.value
}

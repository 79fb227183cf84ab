/** Several people's devices with the stand-in cipher, around one little server. */
import assert from 'node:assert/strict'
import type { Auth } from '@starling/protocol/up'
import { type ClientOptions, nothingRestored, type RestoredState } from '../client-io.ts'
import { ClientScene, type SceneCipher, seededChance, tokenOf } from '../client-scene.test-suite.ts'
import { LittleServer } from '../little-server.test-suite.ts'
import { randomId } from '../random-id.ts'
import type { MessageLine } from '../snapshot.ts'
import type { CipherResult } from './cipher.ts'
import { StandInCipher } from './stand-in-cipher.ts'
import { emptyVault, type Vault } from './stand-in-vault.ts'

export interface DeviceGiven {
  /** Another device of the person who has this name. */
  readonly device?: string
  readonly restored?: RestoredState
  readonly vault?: Vault
  readonly hasCipher?: boolean
}

export class PrivateScene {
  readonly server = new LittleServer()
  readonly #devices: ClientScene[] = []
  readonly vaults = new Map<ClientScene, Vault>()
  /** So many of its next jobs fail, because the keys cannot be read. */
  readonly failing = new Map<ClientScene, number>()
  #ms = 1_000
  #seed = 1

  /** A device that comes in, and all that follows from it. */
  device(name: string, given: DeviceGiven = {}): ClientScene {
    this.#seed += 1
    const chance = seededChance(this.#seed * 7_919)
    const vault = given.vault ?? emptyVault(() => randomId(chance))
    const { device = name, hasCipher = true, restored = nothingRestored } = given
    const options: Partial<ClientOptions> = { auth: authOf(name, device), hasCipher, restored }
    const standIn = new StandInCipher(vault, chance)
    const cipher: SceneCipher = {
      work: (now, work) => {
        const failures = this.failing.get(scene) ?? 0
        this.failing.set(scene, Math.max(0, failures - 1))
        return failures > 0 ? unavailable : standIn.work(now, work)
      },
    }
    const scene: ClientScene = new ClientScene({
      ...{ server: this.server, name, seed: this.#seed, options, cipher },
    })
    scene.ms = this.#ms
    this.#devices.push(scene)
    this.vaults.set(scene, vault)
    scene.start()
    this.settle()
    return scene
  }

  /** It is gone, as if its power had failed. */
  off(scene: ClientScene): void {
    scene.cut()
    this.#devices.splice(this.#devices.indexOf(scene), 1)
  }

  settle(): this {
    for (let turn = 0; turn < 1_000; turn += 1) {
      const before = this.server.store.position
      for (const device of this.#devices) device.settle()
      if (this.server.store.position === before) {
        for (const device of this.#devices) device.settle()
        return this
      }
    }
    throw new Error('the devices talk without end')
  }

  wait(ms: number): this {
    for (let left = ms; left > 0; left -= 50) {
      this.#ms += 50
      for (const device of this.#devices) device.wait(50)
      this.settle()
    }
    return this
  }
}

const unavailable: CipherResult = {
  outcome: { kind: 'failed', code: 'vault-unavailable', say: 'The keys cannot be read now.' },
}

/** A person's first device registers, every other one logs in. */
function authOf(name: string, device: string): Auth {
  const kind = device === name ? ('register' as const) : ('login' as const)
  return { kind, name, password: 'a good password', token: tokenOf(device) }
}

/** Ada's encrypted room `r`, with bob in it. */
export function encryptedRoom(given: { readonly history?: 'all' } = {}) {
  const scene = new PrivateScene()
  const ada = scene.device('ada')
  const bob = scene.device('bob')
  const room = { kind: 'create', room: 'private', name: '', encrypted: true, ...given } as const
  ada.node.compose(ada.now, 'r', room)
  ada.node.compose(ada.now, 'r', { kind: 'title', title: 'The cabal' })
  scene.settle()
  invite(scene, ada, bob)
  return { scene, ada, bob }
}

export function invite(scene: PrivateScene, by: ClientScene, who: ClientScene): void {
  by.node.compose(by.now, 'r', { kind: 'invite', user: who.node.me!.user })
  scene.settle()
  who.node.compose(who.now, 'r', { kind: 'join' })
  scene.settle()
}

export function says(scene: PrivateScene, who: ClientScene, text: string): void {
  who.node.compose(who.now, 'r', { kind: 'post', text })
  scene.settle()
}

export function messages(who: ClientScene, room = 'r'): readonly MessageLine[] {
  return who.room(room).timeline.lines.flatMap((line) => (line.kind === 'message' ? [line] : []))
}

/** What was written stands nowhere in what the servers hold or a client sent. */
export function assertUnseen(scene: PrivateScene, secrets: readonly string[], room = 'r'): void {
  for (const device of scene.vaults.keys()) {
    const wire = JSON.stringify(device.sent)
    for (const secret of secrets) assert.equal(wire.includes(secret), false, secret)
  }
  const kept = JSON.stringify(scene.server.entries(room))
  for (const secret of secrets) assert.equal(kept.includes(secret), false, secret)
}

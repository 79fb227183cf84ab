/**
 * What the people of a simulation know: who is there, which rooms were made, how far each room has
 * come. Workloads draw from it; what they do may well be refused.
 */

import type { ClientProcess } from '../cluster/client-process.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Observation } from '../observation.ts'
import { fakeSha256, type Random } from '../random.ts'

const password = 'correct horse'

export class Scene {
  readonly cluster: Cluster
  readonly random: Random
  /** People make encrypted rooms, and do what belongs to that. */
  readonly areSecretsKept: boolean
  /** Rooms that somebody set out to make. */
  readonly rooms: string[] = []
  /** Client → the id of its person, once known. */
  readonly users = new Map<string, string>()
  readonly #heads = new Map<string, number>()
  #texts = 0
  #roomsTotal = 0
  readonly #onlineAgain = new Map<string, () => void>()
  readonly #acked = new Map<string, string[]>()
  /** User → the last recovery key that they wrote down. */
  readonly #recoveryKeys = new Map<string, string>()

  constructor(cluster: Cluster, random: Random, areSecretsKept = false) {
    this.areSecretsKept = areSecretsKept
    this.cluster = cluster
    this.random = random
    cluster.observe((seen) => this.#see(seen))
  }

  /** Somebody who was never here before and keeps no password. */
  addGuest(name: string): ClientProcess {
    return this.cluster.addClient({ name, auth: (token) => ({ kind: 'guest', name, token }) })
  }

  addRegistered(name: string): ClientProcess {
    const label = 'first'
    return this.cluster.addClient({
      name,
      auth: (token) => ({ kind: 'register', name, password, token, label }),
    })
  }

  /** A further device of somebody who registered. */
  addDevice(of: string, name: string): ClientProcess {
    return this.cluster.addClient({
      name,
      auth: (token) => ({ kind: 'login', name: of, password, token, label: name }),
    })
  }

  deviceOf(client: ClientProcess): string {
    return fakeSha256(client.token)
  }

  head(room: string): number {
    return this.#heads.get(room) ?? 0
  }

  newRoom(): string {
    const room = `r-${++this.#roomsTotal}`
    this.rooms.push(room)
    return room
  }

  /** Unique, so that a checker can tell one message from another by its text alone. */
  newText(isLong: boolean): string {
    const short = `m${(++this.#texts).toString(36)}`
    return isLong ? `${short}${' and so on'.repeat(this.random.between(1, 6))}` : short
  }

  /** Rooms in which something of the client's was acknowledged lately. */
  recentlyAcked(client: string): readonly string[] {
    return this.#acked.get(client) ?? []
  }

  /** Whatever is to be done each time when a client has come online. */
  whenOnline(client: string, act: () => void): void {
    this.#onlineAgain.set(client, act)
  }

  recoveryKeyOf(user: string): string | undefined {
    return this.#recoveryKeys.get(user)
  }

  #see(seen: Observation): void {
    if (seen.kind === 'granted') this.#noteRecoveryKey(seen)
    if (seen.kind !== 'event') return
    const { client, event } = seen
    if (event.kind === 'connection' && event.state.kind === 'online') {
      this.users.set(client, event.state.user)
      this.#onlineAgain.get(client)?.()
    } else if (event.kind === 'entry') {
      this.#heads.set(event.room, Math.max(this.head(event.room), event.entry.index))
    } else if (event.kind === 'acked') {
      const rooms = this.#acked.get(client) ?? []
      rooms.push(event.item.room)
      this.#acked.set(client, rooms.slice(-3))
    }
  }

  #noteRecoveryKey({ client, result }: Extract<Observation, { kind: 'granted' }>): void {
    const user = this.users.get(client)
    if (user === undefined || !result.ok || result.value.kind !== 'recovery') return
    this.#recoveryKeys.set(user, result.value.recoveryKey)
  }
}

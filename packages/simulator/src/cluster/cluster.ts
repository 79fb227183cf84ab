/**
 * The whole cluster in one world: front-ends, backends, clients, the networks between them, the
 * log. With `isStoreShared` the backends share one store, to which the log applies each record as
 * it lands, as the embedded engine does; else each applies what it follows to a store of its own.
 */
import type { BackendTuning, LoggedRecord } from '@starling/core/backend/backend-io'
import type { ClientTuning } from '@starling/core/client/client-io'
import type { BalancingPolicyName } from '@starling/core/frontend/balancing/policy'
import type { FrontendTuning } from '@starling/core/frontend/frontend-io'
import type { Rank } from '@starling/core/link/down'
import { Replica } from '@starling/core/room/apply'
import { MemoryStore } from '@starling/core/room/memory-store'
import type { Store } from '@starling/core/room/store'
import type { Limits } from '@starling/protocol/limits'
import type { Auth } from '@starling/protocol/up'
import { type LogConditions, SimulatedLog } from '../log/simulated-log.ts'
import { LossyNews } from '../network/lossy-news.ts'
import { Network } from '../network/network.ts'
import { type PathConditions, Paths } from '../network/path.ts'
import type { Observation } from '../observation.ts'
import type { Random } from '../random.ts'
import type { World } from '../world.ts'
import { BackendProcess, type LinkNetwork } from './backend-process.ts'
import type { CipherPace } from './client-cipher.ts'
import { ClientProcess } from './client-process.ts'
import { addressOf, type ClientNetwork, FrontendProcess } from './frontend-process.ts'
import type { Clock } from './process.ts'

export interface ClusterSetup {
  readonly frontends: number
  readonly primaries: number
  readonly secondaries: number
  readonly isStoreShared: boolean
  readonly policy: BalancingPolicyName
  readonly limits: Limits
  /** What the configuration of the first backend says otherwise. */
  readonly oddLimits: Partial<Limits>
  readonly frontendTuning: FrontendTuning
  readonly backendTuning: BackendTuning
  readonly clientTuning: ClientTuning
  readonly cipherPace: CipherPace
  readonly paths: PathConditions
  readonly log: LogConditions
  readonly areClocksSkewed: boolean
  readonly socketBytesMax: number
  readonly linkBytesMax: number
}

export interface Joining {
  readonly name: string
  readonly auth: (token: string) => Auth
}

export class Cluster {
  readonly world: World
  readonly setup: ClusterSetup
  readonly paths: Paths
  readonly links: LinkNetwork
  readonly clientNetwork: ClientNetwork
  readonly log: SimulatedLog
  readonly frontends: FrontendProcess[] = []
  readonly backends: BackendProcess[] = []
  readonly clients: ClientProcess[] = []
  readonly #random: Random
  readonly #sharedStore: MemoryStore | undefined
  readonly #news: LossyNews
  readonly #observers: ((seen: Observation) => void)[] = []

  constructor(world: World, setup: ClusterSetup, random: Random) {
    this.world = world
    this.setup = setup
    this.#random = random
    this.paths = new Paths(setup.paths, random.fork('paths'))
    this.links = new Network(world, this.paths, random.fork('links'))
    this.clientNetwork = new Network(world, this.paths, random.fork('clients'))
    this.#news = new LossyNews(world, this.paths, random.fork('news'))
    this.#sharedStore = setup.isStoreShared ? new MemoryStore() : undefined
    this.log = this.#makeLog()
    for (let i = 1; i <= setup.primaries; i++) this.#addBackend(`primary-${i}`, 'primary')
    for (let i = 1; i <= setup.secondaries; i++) this.#addBackend(`secondary-${i}`, 'secondary')
    for (let i = 1; i <= setup.frontends; i++) this.#addFrontend(`frontend-${i}`)
  }

  get hasSharedStore(): boolean {
    return this.#sharedStore !== undefined
  }

  observe(observer: (seen: Observation) => void): void {
    this.#observers.push(observer)
  }

  readonly report = (seen: Observation): void => {
    for (const observer of this.#observers) observer(seen)
  }

  start(): void {
    for (const backend of this.backends) backend.start()
    for (const frontend of this.frontends) frontend.start()
  }

  addClient({ name, auth }: Joining): ClientProcess {
    const random = this.#random.fork(name)
    const addresses = this.frontends.map((frontend) => addressOf(frontend.name))
    // Each prefers one of them, as if they had been given in another order.
    const first = random.below(addresses.length)
    const client = new ClientProcess(this.world, {
      name,
      auth,
      random,
      clock: this.#clock(random),
      tuning: this.setup.clientTuning,
      cipherPace: this.setup.cipherPace,
      network: this.clientNetwork,
      addresses: [...addresses.slice(first), ...addresses.slice(0, first)],
      observe: this.report,
    })
    this.clients.push(client)
    return client
  }

  backend(name: string): BackendProcess {
    return this.#find(this.backends, name)
  }

  frontend(name: string): FrontendProcess {
    return this.#find(this.frontends, name)
  }

  client(name: string): ClientProcess {
    return this.#find(this.clients, name)
  }

  /** A backend that is down comes back with an older state of its disk, or an empty one. */
  loseStore(backend: BackendProcess, records: number): void {
    if (this.#sharedStore !== undefined) return
    const store = new MemoryStore()
    const replica = this.replicaOf(store)
    for (const { position, record } of this.log.records.slice(0, records)) {
      if (position <= backend.store.position) replica.apply(position, record)
    }
    backend.store = store
  }

  replicaOf(store: Store): Replica {
    return new Replica({ store })
  }

  #find<T extends { readonly name: string }>(list: readonly T[], name: string): T {
    const found = list.find((item) => item.name === name)
    if (found === undefined) throw new Error(`there is no ${name}`)
    return found
  }

  #makeLog(): SimulatedLog {
    const store = this.#sharedStore
    const replica = store === undefined ? undefined : this.replicaOf(store)
    return new SimulatedLog(this.world, {
      random: this.#random.fork('log'),
      conditions: this.setup.log,
      onLanding: (position, record) => {
        const applied = replica?.apply(position, record)
        const logged: LoggedRecord = { position, record, ...(applied ? { applied } : {}) }
        this.report({ kind: 'landed', logged })
        return applied
      },
    })
  }

  #addBackend(name: string, rank: Rank): void {
    const random = this.#random.fork(name)
    const { limits, oddLimits } = this.setup
    this.backends.push(
      new BackendProcess(this.world, {
        name,
        rank,
        random,
        clock: this.#clock(random),
        limits: this.backends.length === 0 ? { ...limits, ...oddLimits } : limits,
        tuning: this.setup.backendTuning,
        network: this.links,
        log: this.log,
        store: this.#sharedStore ?? new MemoryStore(),
        observe: this.report,
        tellOthers: (claim) => {
          for (const other of this.backends) {
            const ends = { from: name, to: other.name }
            if (other.name !== name) this.#news.carry(ends, () => other.hear(claim))
          }
        },
        linkBytesMax: this.setup.linkBytesMax,
      }),
    )
  }

  #addFrontend(name: string): void {
    const { setup } = this
    const random = this.#random.fork(name)
    const others = Array.from({ length: setup.frontends }, (_, i) => `frontend-${i + 1}`)
    const names = [name, ...others.filter((other) => other !== name)]
    this.frontends.push(
      new FrontendProcess(this.world, {
        options: {
          name,
          addresses: names.map(addressOf),
          backends: this.backends.map((backend) => ({ name: backend.name, rank: backend.rank })),
          policy: setup.policy,
          longMessageCharacters: 7,
          limits: setup.limits,
          tuning: setup.frontendTuning,
        },
        random,
        clock: this.#clock(random),
        clients: this.clientNetwork,
        links: this.links,
        observe: this.report,
        socketBytesMax: setup.socketBytesMax,
      }),
    )
  }

  #clock(random: Random): Clock {
    if (!this.setup.areClocksSkewed) return { startMs: 0, rate: 1, wallOffsetMs: 0 }
    return {
      startMs: random.below(1e9),
      rate: random.fraction(0.95, 1.05),
      wallOffsetMs: random.between(-300_000, 300_000),
    }
  }
}

/**
 * `--engine nats`: three engine servers, four backends and the front-ends, each on a machine of its
 * own (namespaces where the system allows them). Faults hit any machine: `kill -9`, freezing,
 * planned ends, partitions in one direction or both, bad lines. Several may be in trouble at once,
 * but of the engine's servers one (two of three must live), and of backends and front-ends all but
 * one: then whatever stands still is ours to explain. A machine is in trouble until it is back in
 * service: a backend until the front-ends find it active, an engine server until all three have
 * taken something new.
 *
 * The disaster: all engine servers and all backends are killed at once while people write, and the
 * backends lose their disks. What is read afterwards stands on the engine's disks alone.
 */

import { copyFileSync, mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Machine } from '../cluster/machine.ts'
import { MachineCluster } from '../cluster/machine-cluster.ts'
import type { Service } from '../cluster/service.ts'
import { until } from '../cluster/until.ts'
import { chanceFrom, drawn, type Fault, leaderSuffix } from './faults.ts'
import {
  drawMachineFault,
  type MachineFault,
  type MachineRole,
  nameOfFault,
} from './machine-faults.ts'
import type { Disaster, Stage, StageOptions } from './stage.ts'

const readyMsMax = 60_000
/**
 * A leader that was cut off in one direction cannot catch up before the others' next snapshot,
 * which they make every two minutes or so (nats-server 2.15.1: "Expected first catchup entry to be
 * a snapshot").
 */
const engineReadyMsMax = 240_000
/** A lame duck sends its clients away one by one. */
const endMsMax = 60_000
const agreeMsMax = 20_000
/** Of the faults that hit the engine, how many hit the server that leads the stream. */
const leaderShare = 0.5
const roleWeights: Readonly<Record<MachineRole, number>> = { engine: 3, backend: 5, frontend: 1.5 }

export class ManyMachinesStage implements Stage {
  readonly about: string
  readonly disaster: Disaster = {
    what: 'all engine servers and backends killed at once, the backends without their disks',
    strike: () => this.#strike(),
  }
  readonly #cluster: MachineCluster
  readonly #options: StageOptions
  readonly #inTrouble = new Set<Service>()

  static async create(options: StageOptions): Promise<ManyMachinesStage> {
    const { frontends, policy, machines } = options
    const cluster = await MachineCluster.create({
      frontends,
      policy,
      ...(machines === undefined ? {} : { machines }),
    })
    return new ManyMachinesStage(cluster, options)
  }

  private constructor(cluster: MachineCluster, options: StageOptions) {
    this.#cluster = cluster
    this.#options = options
    this.about = `${cluster.services.length} machines, ${cluster.machines.about}`
  }

  get folder(): string {
    return this.#cluster.machines.folder
  }

  get addresses(): readonly string[] {
    return this.#cluster.addresses
  }

  start(): Promise<void> {
    return this.#cluster.start()
  }

  /** The first hits the engine's leader. */
  async storm(faults: Fault[], endMs: number): Promise<void> {
    const chance = chanceFrom(this.#options.seed)
    const troubles: Promise<void>[] = []
    const failed = Promise.withResolvers<never>()
    while (performance.now() < endMs) {
      const victim = await this.#pick(chance, troubles.length === 0)
      if (victim !== undefined) {
        const trouble = this.#hit(victim, faults)
        trouble.catch(failed.reject)
        troubles.push(trouble)
      }
      await Promise.race([pause(this.#options.faultEveryMs), failed.promise])
    }
    await Promise.race([Promise.all(troubles), failed.promise])
  }

  async troubles(): Promise<readonly string[]> {
    const deaths = this.#cluster.services.flatMap((service) => service.deaths)
    return [...deaths, ...(await this.#disagreements())]
  }

  output(): string {
    return this.#cluster.tails()
  }

  keepTraces(folder: string): void {
    mkdirSync(folder, { recursive: true })
    for (const { traceFile } of this.#cluster.services.filter(({ hasRun }) => hasRun)) {
      copyFileSync(traceFile, join(folder, basename(traceFile)))
    }
  }

  remove(): Promise<void> {
    return this.#cluster.remove()
  }

  async #pick(chance: () => number, isFirst: boolean): Promise<Victim | undefined> {
    const free = (['engine', 'backend', 'frontend'] as const)
      .map((role) => ({ role, weight: roleWeights[role], among: this.#free(role) }))
      .filter(({ among }) => among.length > 0)
    if (free.length === 0) return undefined
    const { role, among } = isFirst ? free[0]! : drawn(chance, free)
    const leader = role === 'engine' ? await this.#cluster.engine.leader() : undefined
    const isLeaderMeant = isFirst || chance() < leaderShare
    const ofLeader = isLeaderMeant ? among.find(({ name }) => name === leader) : undefined
    const service = ofLeader ?? among[Math.floor(chance() * among.length)]!
    const fault: MachineFault = isFirst
      ? { kind: 'kill', downMs: 0 }
      : drawMachineFault(chance, role, this.#cluster.machines)
    const who = service.name === leader ? leaderSuffix : role
    return { service, role, fault, what: `${nameOfFault(fault)} ${who}` }
  }

  /** Who may get into trouble. */
  #free(role: MachineRole): readonly Service[] {
    const all = this.#services(role)
    const free = all.filter((service) => !this.#inTrouble.has(service))
    const inTroubleMax = role === 'engine' ? 1 : all.length - 1
    return all.length - free.length < inTroubleMax ? free : []
  }

  #services(role: MachineRole): readonly Service[] {
    if (role === 'engine') return this.#cluster.engine.services
    return role === 'backend' ? this.#cluster.backends : this.#cluster.frontends
  }

  async #hit({ service, role, fault, what }: Victim, faults: Fault[]): Promise<void> {
    this.#inTrouble.add(service)
    const noted: Fault = { what, name: service.name, atMs: performance.now() }
    faults.push(noted)
    await this.#carryOut(service, fault)
    const overAtMs = performance.now()
    // People go on writing: only what came in after the fault shows that all three take it.
    const upTo = (await this.#cluster.engine.head()) + 1
    await until(() => this.#isBack(service, role, upTo), {
      what: () => `${service.name} back in service after ${what}`,
      ms: role === 'engine' ? engineReadyMsMax : readyMsMax,
    })
    noted.backAfterMs = performance.now() - overAtMs
    // Others take over from a backend or front-end; what its own return takes touches nobody.
    if (role === 'engine') noted.endedAtMs = performance.now()
    else noted.endedAtMs = 'forMs' in fault ? overAtMs : noted.atMs
    this.#inTrouble.delete(service)
  }

  /** Ready, and of a backend: active for every front-end that is not in trouble itself. */
  async #isBack(service: Service, role: MachineRole, upTo: number): Promise<boolean> {
    const { engine, frontends } = this.#cluster
    if (role === 'engine') return engine.areCurrent(upTo)
    if (!(await this.#cluster.isServiceReady(service))) return false
    if (role === 'frontend') return true
    const askers = frontends.filter((frontend) => !this.#inTrouble.has(frontend))
    const answers = askers.map((frontend) => this.#cluster.isActive(service, frontend))
    return (await Promise.all(answers)).every(Boolean)
  }

  /** Until it is over; not until the service is ready. */
  async #carryOut(service: Service, fault: MachineFault): Promise<void> {
    const { machine } = service
    switch (fault.kind) {
      case 'kill':
        await service.stop('SIGKILL')
        await pause(fault.downMs)
        service.start()
        return
      case 'restart': {
        const { pid } = service
        service.end(fault.signal)
        return until(() => service.pid !== undefined && service.pid !== pid, {
          what: () => `an end of ${service.name}, process ${pid}, after ${fault.signal}`,
          ms: endMsMax,
        })
      }
      case 'freeze':
        service.freeze()
        await pause(fault.forMs)
        service.thaw()
        return
      case 'cut':
        await machine.cut(fault.direction, this.#peers(fault.from))
        await pause(fault.forMs)
        return machine.heal()
      case 'bad line':
        await machine.worsen()
        await pause(fault.forMs)
        return machine.heal()
    }
  }

  #peers(from: 'all' | MachineRole): readonly Machine[] {
    const { machines } = this.#cluster
    if (from === 'all') return [...machines.all, machines.here]
    return this.#services(from).map(({ machine }) => machine)
  }

  async #strike(): Promise<void> {
    const { engine, backends } = this.#cluster
    const all = [...engine.services, ...backends]
    await Promise.all(all.map((service) => service.stop('SIGKILL')))
    for (const backend of backends) this.#cluster.forget(backend)
    for (const service of all) service.start()
    await until(async () => (await engine.areCurrent()) && (await this.#cluster.isReady()), {
      what: 'all ready after the disaster',
      ms: readyMsMax,
    })
  }

  /** The three copies of the stream hold the same numbers. */
  async #disagreements(): Promise<readonly string[]> {
    let states: readonly string[] = []
    const agree = async () => {
      const details = await this.#cluster.engine.details()
      states = details.map((detail) => `${detail?.state.first_seq} to ${detail?.state.last_seq}`)
      return states.every((state) => state === states[0])
    }
    try {
      await until(agree, { what: 'replicas of the stream that agree', ms: agreeMsMax })
      return []
    } catch (error) {
      return [`${(error as Error).message}: ${states.join(' ')}`]
    }
  }
}

interface Victim {
  readonly service: Service
  readonly role: MachineRole
  readonly fault: MachineFault
  readonly what: string
}

/**
 * One run: people talk while chance strikes (the storm); then all faults end. In some runs the log
 * is lost to all for a while then, and P9 is judged (outage-phase.ts). At last one backend stays
 * dead, frozen or unreachable for good; people talk on for a while, and when they fall silent
 * everything must come to rest (the calm). With no backend dead for good a missing failover would
 * never show: whoever died would soon be back to answer.
 */
import { BrokenPromise } from '../broken-promise.ts'
import type { Checker } from '../checkers/checker.ts'
import { allCheckers } from '../checkers/checkers.ts'
import { ClientsEqualChecker } from '../checkers/clients-equal.ts'
import { EverySendChecker } from '../checkers/every-send-settled.ts'
import { OutageChecker } from '../checkers/p9-outage.ts'
import { QuickChecker } from '../checkers/p9-quick.ts'
import { storesUp } from '../checkers/sends.ts'
import { SereneChecker } from '../checkers/serene.ts'
import type { BackendProcess } from '../cluster/backend-process.ts'
import { Cluster } from '../cluster/cluster.ts'
import type { Fault } from '../faults/fault.ts'
import { faults } from '../faults/faults.ts'
import type { Random } from '../random.ts'
import { lostDevice, lostDeviceOwner } from '../workloads/identity.ts'
import { letInForGood } from '../workloads/keeping-secrets.ts'
import { Scene } from '../workloads/scene.ts'
import { workloads } from '../workloads/workloads.ts'
import type { World } from '../world.ts'
import { drawSereneSetup, drawSetup } from './draw-setup.ts'
import { OutagePhase } from './outage-phase.ts'

/** How long the calm may last, in virtual time, before somebody is declared stuck. */
const calmMsMax = 40_000
/** From the end of the last fault to the loss of one backend for good. */
const healMs = 1_500
const talkInCalmMs = 2_500
/** Whoever has so many sends waiting says nothing more, or the calm would be spent on them. */
const openSendsMax = 80
/** Share of runs in which the log is lost to all backends after the storm. */
const outageShare = 0.3
/** Share of runs without any fault, and how long people talk in them. */
const sereneShare = 0.08
const sereneMs = 4_000
/** Share of runs in which people make encrypted rooms. */
const encryptedShare = 0.5
/** How often people look after their devices that are not linked. */
const helpMs = 2_000

export interface Counts {
  readonly faults: Map<string, number>
  readonly acts: Map<string, number>
  acked: number
  /** Boxes that ciphers opened. */
  opened: number
  refused: number
  records: number
  calmMs: number
}

export class Storm {
  readonly cluster: Cluster
  readonly counts: Counts
  readonly #world: World
  readonly #random: Random
  readonly #scene: Scene
  /** Nothing goes wrong in this run. */
  readonly #isSerene: boolean
  readonly #checkers: readonly Checker[]
  readonly #sends = new EverySendChecker()
  readonly #quick: QuickChecker
  readonly #outage: OutageChecker
  readonly #clients = new ClientsEqualChecker()
  readonly #ends = new Set<() => void>()
  #areTalking = true
  #helpAtMs = 0

  constructor(world: World, random: Random) {
    this.#world = world
    this.#random = random
    this.#isSerene = random.fork('kind').isHit(sereneShare)
    const draw = this.#isSerene ? drawSereneSetup : drawSetup
    this.cluster = new Cluster(world, draw(random.fork('setup')), random.fork('cluster'))
    this.counts = {
      faults: new Map(),
      acts: new Map(),
      acked: 0,
      opened: 0,
      refused: 0,
      records: 0,
      calmMs: 0,
    }
    this.#quick = new QuickChecker(this.cluster)
    this.#outage = new OutageChecker(this.cluster)
    const serene = this.#isSerene ? [new SereneChecker(this.cluster)] : []
    this.#checkers = [
      ...allCheckers(this.cluster),
      this.#sends,
      this.#clients,
      this.#quick,
      this.#outage,
      ...serene,
    ]
    this.cluster.observe((seen) => {
      for (const checker of this.#checkers) checker.see(seen)
      if (seen.kind === 'event' && seen.event.kind === 'acked') this.counts.acked++
      if (seen.kind === 'event' && seen.event.kind === 'refused') this.counts.refused++
      if (seen.kind === 'landed') this.counts.records++
      if (seen.kind === 'opened') this.counts.opened += seen.entries.length
    })
    const areSecretsKept = random.fork('secrets').isHit(encryptedShare)
    this.#scene = new Scene(this.cluster, random.fork('scene'), areSecretsKept)
  }

  run(): void {
    this.cluster.start()
    this.#peopleArrive()
    this.#world.runFor(200)
    if (this.#isSerene) this.#world.runFor(sereneMs)
    else this.#strike(this.#random.fork('storm'))
    this.#calm(this.#random.fork('calm'))
  }

  #peopleArrive(): void {
    const scene = this.#scene
    const random = this.#random.fork('people')
    scene.addRegistered(lostDeviceOwner)
    if (random.isHit(0.5)) {
      const lost = scene.addDevice(lostDeviceOwner, lostDevice)
      // Revoked at once, while copies of its own login may still be on their way.
      const isRevokedAtOnce = random.isHit(0.5)
      scene.whenOnline(lostDevice, () => {
        if (!isRevokedAtOnce) return
        const owner = this.cluster.client(lostDeviceOwner)
        owner.ask({ t: 'revoke', device: scene.deviceOf(lost) })
      })
    }
    if (random.isHit(0.5)) scene.addDevice(lostDeviceOwner, 'ann-2')
    for (const name of ['bob', 'cid', 'dot', 'eve'].slice(0, random.between(1, 4))) {
      scene.addGuest(name)
    }
    for (const client of this.cluster.clients) {
      this.#world.after(random.fraction(0, 300), () => client.start())
      this.#talk(client.name, random.fork(client.name))
    }
  }

  /** One person acts, waits a while, acts again. */
  #talk(name: string, random: Random): void {
    const table = workloads.map((workload) => [workload, workload.weight] as const)
    const paceMs = random.fraction(30, 400)
    const act = () => {
      if (!this.#areTalking) return
      const client = this.cluster.client(name)
      if (client.isUp && this.#sends.openSends(name) < openSendsMax) {
        const workload = random.weighted(table)
        count(this.counts.acts, workload.name)
        workload.act(client, this.#scene, random)
      }
      this.#world.after(random.fraction(1, paceMs * 2), act)
    }
    this.#world.after(random.fraction(0, 500), act)
  }

  #strike(random: Random): void {
    // Not every storm brings everything: some faults hide others.
    const drawn = faults.filter(() => random.isHit(0.5))
    const table = (drawn.length > 0 ? drawn : faults).map((fault) => [fault, fault.weight] as const)
    const endMs = this.#world.nowMs + random.fraction(2_000, 9_000)
    const paceMs = random.fraction(50, 1_200)
    while (this.#world.nowMs < endMs) {
      this.#world.runFor(random.fraction(0, paceMs * 2))
      this.#begin(random.weighted(table), random)
    }
    this.#world.runFor(random.fraction(0, 1_000))
  }

  #begin(fault: Fault, random: Random): void {
    const trouble = fault.begin(this.cluster, random)
    if (trouble === undefined) return
    count(this.counts.faults, fault.name)
    this.#world.trace.line('fault', () => `${fault.name} on ${trouble.on}`)
    this.cluster.report({ kind: 'fault', fault: fault.name, on: trouble.on })
    const end = () => {
      if (!this.#ends.delete(end)) return
      this.#world.trace.line('fault', () => `${fault.name} on ${trouble.on} is over`)
      trouble.end()
    }
    this.#ends.add(end)
    this.#world.after(random.fraction(...fault.lastsMs), end)
  }

  #calm(random: Random): void {
    for (const end of [...this.#ends]) end()
    for (const process of [...this.cluster.frontends, ...this.cluster.backends]) process.start()
    for (const client of this.cluster.clients) client.start()
    this.#world.trace.line('calm', () => 'begins')
    this.#world.runFor(healMs)
    if (!this.#isSerene) {
      if (random.fork('outage').isHit(outageShare)) this.#loseLog(random.fork('outage phase'))
      this.#loseOne(random)
    }
    const beganMs = this.#world.nowMs
    this.#world.runFor(talkInCalmMs)
    this.#areTalking = false
    while (!this.#isAtRest()) {
      if (this.#world.nowMs > beganMs + calmMsMax) this.#complain()
      this.#helpTheRefused()
      this.#helpTheUnlinked()
      this.#openAllRooms()
      this.#world.runFor(250)
    }
    this.counts.calmMs = this.#world.nowMs - beganMs
    for (const checker of this.#checkers) checker.atRest(this.cluster)
  }

  #loseLog(random: Random): void {
    count(this.counts.faults, 'outage phase')
    new OutagePhase(this.cluster, random, this.#outage).run()
  }

  /** One backend does not come back: dead, frozen, or cut off from all front-ends. */
  #loseOne(random: Random): void {
    const { backends, frontends, paths } = this.cluster
    // Primary 1 has the long messages; without it the order of the list is put to use.
    this.#quick.begin()
    const backend: BackendProcess = random.isHit(0.5) ? backends[0]! : random.pick(backends)
    const way = random.below(4)
    this.#world.trace.line('calm', () => `${backend.name} is lost for good (${way})`)
    if (way === 0) backend.kill(random.isHit(0.5))
    else if (way === 1) backend.freeze()
    else {
      for (const { name } of frontends) {
        if (way === 2 || random.isHit(0.5)) paths.between(name, backend.name).close()
        paths.between(backend.name, name).close()
      }
    }
  }

  #helpTheRefused(): void {
    for (const client of this.cluster.clients) {
      if (client.isRefused && client.name !== lostDevice) client.loginAgain()
    }
  }

  /** So often that a person has seen what came of it before. */
  #helpTheUnlinked(): void {
    if (this.#world.nowMs < this.#helpAtMs) return
    this.#helpAtMs = this.#world.nowMs + helpMs
    for (const client of this.cluster.clients) letInForGood(client, this.#scene)
  }

  /** Whoever opens a room sees its newest page. */
  #openAllRooms(): void {
    for (const client of this.cluster.clients) {
      client.act((now, node) => {
        for (const { room } of node.snapshot().rooms) {
          node.showNewest(now, room)
          node.openRoom(now, room)
        }
      })
    }
  }

  #isAtRest(): boolean {
    const { cluster } = this
    return (
      cluster.log.isQuiet &&
      this.#sends.isSettled(cluster) &&
      cluster.clients.every((client) => client.isOnline || this.#mayStayOut(client.name)) &&
      storesUp(cluster).every(({ store }) => store.position === cluster.log.head) &&
      this.#clients.difference(cluster) === undefined
    )
  }

  #mayStayOut(name: string): boolean {
    return name === lostDevice && this.cluster.client(name).isRefused
  }

  #complain(): never {
    for (const { name, node } of this.cluster.frontends) {
      for (const backend of node?.figures().backends ?? []) {
        const { status, why, inFlight } = backend
        this.#world.trace.line(name, () => `${backend.name}: ${status} ${why}, ${inFlight} there`)
      }
    }
    this.#sends.atRest(this.cluster)
    this.#clients.atRest(this.cluster)
    const out = this.cluster.clients.filter(
      (client) => !client.isOnline && !this.#mayStayOut(client.name),
    )
    if (out.length > 0) {
      throw new BrokenPromise('calm', `${out.map((one) => one.name).join(', ')} cannot come online`)
    }
    const late = storesUp(this.cluster).filter(
      ({ store }) => store.position !== this.cluster.log.head,
    )
    throw new BrokenPromise('calm', `${late.map((one) => one.name).join(', ')} lags for ever`)
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

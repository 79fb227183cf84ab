/**
 * A stretch of some runs in which all is well, but that no backend has the log for seconds, as when
 * the engine elects a leader or is down: with all backends alive, or with all but some dead. People
 * read, type, write and come back meanwhile, and P9 is judged at every moment.
 */
import { BrokenPromise } from '../broken-promise.ts'
import type { OutageChecker } from '../checkers/p9-outage.ts'
import type { ClientProcess } from '../cluster/client-process.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { beginOutage } from '../faults/outage.ts'
import type { Random } from '../random.ts'
import { lostDevice } from '../workloads/identity.ts'

/** From the death of some backends to the loss of the log. */
const settleMs = 1_500
const stepMs = 250
/** Who was here before comes in within so long, the log or not. */
const comesInMsMax = 6_000
/** Who came or went is told to the others within so long, besides the grace for who went. */
const presenceMsMax = 3_000

export class OutagePhase {
  readonly #cluster: Cluster
  readonly #random: Random
  readonly #checker: OutageChecker

  constructor(cluster: Cluster, random: Random, checker: OutageChecker) {
    this.#cluster = cluster
    this.#random = random
    this.#checker = checker
  }

  run(): void {
    const { world } = this.#cluster
    const random = this.#random
    const lengthMs = random.isHit(0.1)
      ? random.fraction(30_000, 60_000)
      : random.fraction(1_000, 14_000)
    const dead = random.isHit(0.5) ? this.#killSome() : []
    world.runFor(settleMs)
    world.trace.line('fault', () => `the log is lost to all for ${Math.round(lengthMs)} ms`)
    const end = beginOutage(this.#cluster, random)
    this.#checker.begin()
    const steps = Math.ceil(lengthMs / stepMs)
    const comeback = this.#drawComeback(steps)
    for (let step = 0; step < steps; step++) {
      this.#act(step)
      comeback?.step(step)
      world.runFor(stepMs)
      this.#checker.judge()
    }
    this.#checker.end()
    comeback?.end()
    world.trace.line('fault', () => 'the log is back')
    end()
    for (const backend of dead) backend.start()
    world.runFor(settleMs)
  }

  #killSome() {
    const { backends } = this.#cluster
    const survivor = this.#random.pick(backends)
    const dead = backends.filter((one) => one !== survivor && this.#random.isHit(0.5))
    for (const backend of dead) backend.kill(false)
    return dead
  }

  #act(step: number): void {
    for (const client of this.#cluster.clients) {
      const rooms = client.node?.snapshot().rooms ?? []
      const room = this.#random.pickMaybe(rooms)?.room
      if (!client.isOnline || room === undefined) continue
      if (this.#random.isHit(0.5)) client.ask({ t: 'history', room, limit: 5 })
      const typedIn = rooms[0]?.room
      if (typedIn === undefined) continue
      client.act((now, node) => node.setTyping(now, typedIn, step % 2 === 0))
    }
  }

  #drawComeback(steps: number): Comeback | undefined {
    const { clients } = this.#cluster
    const there = clients.filter((one) => one.isOnline && one.name !== lostDevice)
    const client = this.#random.pickMaybe(there)
    if (client === undefined || this.#random.isHit(0.3)) return undefined
    return new Comeback(this.#cluster, client, steps)
  }
}

/**
 * One client ends and comes back. Where the outage lasts long enough the others must have seen it
 * go, and must see it again.
 */
class Comeback {
  readonly #cluster: Cluster
  readonly #client: ClientProcess
  readonly #user: string
  readonly #rooms: readonly string[]
  /** Those who must see it go and come: not they themselves on another device. */
  readonly #others: readonly ClientProcess[]
  readonly #startAt: number
  readonly #isGoneSeen: boolean
  #isBack = false

  constructor(cluster: Cluster, client: ClientProcess, steps: number) {
    const user = client.node?.me?.user ?? ''
    const isAlone = cluster.clients.every((one) => one === client || one.node?.me?.user !== user)
    const { presenceGraceMs } = cluster.setup.backendTuning
    const goneSteps = Math.ceil((presenceGraceMs + presenceMsMax) / stepMs)
    this.#cluster = cluster
    this.#client = client
    this.#user = user
    this.#rooms = client.node?.snapshot().rooms.map(({ room }) => room) ?? []
    this.#others = isAlone ? cluster.clients.filter((one) => one !== client && one.isOnline) : []
    this.#isGoneSeen = goneSteps < steps
    this.#startAt = this.#isGoneSeen ? goneSteps : Math.min(4, steps - 1)
  }

  step(step: number): void {
    const sinceMs = (step - this.#startAt) * stepMs
    if (step === 0) this.#client.kill(false)
    if (sinceMs === 0) {
      if (this.#isGoneSeen) this.#mustBeSeen(false)
      this.#client.start()
    } else if (sinceMs > 0 && this.#client.isOnline) this.#isBack = true
    if (sinceMs === comesInMsMax && !this.#isBack) {
      throw new BrokenPromise('P9', `${this.#client.name} cannot come back without the log`)
    }
    if (sinceMs === comesInMsMax + presenceMsMax) this.#mustBeSeen(true)
  }

  end(): void {
    this.#client.start()
  }

  #mustBeSeen(isOnline: boolean): void {
    if (isOnline && !this.#client.isOnline) return
    for (const other of this.#others) {
      if (!other.isOnline) continue
      for (const room of other.node?.snapshot().rooms ?? []) {
        if (!this.#rooms.includes(room.room)) continue
        if (room.online.includes(this.#user) === isOnline) continue
        const what = isOnline ? 'does not see' : 'still sees'
        throw new BrokenPromise('P9', `${other.name} ${what} ${this.#client.name} in ${room.room}`)
      }
    }
    this.#cluster.world.trace.line('calm', () => `all see that ${this.#client.name} is ${isOnline}`)
  }
}

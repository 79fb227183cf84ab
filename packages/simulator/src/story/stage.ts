/**
 * Where a story is played: a cluster with even delays, all promises watched, and a narrator who
 * says in a line each what an operator or a person would notice.
 */
import { backendTuning } from '@starling/core/backend/backend-io'
import { clientTuning } from '@starling/core/client/client-io'
import { frontendTuning } from '@starling/core/frontend/frontend-io'
import { limits } from '@starling/protocol/limits'
import { BrokenPromise } from '../broken-promise.ts'
import type { Checker } from '../checkers/checker.ts'
import { allCheckers } from '../checkers/checkers.ts'
import { ClientsEqualChecker } from '../checkers/clients-equal.ts'
import { EverySendChecker } from '../checkers/every-send-settled.ts'
import { Cluster, type ClusterSetup } from '../cluster/cluster.ts'
import type { Process } from '../cluster/process.ts'
import type { Observation } from '../observation.ts'
import { Random } from '../random.ts'
import { Trace, type TraceReader } from '../trace.ts'
import { Scene } from '../workloads/scene.ts'
import { World } from '../world.ts'
import { narrate } from './narrator.ts'

export const storySetup: ClusterSetup = {
  frontends: 1,
  primaries: 2,
  secondaries: 2,
  isStoreShared: false,
  policy: 'size-and-clients',
  limits,
  oddLimits: {},
  frontendTuning: { ...frontendTuning, framesPerSecond: 10_000, framesBurst: 10_000 },
  // One record after the other, so that a story reads the same whatever production does.
  backendTuning: { ...backendTuning, appendsInFlightMax: 1 },
  clientTuning: { ...clientTuning, backoffMsMax: 1_000 },
  cipherPace: { workMsMax: 0, failShare: 0 },
  paths: { delayMs: 1, jitterMs: 0, lossShare: 0, resendMs: 0 },
  log: {
    landMs: [2, 2],
    ackMs: [1, 1],
    followMs: [1, 1],
    appendWaitMsMax: 5_000,
    lateLandingMsMax: 2_000,
  },
  areClocksSkewed: false,
  socketBytesMax: 65_536,
  linkBytesMax: 64 * 1024 * 1024,
}

/** A moment at which the story wants to strike. */
interface Cue {
  readonly isNow: (seen: Observation) => boolean
  readonly act: () => void
}

const settleMsMax = 60_000

export class Stage {
  readonly world: World
  readonly cluster: Cluster
  readonly scene: Scene
  readonly lines: string[] = []
  readonly #checkers: readonly Checker[]
  readonly #sends = new EverySendChecker()
  #cues: Cue[] = []

  constructor(setup: ClusterSetup, reader?: TraceReader) {
    const random = new Random(1)
    this.world = new World(new Trace(reader))
    this.cluster = new Cluster(this.world, setup, random)
    this.#checkers = [...allCheckers(this.cluster), this.#sends, new ClientsEqualChecker()]
    this.cluster.observe((seen) => {
      for (const checker of this.#checkers) checker.see(seen)
      const line = narrate(seen)
      if (line !== undefined) this.lines.push(line)
      const due = this.#cues.filter((cue) => cue.isNow(seen))
      this.#cues = this.#cues.filter((cue) => !due.includes(cue))
      for (const cue of due) cue.act()
    })
    this.scene = new Scene(this.cluster, random.fork('scene'))
    this.cluster.start()
    this.world.runFor(200)
  }

  say(line: string): void {
    this.lines.push(line)
  }

  when(isNow: (seen: Observation) => boolean, act: () => void): void {
    this.#cues.push({ isNow, act })
  }

  process(name: string): Process {
    const { frontends, backends, clients } = this.cluster
    const found = [...frontends, ...backends, ...clients].find((one) => one.name === name)
    if (found === undefined) throw new Error(`there is no '${name}' in this story`)
    return found
  }

  /** Until everything that was sent is answered, and a moment longer for the news to go round. */
  settle(): void {
    const endMs = this.world.nowMs + settleMsMax
    // What people have just done comes first.
    this.world.runFor(10)
    while (!this.#isSettled() && this.world.nowMs < endMs) this.world.runFor(10)
    if (!this.#isSettled()) this.say(`not settled after ${settleMsMax / 1000} s`)
    this.world.runFor(200)
  }

  /** The same, but it must not take longer (P9). */
  settleWithin(ms: number): void {
    const endMs = this.world.nowMs + ms
    this.world.runFor(10)
    while (!this.#isSettled() && this.world.nowMs < endMs) this.world.runFor(10)
    if (!this.#isSettled()) throw new BrokenPromise('P9', `not settled within ${ms} ms`)
  }

  /** Every checker judges what stands in the end. */
  judge(): void {
    for (const checker of this.#checkers) checker.atRest(this.cluster)
    this.say('all promises are kept')
  }

  #isSettled(): boolean {
    const areThere = this.cluster.clients.every(
      (client) => !client.isUp || client.isFrozen || client.isOnline || client.isRefused,
    )
    return areThere && this.#sends.isSettled(this.cluster)
  }
}

/** A fresh Starling on either engine, as the bench of sends needs it. */
import type { StageMark } from '@starling/server/telemetry/stage-marks'
import { Cluster } from '../cluster/cluster.ts'
import { MachineCluster } from '../cluster/machine-cluster.ts'

export const engines = ['sqlite', 'nats'] as const
export type Engine = (typeof engines)[number]

export interface BenchCluster {
  readonly address: string
  /** Of everything that serves, the engine's own processes too. */
  readonly pids: readonly number[]
  takeStageMarks(): Promise<readonly StageMark[]>
  remove(): Promise<void>
}

export function startCluster(engine: Engine, policy: string): Promise<BenchCluster> {
  return engine === 'nats' ? onThreeServers(policy) : onOneMachine(policy)
}

async function onOneMachine(policy: string): Promise<BenchCluster> {
  const cluster = await Cluster.create({ policy })
  const remove = () => cluster.remove()
  await startOr(remove, () => cluster.start())
  const places = [...cluster.frontends, ...cluster.backends]
  return {
    address: cluster.addresses[0]!,
    pids: cluster.processes().map(({ pid }) => pid),
    takeStageMarks: async () => {
      const all = await Promise.all(places.map(({ adminPort }) => marksAt(adminPort)))
      return all.flat()
    },
    remove,
  }
}

/** Three engine servers that sync each append, four backends with a store each, on loopback. */
async function onThreeServers(policy: string): Promise<BenchCluster> {
  const cluster = await MachineCluster.create({ policy, frontends: 1, machines: 'loopback' })
  const remove = () => cluster.remove()
  await startOr(remove, () => cluster.start())
  return {
    address: cluster.addresses[0]!,
    pids: cluster.services.map((service) => service.pid!),
    takeStageMarks: async () => [],
    remove,
  }
}

async function startOr(remove: () => Promise<void>, start: () => Promise<void>): Promise<void> {
  try {
    await start()
  } catch (error) {
    await remove()
    throw error
  }
}

async function marksAt(adminPort: number): Promise<readonly StageMark[]> {
  const answer = await fetch(`http://127.0.0.1:${adminPort}/stages`)
  return (await answer.json()) as readonly StageMark[]
}

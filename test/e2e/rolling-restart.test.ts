import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { MachineCluster } from '../cluster/machine-cluster.ts'
import type { Service } from '../cluster/service.ts'
import { until } from '../cluster/until.ts'
import { Crowd } from '../torture/crowd.ts'
import { isClean, Ledger } from '../torture/ledger.ts'
import { readRooms } from '../torture/read-rooms.ts'

/** Below what the engine needs to find that its leader is gone: a planned end hands over. */
const ackMsMax = 4_000
const acksBetween = 50

let cluster: MachineCluster
let crowd: Crowd
const ledger = new Ledger()

before(async () => {
  cluster = await MachineCluster.create()
  await cluster.start()
  const { addresses } = cluster
  crowd = await Crowd.gather({ addresses, clients: 6, rooms: 3, window: 1, ledger })
})

after(async () => {
  await crowd?.close()
  await cluster?.remove()
})

test('[P9] a restart of every process, one by one, under load: no send fails', async () => {
  crowd.start()
  for (const service of cluster.services) {
    const isServed = crowd.servedBy(addressOf(service))
    const movesBefore = crowd.moves.length
    await restart(service)
    await acknowledgedMore()
    const moved = [...new Set(crowd.moves.slice(movesBefore).map(({ name }) => name))]
    assert.deepEqual(moved.sort(), [...isServed].sort(), `who moved when ${service.name} ended`)
  }
  crowd.stop()
  await until(() => crowd.isAtRest, { what: () => crowd.unrest() })
  const truth = await readRooms(cluster.addresses, crowd.rooms)
  await until(() => crowd.hasSeen(truth), { what: 'every observer at the head' })
  const verdict = ledger.judge(truth)
  assert.ok(isClean(verdict), JSON.stringify(verdict))
  assert.equal(verdict.refused, 0)
  const times = ledger.sends.map(({ composedAtMs, ackedAtMs }) => ackedAtMs! - composedAtMs)
  assert.ok(Math.max(...times) < ackMsMax, `one ack took ${Math.max(...times)} ms`)
  assert.deepEqual(
    cluster.services.flatMap(({ deaths }) => deaths),
    [],
  )
})

async function restart(service: Service): Promise<void> {
  const { pid } = service
  service.end('SIGTERM')
  await until(() => service.pid !== undefined && service.pid !== pid, {
    what: () => `another process of ${service.tail()}`,
  })
  await until(() => cluster.isServiceReady(service), {
    what: () => `ready again: ${service.tail()}`,
    ms: 60_000,
  })
}

async function acknowledgedMore(): Promise<void> {
  const due = ledger.acknowledged + acksBetween
  await until(() => ledger.acknowledged >= due, { what: () => crowd.unrest() })
}

/** Nobody connects to the others. */
function addressOf(service: Service): string {
  const at = cluster.frontends.indexOf(service)
  return cluster.addresses[at] ?? 'not a front-end'
}

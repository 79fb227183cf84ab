import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { RoomSnapshot } from '@starling/client/api'
import { MachineCluster } from '../cluster/machine-cluster.ts'
import type { Service } from '../cluster/service.ts'
import { until } from '../cluster/until.ts'
import { Crowd } from '../torture/crowd.ts'
import { isClean, Ledger } from '../torture/ledger.ts'
import { readRooms } from '../torture/read-rooms.ts'
import { arrive, Conversation } from './conversation.ts'

/** Below what the engine needs to find that its leader is gone: a planned end hands over. */
const ackMsMax = 4_000
const acksBetween = 50

let cluster: MachineCluster

before(async () => {
  cluster = await MachineCluster.create()
  await cluster.start()
})

after(() => cluster?.remove())

test('[P1] [P9] while the engine has no leader people read, type and leave', async (context) => {
  const talk = await Conversation.begin(cluster.addresses)
  context.after(() => talk.end())
  const cleo = await arrive(cluster.addresses, 'cleo')
  context.after(() => cleo.close())
  assert.ok((await cleo.join(talk.room)).ok)
  await until(() => roomOf(talk).onlineCount === 3, { what: 'three people in the room' })
  await talk.exchange('before')

  const [survivor, ...killed] = cluster.engine.services
  await Promise.all(killed.map((service) => service.stop('SIGKILL')))
  let isAcked = false
  const { settled } = talk.bob.post(talk.room, 'sent while nobody leads')
  void settled.then(() => {
    isAcked = true
  })
  talk.bob.typing(talk.room, true)
  await until(() => roomOf(talk).typing.length === 1, { what: 'bob typing' })
  await cleo.close()
  await until(() => roomOf(talk).onlineCount === 2, { what: 'cleo gone' })
  const page = await talk.ada.history(talk.room)
  assert.ok(page.ok, JSON.stringify(page))
  assert.equal(isAcked, false, `acknowledged by ${survivor!.name} alone`)

  for (const service of killed) service.start()
  const sent = await settled
  assert.ok(sent.ok, JSON.stringify(sent))
  talk.acked.push(`${sent.value.index} sent while nobody leads`)
  await talk.exchange('after')
  await talk.checkHistory()
  await until(() => cluster.engine.areCurrent(), { what: 'a current stream', ms: 60_000 })
})

test('[P9] a restart of every process, one by one, under load: no send fails', async (context) => {
  const ledger = new Ledger()
  const crowd = await Crowd.gather({
    addresses: cluster.addresses,
    clients: 6,
    rooms: 3,
    window: 1,
    thinkMs: 20,
    ledger,
  })
  context.after(() => crowd.close())
  crowd.start()
  for (const service of cluster.services) {
    const isServed = crowd.servedBy(addressOf(service))
    const movesBefore = crowd.moves.length
    await restart(service)
    await acknowledgedMore(ledger, crowd)
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

function roomOf({ ada, room }: Conversation): RoomSnapshot {
  return ada.snapshot().rooms.find((one) => one.room === room)!
}

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

async function acknowledgedMore(ledger: Ledger, crowd: Crowd): Promise<void> {
  const due = ledger.acknowledged + acksBetween
  await until(() => ledger.acknowledged >= due, { what: () => crowd.unrest() })
}

/** Nobody connects to the others. */
function addressOf(service: Service): string {
  const at = cluster.frontends.indexOf(service)
  return cluster.addresses[at] ?? 'not a front-end'
}

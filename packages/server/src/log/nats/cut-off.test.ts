import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { AwakeClock } from './awake-clock.ts'
import type { Told } from './follow-process.test-fixture.ts'
import { NatsCluster } from './nats-cluster.test-fixture.ts'
import type { NatsSettings } from './nats-settings.ts'
import { natsTuning } from './nats-tuning.ts'
import type { PeerMessage } from './nats-view.ts'
import { openAccounts, openLog, Streams, settingsFor } from './open-logs.test-fixture.ts'
import { SwallowingProxy } from './swallowing-proxy.test-fixture.ts'
import { assertKept, Reader, recordOf, Writer } from './writer-and-reader.test-fixture.ts'

const toldMsMax = 1_100

let cluster: NatsCluster
const streams = new Streams()

before(async () => {
  // A reader that does not read is cut off soon.
  const lines = [...openAccounts, 'max_pending: 1MB', 'write_deadline: "1s"']
  cluster = await NatsCluster.start({ size: 1, lines })
})
after(() => cluster.close())

/** Ways to the server, each with an address of its own. */
async function ways(context: TestContext, count: number): Promise<readonly SwallowingProxy[]> {
  const made: SwallowingProxy[] = []
  for (let n = 0; n < count; n += 1) {
    const proxy = await SwallowingProxy.start(cluster.servers[0]!.ports.client)
    context.after(() => proxy.close())
    made.push(proxy)
  }
  return made
}

function settings(servers: readonly string[]): NatsSettings {
  // Several ways to one server look like several servers with one replica.
  return settingsFor(cluster, { stream: streams.next(), servers, isUnsafeAllowed: true })
}

test('[L2] an append whose acknowledgement was lost stands once', async (context) => {
  const [way] = await ways(context, 1)
  const log = await openLog(settings([way!.address]))
  context.after(() => log.close())
  await log.append(recordOf('before'))
  const direct = await openLog({ ...settings(cluster.addresses), stream: log.view().stream })
  context.after(() => direct.close())
  const elsewhere = new Reader(direct)
  way!.swallow('down')
  const lost = log.append(recordOf('lost'))
  await elsewhere.upTo(2)
  way!.swallow()
  assert.equal(await lost, 2)
  assert.equal(await log.append(recordOf('after')), 3)
  await elsewhere.upTo(3)
  assert.deepEqual(elsewhere.ids, ['before', 'lost', 'after'])
})

for (const directions of [['up', 'down'], ['up'], ['down']] as const) {
  const what = directions.join(' and ')
  test(`[L13] a path that swallows what goes ${what} is left`, async (context) => {
    const [way, other] = await ways(context, 2)
    const log = await openLog(settings([way!.address, other!.address]))
    context.after(() => log.close())
    const reader = new Reader(log)
    const writer = new Writer(log).start()
    await writer.more(50)
    other!.swallow(...directions)
    way!.swallow(...directions)
    const beganAtMs = reader.clock.ms
    await reader.reach(false)
    const toldMs = reader.reaches.at(-1)!.ms - beganAtMs
    assert.ok(toldMs < toldMsMax, `told after ${toldMs} ms: ${reader.why}`)
    // One way is good again; the other goes on swallowing, and delays nobody.
    other!.swallow()
    await reader.reach(true)
    await writer.more(50)
    await writer.stop()
    assert.deepEqual(writer.failed, [])
    await assertKept([writer], [reader])
  })
}

test('[P9] where one way ends the other is taken before anybody is told', async (context) => {
  const [way, other] = await ways(context, 2)
  const log = await openLog(settings([way!.address, other!.address]))
  context.after(() => log.close())
  const reader = new Reader(log)
  const writer = new Writer(log).start()
  await writer.more(50)
  for (const each of [way!, other!]) {
    each.cut()
    await writer.more(50)
  }
  await writer.stop()
  await assertKept([writer], [reader])
  assert.deepEqual(
    reader.reaches.map(({ canAppend, why }) => [canAppend, why]),
    [[true, '']],
  )
})

test('[L13] a process that was frozen is not cut off, and misses nothing', async (context) => {
  const wanted = settings(cluster.addresses)
  const log = await openLog(wanted)
  context.after(() => log.close())
  const child = fork(join(import.meta.dirname, 'follow-process.test-fixture.ts'), [
    JSON.stringify(wanted),
  ])
  context.after(() => child.kill('SIGKILL'))
  await until(child, ({ reaches }) => reaches.includes('in reach'))
  child.kill('SIGSTOP')
  const writer = new Writer(log, 'w', 'x'.repeat(40_000)).start()
  // Until more is on its way than fits: the server cuts the connection.
  while (!/Slow Consumer/.test(cluster.servers[0]!.trace())) await writer.more(50)
  await writer.stop()
  child.kill('SIGCONT')
  const last = Math.max(...writer.acked.values())
  const told = await until(child, ({ position }) => position === last)
  assert.equal(told.isDense, true)
  assert.deepEqual(
    told.reaches.filter((reach) => !/^(in reach|catching up)/.test(reach)),
    [],
  )
})

function until(child: ChildProcess, holds: (told: Told) => boolean): Promise<Told> {
  return new Promise((resolve, reject) => {
    let last: Told | undefined
    const timer = setTimeout(() => reject(new Error(`in vain: ${JSON.stringify(last)}`)), 60_000)
    const hear = (told: Told) => {
      last = told
      if (!holds(told)) return
      clearTimeout(timer)
      child.off('message', hear)
      resolve(told)
    }
    child.on('message', hear)
  })
}

test('time in which this process did not run hardly counts', () => {
  const clock = new AwakeClock(1_000)
  for (const ms of [1_100, 1_200, 61_200, 61_100, 61_300]) clock.tick(ms)
  assert.equal(clock.ms, 100 + 100 + natsTuning.awakeStepMsMax + 0 + 200)
})

test('backends talk to each other past the log', async (context) => {
  const wanted = settings(cluster.addresses)
  const one = await openLog(wanted)
  const two = await openLog(wanted, { name: 'primary-2' })
  context.after(() => Promise.all([one.close(), two.close()]))
  const heard: PeerMessage[] = []
  const first = Promise.withResolvers<void>()
  one.onPeers((message) => heard.push(message))
  const stop = two.onPeers((message) => {
    heard.push(message)
    first.resolve()
  })
  const claim = { kind: 'claim', from: 'primary-1', position: 7, digest: 'd' }
  const repeat = setInterval(() => one.tellPeers(claim), 20)
  await first.promise
  clearInterval(repeat)
  stop()
  assert.deepEqual(heard[0], claim)
  assert.equal(heard.filter(({ from }) => from !== 'primary-1').length, 0)
})

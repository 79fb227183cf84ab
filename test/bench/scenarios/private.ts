/**
 * What encryption costs. Sends: the same people write into a private room that is encrypted and
 * into one that is not. Arrivals: how long it takes somebody who was invited, and a new device of
 * somebody who is in, until they read, with 10 and with 100 devices there. All devices of a case
 * are in one process, which has a processor less than they would have: each opens what any writes.
 */
import { randomBytes } from 'node:crypto'
import type { Result, StarlingClient } from '@starling/client/api'
import { openMemoryStorage } from '@starling/client/memory-storage'
import { connect } from '@starling/client/node'
import { Cluster } from '../../cluster/cluster.ts'
import { until } from '../../cluster/until.ts'
import { spreadOf } from '../../torture/latencies.ts'
import { processorMsOf } from '../processor-time.ts'
import type { Case, Effort, Figures, Scenario } from '../scenario.ts'

const writers = 8
const window = 4
const warmUpMs = 1_000
const settleMsMax = 300_000
const password = 'correct horse battery'

export const privateScenario: Scenario = {
  name: 'private',
  title: 'Private rooms: what encryption costs',
  columns: [
    { key: 'acksPerSecond', head: 'acks/s', digits: 0 },
    { key: 'p50', head: 'p50 ms', digits: 1 },
    { key: 'p99', head: 'p99 ms', digits: 1 },
    { key: 'clientMsPerAck', head: 'CPU ms of all clients per ack', digits: 2 },
    { key: 'serverMsPerAck', head: 'server CPU ms per ack', digits: 2 },
    { key: 'joinMs', head: 'invited to first message read, ms', digits: 0 },
    { key: 'linkMs', head: 'linked to history read, ms', digits: 0 },
    { key: 'restoreMs', head: 'recovery key to history read, ms', digits: 0 },
  ],
  cases: (effort) => [
    sendsCase('plain', false, effort),
    sendsCase('sealed', true, effort),
    ...[10, 100].map((devices) => arrivalsCase(devices, effort)),
  ],
}

function sendsCase(how: string, encrypted: boolean, effort: Effort): Case {
  const people = Math.min(writers, effort.clientsMax ?? writers)
  return {
    label: `${people} people, ${window} in flight each, ${how}`,
    measure: () => onCluster((place) => measureSends(place, { people, encrypted, ...effort })),
  }
}

function arrivalsCase(wanted: number, { clientsMax = wanted }: Effort): Case {
  const devices = Math.min(wanted, clientsMax)
  return {
    label: `${devices} devices in the room`,
    measure: () => onCluster((place) => measureArrivals(place, devices)),
  }
}

class Place {
  readonly cluster: Cluster
  readonly #clients: StarlingClient[] = []

  constructor(cluster: Cluster) {
    this.cluster = cluster
  }

  /** In memory, ready to encrypt, or to be linked. */
  async arrive(name: string, kind: 'register' | 'login' = 'register'): Promise<StarlingClient> {
    const { addresses } = this.cluster
    const auth = { kind, name, password }
    const client = await connect({ addresses, auth, storage: openMemoryStorage() })
    this.#clients.push(client)
    valueIn(await client.ready())
    const wanted = kind === 'register' ? 'ready' : 'unlinked'
    await until(() => client.snapshot().privacy?.state === wanted, {
      what: () => `${name} ${wanted}: ${JSON.stringify(client.snapshot().privacy)}`,
      ms: settleMsMax,
    })
    return client
  }

  async end(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()))
    await this.cluster.remove()
  }
}

async function onCluster(measure: (place: Place) => Promise<Figures>): Promise<Figures> {
  const place = new Place(await Cluster.create())
  try {
    await place.cluster.start()
    return await measure(place)
  } finally {
    await place.end()
  }
}

/** The first of them owns it. */
async function gather(
  place: Place,
  { people, encrypted }: { readonly people: number; readonly encrypted: boolean },
): Promise<{ readonly room: string; readonly members: readonly StarlingClient[] }> {
  const names = Array.from({ length: people }, (_, at) => `person-${at}`)
  const members = await Promise.all(names.map((name) => place.arrive(name)))
  const owner = members[0]!
  const room = valueIn(await owner.createRoom({ title: 'private', kind: 'private', encrypted }))
  const others = members.slice(1)
  await Promise.all(others.map((one) => owner.invite(room, { user: userOf(one) })))
  await Promise.all(others.map((one) => one.join(room)))
  await Promise.all(members.map((one) => isReadyIn(one, room)))
  return { room, members }
}

async function measureSends(
  place: Place,
  load: { readonly people: number; readonly encrypted: boolean; readonly seconds: number },
): Promise<Figures> {
  const { room, members } = await gather(place, load)
  const pids = place.cluster.processes().map(({ pid }) => pid)
  let isOver = false
  let durations: number[] = []
  const write = async (client: StarlingClient): Promise<void> => {
    while (!isOver) {
      const since = performance.now()
      valueIn(await client.post(room, randomBytes(20).toString('hex')).settled)
      durations.push(performance.now() - since)
    }
  }
  const writing = members.flatMap((one) => Array.from({ length: window }, () => write(one)))
  await new Promise((resolve) => setTimeout(resolve, warmUpMs))
  durations = []
  const [usedMs, used, since] = [processorMsOf(pids), process.cpuUsage(), performance.now()]
  await new Promise((resolve) => setTimeout(resolve, load.seconds * 1_000))
  const [acks, ms] = [durations, performance.now() - since]
  const own = process.cpuUsage(used)
  const serverMs = processorMsOf(pids) - usedMs
  isOver = true
  await Promise.all(writing)
  const { p50, p99 } = spreadOf(acks)
  return {
    acksPerSecond: (acks.length / ms) * 1_000,
    ...{ p50, p99 },
    clientMsPerAck: (own.user + own.system) / 1_000 / acks.length,
    serverMsPerAck: serverMs / acks.length,
  }
}

async function measureArrivals(place: Place, devices: number): Promise<Figures> {
  const { room, members } = await gather(place, { people: devices, encrypted: true })
  const [owner, other] = [members[0]!, members[1]!]
  valueIn(await other.post(room, 'before').settled)
  const newcomer = await place.arrive('newcomer')
  let since = performance.now()
  valueIn(await owner.invite(room, { user: userOf(newcomer) }))
  valueIn(await newcomer.join(room))
  // What is said before the newcomer has keys is not for them.
  await isReadyIn(newcomer, room)
  const said = owner.post(room, 'welcome').settled
  await hasRead(newcomer, room, 'welcome')
  const joinMs = performance.now() - since
  valueIn(await said)
  const linked = await place.arrive('person-1', 'login')
  since = performance.now()
  valueIn(await other.privacy.link(linked.snapshot().privacy?.linkCode ?? ''))
  linked.open(room)
  await hasRead(linked, room, 'before')
  const linkMs = performance.now() - since
  const key = valueIn(await other.privacy.recoveryKey())
  const restored = await place.arrive('person-1', 'login')
  since = performance.now()
  valueIn(await restored.privacy.restore(key))
  restored.open(room)
  await hasRead(restored, room, 'before')
  return { joinMs, linkMs, restoreMs: performance.now() - since }
}

function isReadyIn(client: StarlingClient, room: string): Promise<void> {
  const found = () => client.snapshot().rooms.find((one) => one.room === room)
  return until(
    () => ['ready', undefined].includes(found()?.privacy?.state) && found() !== undefined,
    {
      what: () => `keys: ${JSON.stringify(found()?.privacy)}`,
      ms: settleMsMax,
    },
  )
}

function hasRead(client: StarlingClient, room: string, text: string): Promise<void> {
  const lines = () => {
    return client.snapshot().rooms.find((one) => one.room === room)?.timeline.lines ?? []
  }
  return until(() => lines().some((line) => line.kind === 'message' && line.text === text), {
    what: () => `${text} in ${lines().length} lines`,
    ms: settleMsMax,
    everyMs: 1,
  })
}

function userOf(client: StarlingClient): string {
  return client.snapshot().me!.user
}

function valueIn<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.code}: ${result.say}`)
  return result.value
}

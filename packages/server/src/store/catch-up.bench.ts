/**
 * How quickly a store of its own catches up with a log:
 *     node packages/server/src/store/catch-up.bench.ts [posts] [posts a record] [records a batch]
 * With 0 records a batch each record has a transaction of its own.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LoggedOperation, LogRecord } from '@starling/core/log/record'
import { Replica } from '@starling/core/room/apply'
import { trailAfter } from '@starling/core/room/record-digest'
import type { Operation } from '@starling/protocol/operation'
import { openSqliteStore } from './sqlite-store.ts'

const rooms = 20
const people = 50
const words = 'a few words that people use when they talk to each other about this and that'.split(
  ' ',
)

const [posts = 200_000, postsPerRecord = 1, recordsPerBatch = 1_000] = process.argv
  .slice(2)
  .map(Number)
const numbers = new Map<string, number>()

function send(n: number, op: Operation): LoggedOperation {
  const room = `room-${n % rooms}`
  const by = `person-${Math.floor(n / rooms) % people}`
  const outbox = `outbox-of-${by}`
  const number = (numbers.get(room + outbox) ?? 0) + 1
  numbers.set(room + outbox, number)
  return { kind: 'room', room, by, outbox, number, op }
}

function arrivals(): LogRecord {
  const guests = Array.from({ length: people }, (_, n): LoggedOperation => {
    const user = `person-${n}`
    return { kind: 'guest', user, name: user, device: `device-${n}` }
  })
  const joins = Array.from({ length: rooms * people }, (_, n) => {
    const create = { kind: 'create', room: 'public', name: `Room ${n}` } as const
    return send(n, n < rooms ? create : { kind: 'join' })
  })
  return { id: 'arrivals', at: 1, ops: [...guests, ...joins] }
}

function recordOf(at: number): LogRecord {
  const ops = Array.from({ length: postsPerRecord }, (_, i) => {
    const n = at * postsPerRecord + i
    const said = Array.from({ length: 4 + (n % 12) }, (_, w) => words[(n * (w + 3)) % words.length])
    return send(n, { kind: 'post', text: `${said.join(' ')} ${n}` })
  })
  return { id: `primary-1.incarnation.${at}`, at: 1_700_000_000_000 + at, ops }
}

const directory = mkdtempSync(join(tmpdir(), 'starling-catch-up-'))
const { store, close } = openSqliteStore(join(directory, 'store.db'))
const replica = new Replica({ store })
replica.apply(1, arrivals())
const records = Array.from({ length: posts / postsPerRecord }, (_, at) => recordOf(at))
const begunMs = performance.now()
const cpuBegun = process.cpuUsage()
const step = Math.max(1, recordsPerBatch)
const applied = []
for (let from = 0; from < records.length; from += step) {
  const some = records.slice(from, from + step)
  const apply = () => some.map((record, i) => replica.apply(from + i + 2, record))
  applied.push(...(recordsPerBatch === 0 ? apply() : store.batch(apply)))
}
const ms = performance.now() - begunMs
const cpu = process.cpuUsage(cpuBegun)
const cpuPerPost = (cpu.user + cpu.system) / posts
const refused = applied.flatMap(({ outcomes }) => outcomes).filter(({ ok }) => !ok)
if (refused.length > 0) throw new Error(`${refused.length} posts were refused`)
console.log(
  `${posts} posts, ${postsPerRecord} a record, ${recordsPerBatch} records a batch: ` +
    `${Math.round((1_000 * posts) / ms)} posts/s, ${cpuPerPost.toFixed(1)} µs of processor a post`,
)

let trail = store.trail
const digestBegun = process.cpuUsage()
applied.forEach((did, at) => {
  trail = trailAfter(trail, { ...did, recordId: records[at]!.id })
})
const digestCpu = process.cpuUsage(digestBegun)
const share = digestCpu.user / posts / cpuPerPost
console.log(
  `the digest: ${(digestCpu.user / posts).toFixed(2)} µs a post, ${(100 * share).toFixed(1)} %`,
)
close()
rmSync(directory, { recursive: true })

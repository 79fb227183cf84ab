/**
 * What the embedded engine costs: node packages/server/src/engine/sqlite-engine.bench.ts [posts]
 * Appends of one post and of many, the wake of another process, search, opening, rebuilding.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LogRecord } from '@starling/core/log/record'
import { Replica } from '@starling/core/room/apply'
import type { Store } from '@starling/core/room/store'
import { type Applier, openSqliteEngine, type SqliteEngine } from './sqlite-engine.ts'

const rooms = 20
const people = 50
const words = 'a few words that people use when they talk to each other about this and that'.split(
  ' ',
)

function makeReplica(store: Store): Replica {
  return new Replica({ store })
}

/** Records of posts, everybody in turn. */
class Posts {
  #n = 0
  readonly #last = new Map<string, number>()

  next(count: number): LogRecord {
    const ops = Array.from({ length: count }, () => this.#post())
    return { id: `posts-${this.#n}`, at: Date.now(), ops }
  }

  #post(): LogRecord['ops'][number] {
    this.#n += 1
    const by = `u${this.#n % people}`
    const room = `room-${this.#n % rooms}`
    const outbox = `o-${by}`
    const number = (this.#last.get(room + outbox) ?? 1) + 1
    this.#last.set(room + outbox, number)
    const said = Array.from({ length: 10 }, (_, at) => words[(this.#n * (at + 3)) % words.length])
    const text = `${said.join(' ')} ${(this.#n * 7919) % 10_007}`
    return { kind: 'room', room, by, outbox, number, op: { kind: 'post', text } }
  }
}

function everybodyEverywhere(): LogRecord {
  const ops: LogRecord['ops'][number][] = []
  for (let n = 0; n < people; n += 1) {
    ops.push({ kind: 'guest', user: `u${n}`, name: `person-${n}`, device: `d${n}` })
  }
  for (let r = 0; r < rooms; r += 1) {
    for (let n = 0; n < people; n += 1) {
      const create = { kind: 'create', room: 'public', name: `room ${r}` } as const
      const op = n === 0 ? create : ({ kind: 'join' } as const)
      const by = { by: `u${n}`, outbox: `o-u${n}`, number: 1 }
      ops.push({ kind: 'room', room: `room-${r}`, ...by, op })
    }
  }
  return { id: 'everybody', at: 1, ops }
}

function say(what: string, unit: string, values: number[]): void {
  values.sort((a, b) => a - b)
  const at = (part: number) => (values[Math.floor((values.length - 1) * part)] ?? 0).toFixed(2)
  console.log(`${what}: p50 ${at(0.5)}, p99 ${at(0.99)}, worst ${at(1)} ${unit}`)
}

async function timed(work: () => unknown): Promise<number> {
  const startedMs = performance.now()
  await work()
  return performance.now() - startedMs
}

async function append<R extends Applier>(engine: SqliteEngine<R>, posts: Posts, total: number) {
  for (const perRecord of [1, 10, 100, 500]) {
    const times: number[] = []
    const records = Math.max(20, Math.round(total / 4 / perRecord / (perRecord < 10 ? 4 : 1)))
    for (let n = 0; n < records; n += 1) {
      const record = posts.next(perRecord)
      times.push(await timed(() => engine.log.append(record)))
    }
    const allMs = times.reduce((sum, ms) => sum + ms, 0)
    const postsPerSecond = Math.round((1000 * perRecord * records) / allMs)
    say(
      `${perRecord} posts a record: ${postsPerSecond} posts/s, ` +
        `${((1000 * allMs) / perRecord / records).toFixed(1)} µs a post; append`,
      'ms',
      times,
    )
  }
}

/** From the append's begin until the follower of another process has the record. */
async function wake<R extends Applier>(engine: SqliteEngine<R>, directory: string, posts: Posts) {
  const script = join(import.meta.dirname, '../log/sqlite/log-process.test-fixture.ts')
  const child = fork(script, [directory, 'other'])
  const head = await engine.log.head()
  let seen = 0
  let tell = () => {}
  child.on('message', (told: { kind: string; records?: [number, string][] }) => {
    seen = told.records?.at(-1)?.[0] ?? seen
    tell()
  })
  const until = (position: number) =>
    new Promise<void>((resolve) => {
      tell = () => {
        if (seen >= position) resolve()
      }
      tell()
    })
  await until(head)
  const times: number[] = []
  for (let n = 0; n < 300; n += 1) {
    const record = posts.next(1)
    times.push(await timed(async () => until(await engine.log.append(record))))
  }
  say('append until another process has it (with a message back)', 'ms', times)
  child.kill('SIGKILL')
  await once(child, 'exit')
}

async function search<R extends Applier>({ store }: SqliteEngine<R>) {
  for (const text of ['people', 'people talk th', 't', '7919', 'nothing-like-it']) {
    const times: number[] = []
    for (let n = 0; n < 50; n += 1) {
      const names = [`room-${n % rooms}`]
      times.push(await timed(() => store.search({ text, rooms: names, limit: 50 })))
    }
    say(`search "${text}" in one room`, 'ms', times)
  }
}

const total = Number(process.argv[2] ?? 20_000)
const directory = mkdtempSync(join(tmpdir(), 'starling-bench-'))
const options = { directory, name: 'bench', makeReplica }
const posts = new Posts()
const engine = await openSqliteEngine(options)
await engine.log.append(everybodyEverywhere())
await append(engine, posts, total)
await wake(engine, directory, posts)
await search(engine)
await engine.close()
const mib = (statSync(join(directory, 'starling.db')).size / 1024 / 1024).toFixed(1)
const openMs = await timed(async () => (await openSqliteEngine(options)).close())
console.log(`opening ${mib} MiB: ${openMs.toFixed(0)} ms`)
const rebuild = { ...options, isStoreToBeRebuilt: true }
const rebuildMs = await timed(async () => (await openSqliteEngine(rebuild)).close())
console.log(`rebuilding the store: ${rebuildMs.toFixed(0)} ms`)
rmSync(directory, { recursive: true })

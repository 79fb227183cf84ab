import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { LoggedOperation } from '@starling/core/log/record'
import { Replica } from '@starling/core/room/apply'
import { openSqliteEngine } from '@starling/server/engine/sqlite-engine'
import { NatsCluster } from '@starling/server/log/nats/nats-cluster.test-fixture'
import { NatsLog } from '@starling/server/log/nats/nats-log'
import { openAccounts, settingsFor } from '@starling/server/log/nats/open-logs.test-fixture'
import { runStarling } from '../run-starling.ts'

let cluster: NatsCluster
const folder = mkdtempSync(join(tmpdir(), 'starling-many-'))

before(async () => {
  cluster = await NatsCluster.start({ size: 1, lines: openAccounts })
})
after(async () => {
  await cluster.close()
  rmSync(folder, { recursive: true })
})

/** A configuration with a stream and a data folder of its own. */
function configured(name: string, stream: string, engine: 'sqlite' | 'nats' = 'nats'): string {
  const path = join(folder, `${name}.toml`)
  const lines = [
    `data = "${join(folder, name)}"`,
    `engine = "${engine}"`,
    '[nats]',
    `servers = ${JSON.stringify(cluster.addresses)}`,
    `stream = "${stream}"`,
    'systemUser = "system"',
    'systemPassword = "system"',
    'replicas = 1',
    'bytesMax = 67108864',
  ]
  writeFileSync(path, lines.join('\n'))
  return path
}

async function starling(...words: string[]): Promise<readonly [number, string]> {
  const said: string[] = []
  const say = (text: string) => void said.push(text)
  const code = await runStarling(words, {
    ...{ environment: {}, workingFolder: folder, out: say, note: say },
    printed: async () => {},
  })
  return [code, said.join('\n')]
}

async function fill(name: string, people: number): Promise<void> {
  mkdirSync(join(folder, name), { recursive: true })
  const engine = await openSqliteEngine({
    ...{ directory: join(folder, name), name: 'filler' },
    makeReplica: (store) => new Replica({ store }),
  })
  for (let at = 0; at < people; at += 1) {
    const user = `u${at}`
    const op: LoggedOperation = { kind: 'guest', user, name: user, device: `d${at}` }
    await engine.log.append({ id: `r${at}`, at: 1, ops: [op] })
  }
  await engine.close()
}

async function idsOf(stream: string): Promise<readonly (string | undefined)[]> {
  const settings = settingsFor(cluster, { stream, replicas: 1 })
  const log = await NatsLog.open(settings, { name: 'looker', onNotice: () => undefined })
  const head = await log.head()
  const records = await Promise.all(Array.from({ length: head }, (_, at) => log.recordAt(at + 1)))
  await log.close()
  return records.map((record) => record?.id)
}

test('[P1] "migrate" says how it goes, and what to do next', async () => {
  await fill('tea', 3)
  const config = configured('tea', 'TEA', 'sqlite')
  const [code, said] = await starling(
    'migrate',
    '--from',
    'sqlite',
    '--to',
    'nats',
    '--config',
    config,
  )
  assert.equal(code, 0, said)
  assert.match(said, /Equal on both engines: 3 records, 3 operations, 0 rooms/)
  assert.match(said, /engine = "nats"/)
  assert.deepEqual(await idsOf('TEA'), ['r0', 'r1', 'r2'])
})

test('[P8] "migrate" refuses what it cannot do, with a remedy', async () => {
  const config = configured('none', 'NONE')
  const cases: readonly [readonly string[], RegExp][] = [
    [['--from', 'nats', '--to', 'nats'], /say which way/],
    [['--from', 'sqlite', '--to', 'nats'], /There is no .*starling\.db/],
  ]
  for (const [words, expected] of cases) {
    const [code, said] = await starling('migrate', ...words, '--config', config)
    assert.notEqual(code, 0)
    assert.match(said, expected)
  }
})

test('[P1] a backup of the engine nats is one file, and goes into an empty stream', async () => {
  await fill('milk', 5)
  const config = configured('milk', 'MILK', 'nats')
  await starling('migrate', '--from', 'sqlite', '--to', 'nats', '--config', config)
  const [code, said] = await starling('backup', 'milk.db', '--config', config)
  assert.equal(code, 0, said)
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('milk.db')),
    ['milk.db'],
  )
  const other = configured('milk-again', 'MILK2')
  const [restored, told] = await starling('restore', 'milk.db', '--config', other)
  assert.equal(restored, 0, told)
  assert.deepEqual(await idsOf('MILK2'), await idsOf('MILK'))
  assert.deepEqual(
    readdirSync(join(folder, 'milk-again')).filter((name) => name.includes('restore')),
    [],
  )
})

test('[P1] a store of another stream is set aside when a backup goes into a new one', async () => {
  await fill('soda', 3)
  await fill('cola', 2)
  const [soda, cola] = [configured('soda', 'SODA', 'sqlite'), configured('cola', 'COLA', 'sqlite')]
  for (const config of [soda, cola]) {
    const [code, said] = await starling(
      ...['migrate', '--from', 'sqlite', '--to', 'nats', '--config', config],
    )
    assert.equal(code, 0, said)
  }
  await starling('backup', 'soda.db', '--config', configured('soda', 'SODA', 'nats'))
  const again = configured('cola', 'SODA2', 'nats')
  const [code, said] = await starling('restore', 'soda.db', '--config', again)
  assert.equal(code, 0, said)
  const kept = readdirSync(join(folder, 'cola', 'primary-1'))
  assert.equal(kept.filter((name) => name.startsWith('store.db.set-aside-')).length, 1)
  assert.equal(kept.includes('store.db'), false)
})

test('[P1] a backup comes back to the embedded engine, and replaces nothing', async () => {
  await fill('cocoa', 2)
  const config = configured('cocoa', 'COCOA', 'sqlite')
  assert.equal((await starling('backup', 'cocoa.db', '--config', config))[0], 0)
  const [code, said] = await starling('restore', 'cocoa.db', '--config', config)
  assert.equal(code, 1)
  assert.match(said, /is there already/)
  const empty = configured('cocoa-again', 'COCOA', 'sqlite')
  const [restored, told] = await starling('restore', 'cocoa.db', '--config', empty)
  assert.equal(restored, 0, told)
  await fill('cocoa-again', 2)
})

test('[P8] what is no backup is not restored', async () => {
  writeFileSync(join(folder, 'song.db'), 'la la la')
  const config = configured('song', 'SONG', 'sqlite')
  const [code, said] = await starling('restore', 'song.db', '--config', config)
  assert.equal(code, 1)
  assert.match(said, /name a whole backup/)
})

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { LittleFrontend } from './little-frontend.test-suite.ts'
import { Profile, readProfile } from './profile.ts'
import { openSqliteStorage } from './sqlite-storage.ts'
import { item, storageContract, stored } from './storage-contract.test-suite.ts'

function temporary(): string {
  return mkdtempSync(join(tmpdir(), 'starling-profile-'))
}

async function withDirectory(act: (directory: string) => Promise<void>): Promise<void> {
  const directory = temporary()
  try {
    await act(directory)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const processes: ChildProcess[] = []

/** One that a failed test left would keep this process. */
after(() => {
  for (const child of processes) child.kill('SIGKILL')
})

/** Settles when the other process has stored its message. */
async function otherProcess(directory: string, outbox: string): Promise<ChildProcess> {
  const fixture = new URL('./profile-process.test-fixture.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [fixture, directory, outbox], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  processes.push(child)
  await once(child.stdout!, 'data')
  return child
}

storageContract('sqlite', () => {
  const directory = temporary()
  return {
    open: () => openSqliteStorage(directory),
    dispose: () => rmSync(directory, { recursive: true }),
  }
})

test('[P1] a stored message survives the kill of its process and is adopted once by another', () =>
  withDirectory(async (directory) => {
    const killed = await otherProcess(directory, 'theirs')
    const mine = openSqliteStorage(directory)
    assert.deepEqual((await mine.open()).state.items, [])
    assert.deepEqual(await mine.adoptOrphans(), [])
    killed.kill('SIGKILL')
    await once(killed, 'exit')
    assert.deepEqual(await mine.adoptOrphans(), [item('theirs', 1)])
    assert.deepEqual(await mine.adoptOrphans(), [])
    await mine.close()
    // The first file is free again; what was adopted is in the second until it is acknowledged.
    const later = openSqliteStorage(directory)
    const { items, outboxes } = (await later.open()).state
    assert.deepEqual([items, outboxes], [[], []])
    assert.deepEqual(await later.adoptOrphans(), [item('theirs', 1)])
    await later.close()
  }))

test('processes that use one profile at once hold a file each and never write the same', () =>
  withDirectory(async (directory) => {
    const others = await Promise.all(['a', 'b'].map((outbox) => otherProcess(directory, outbox)))
    const mine = openSqliteStorage(directory)
    await mine.write([stored(item('mine', 1))])
    const files = readdirSync(directory).filter((name) => name.endsWith('.sqlite'))
    assert.equal(files.length, 3)
    for (const other of others) {
      other.kill('SIGKILL')
      await once(other, 'exit')
    }
    const adopted = await mine.adoptOrphans()
    assert.deepEqual(adopted.map(({ outbox }) => outbox).sort(), ['a', 'b'])
    await mine.close()
  }))

test('processes that open a profile in the same moment leave no file to each other', () =>
  withDirectory(async (directory) => {
    const fixture = new URL('./openings-process.test-fixture.ts', import.meta.url).pathname
    const [rounds, everyMs] = [20, 60]
    const when = [`${Date.now() + 2_000}`, `${rounds}`, `${everyMs}`]
    const both = [1, 2].map(() => {
      const child = spawn(process.execPath, [fixture, directory, ...when], {
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      processes.push(child)
      return child
    })
    await Promise.all(both.map(({ stdout }) => once(stdout, 'data')))
    const counts = readdirSync(directory).map((profile) => {
      const names = readdirSync(join(directory, profile))
      return names.filter((name) => name.endsWith('.sqlite')).length
    })
    assert.deepEqual(counts, Array(rounds).fill(2))
    const exits = both.map((child) => once(child, 'exit'))
    for (const { stdin } of both) stdin.end()
    await Promise.all(exits)
  }))

test('whoever opens a new profile at once waits for the identity of the first', () =>
  withDirectory(async (directory) => {
    const [first, second] = [openSqliteStorage(directory), openSqliteStorage(directory)]
    assert.equal((await first.open()).identity, undefined)
    const later = second.open()
    const made = { token: 'one', kind: 'guest', name: 'ada', isKnown: false } as const
    await first.saveIdentity(made)
    assert.deepEqual((await later).arriving, made)
    await Promise.all([first.close(), second.close()])
  }))

test('processes that start at once with one new profile come in as one person', () =>
  withDirectory(async (directory) => {
    const frontend = await LittleFrontend.listen()
    const program = new URL('./arrival-process.test-fixture.ts', import.meta.url).pathname
    const programs = Array.from({ length: 4 }, () =>
      spawn(process.execPath, [program, frontend.address, directory], {
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    )
    const exits = programs.map((program) => once(program, 'exit'))
    await Promise.all(programs.map(({ stdout }) => once(stdout, 'data')))
    for (const { stdin } of programs) stdin.write('go\n')
    const told = await Promise.all(programs.map(({ stdout }) => once(stdout, 'data')))
    assert.equal(new Set(told.map(String)).size, 1, told.join())
    assert.match(String(told[0]), /^u-?\S+ [\w-]{43}\n$/)
    await Promise.all(exits)
    await frontend.crash()
  }))

test('what another account left unsent is adopted as refused, never sent in this name', () =>
  withDirectory(async (directory) => {
    const [first, second] = [openSqliteStorage(directory), openSqliteStorage(directory)]
    const me = (user: string) => ({
      kind: 'store-me' as const,
      me: { user, name: user, isGuest: true, device: 'd' },
      rooms: [],
    })
    first.write([me('ada'), stored(item('o', 1))])
    await first.close()
    assert.deepEqual(await second.adoptOrphans(), [])
    second.write([me('bob')])
    const [adopted] = await second.adoptOrphans()
    assert.equal(adopted?.refused?.code, 'not-allowed')
    await second.close()
  }))

test('files of a profile are for its user alone', () =>
  withDirectory(async (parent) => {
    const directory = join(parent, 'ada')
    const storage = openSqliteStorage(directory)
    await storage.saveIdentity({ token: 'secret', kind: 'guest', name: 'ada', isKnown: true })
    const mode = (name: string) => (statSync(join(directory, name)).mode & 0o777).toString(8)
    assert.equal(mode('.'), '700')
    assert.equal(mode('profile.json'), '600')
    assert.equal(mode('outbox-1.sqlite'), '600')
    await storage.close()
  }))

test('a damaged file is one clear error with the remedy', () =>
  withDirectory(async (directory) => {
    writeFileSync(join(directory, 'outbox-1.sqlite'), 'this is no database'.repeat(100))
    assert.throws(() => openSqliteStorage(directory), /outbox-1\.sqlite cannot be read .* move it/)
    writeFileSync(join(directory, 'profile.json'), '{ "addresses": [')
    assert.throws(() => readProfile('x', directory), /profile\.json is damaged .* remove it/)
  }))

test('a profile tells where one comes in and as whom, but not the secret', () =>
  withDirectory(async (directory) => {
    assert.equal(readProfile('none', join(directory, 'none')), undefined)
    const profile = new Profile(directory)
    profile.saveAddresses(['wss://chat.example.org:4600'])
    profile.saveIdentity({ token: 'secret', kind: 'account', name: 'Ada', isKnown: true })
    profile.set('wss://chat.example.org:4600', 'AB:CD')
    const summary = readProfile('work', directory)
    assert.deepEqual(summary, {
      name: 'work',
      directory,
      addresses: ['wss://chat.example.org:4600'],
      isGuest: false,
      pins: { 'wss://chat.example.org:4600': 'AB:CD' },
      userName: 'Ada',
    })
    assert.throws(() => readProfile('../etc'), /cannot name a profile/)
  }))

import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { LittleFrontend } from './little-frontend.test-suite.ts'

const run = promisify(execFile)
const folder = new URL('./examples/', import.meta.url).pathname

function example(name: string, ...given: readonly string[]) {
  return run(process.execPath, [join(folder, name), ...given], { timeout: 60_000 })
}

/** A front-end with #general, in which bob said two things. */
async function general(): Promise<{ frontend: LittleFrontend; says: (text: string) => void }> {
  const frontend = await LittleFrontend.listen()
  const { server } = frontend
  const bob = server.guest('bob')
  server.act(bob, 'lobby', { kind: 'create', room: 'public', name: 'general' })
  const says = (text: string) => {
    server.act(bob, 'lobby', { kind: 'post', text })
    frontend.flush()
  }
  says('one')
  says('two')
  return { frontend, says }
}

function posts(frontend: LittleFrontend): readonly string[] {
  return frontend.server
    .entries('lobby')
    .flatMap((entry) => (entry.kind === 'post' ? [entry.text] : []))
}

/** Whether the program wanted anything of encrypted rooms. */
function hasAskedForKeys({ heard }: LittleFrontend): boolean {
  return heard.some(({ t }) => t === 'keys' || t === 'publish')
}

test('the examples in the README are the files that run here', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const blocks = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code)
  for (const name of readdirSync(folder)) {
    const code = readFileSync(join(folder, name), 'utf8')
    assert.ok(blocks.includes(code), `${name} is not in the README as it is`)
  }
  assert.equal(blocks.length, readdirSync(folder).length)
})

test('example: say hello', async () => {
  const { frontend } = await general()
  const { stdout } = await example('say-hello.ts', frontend.address)
  assert.equal(stdout, 'stands at 5\n')
  assert.deepEqual(posts(frontend), ['one', 'two', 'hello'])
  await frontend.crash()
  assert.equal(hasAskedForKeys(frontend), false)
})

test('example: an echo bot', async () => {
  const { frontend, says } = await general()
  const bot = spawn(process.execPath, [join(folder, 'echo-bot.ts'), frontend.address])
  try {
    await new Promise((resolve) => bot.stdout.once('data', resolve))
    says('three')
    await until(() => posts(frontend).includes('THREE'))
    assert.deepEqual(posts(frontend), ['one', 'two', 'three', 'THREE'])
  } finally {
    bot.kill()
    await frontend.crash()
  }
  assert.equal(hasAskedForKeys(frontend), false)
})

test('example: draw the rooms', async () => {
  const { frontend } = await general()
  const { stdout } = await example('draw-rooms.ts', frontend.address)
  assert.match(stdout, /#general \(0 unread\)\n {2}… what is new\? \((pending|sent)\)/)
  assert.match(stdout, / {2}<ada> what is new\?\n/)
  await frontend.crash()
})

test('example: write offline, and send with a later process', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'starling-example-'))
  const { frontend } = await general()
  // Somebody who was there before, so that the room takes their message.
  await example('write-offline.ts', frontend.address, directory)
  const { store } = frontend.server
  const ada = store.accountByName('ada')!.user
  frontend.server.act(ada, 'lobby', { kind: 'join' })
  const nobody = 'ws://127.0.0.1:1'
  const first = await example('write-offline.ts', nobody, directory, 'later')
  const second = await example('write-offline.ts', nobody, directory, 'and later still')
  assert.equal(first.stdout + second.stdout, 'number 1 waits\nnumber 2 waits\n')
  await example('write-offline.ts', frontend.address, directory)
  assert.deepEqual(posts(frontend), ['one', 'two', 'later', 'and later still'])
  await frontend.crash()
  rmSync(directory, { recursive: true })
})

test('example: read a room back to its beginning', async () => {
  const { frontend } = await general()
  const { stdout } = await example('read-back.ts', frontend.address)
  assert.equal(stdout, '4 join\n3 post\n2 post\n1 create\n')
  await frontend.crash()
  assert.equal(hasAskedForKeys(frontend), false)
})

async function until(isSo: () => boolean): Promise<void> {
  const giveUpMs = performance.now() + 30_000
  while (!isSo()) {
    assert.ok(performance.now() < giveUpMs, 'it did not come about in time')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

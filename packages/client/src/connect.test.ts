import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import type { ConnectionState, StarlingClient } from './api.ts'
import { LittleFrontend } from './little-frontend.test-suite.ts'
import { openMemoryStorage } from './memory-storage.ts'
import { connect } from './node.ts'

/** Long enough for a starved machine. */
const limitMs = 30_000

/** Settles with the first snapshot that fits. */
async function until(client: StarlingClient, fits: () => boolean, what: string): Promise<void> {
  if (fits()) return
  let stop = () => {}
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`not within ${limitMs} ms: ${what}`)), limitMs)
      stop = client.subscribe(() => {
        if (fits()) resolve()
      })
    })
  } finally {
    clearTimeout(timer)
    stop()
  }
}

async function guest(frontend: LittleFrontend, name: string): Promise<StarlingClient> {
  const client = await connect({
    addresses: [frontend.address],
    auth: { kind: 'guest', name },
  })
  const ready = await client.ready()
  assert.ok(ready.ok, JSON.stringify(ready))
  return client
}

function texts(client: StarlingClient, room: string): readonly string[] {
  const found = client.snapshot().rooms.find((snapshot) => snapshot.room === room)
  return (found?.timeline.lines ?? []).flatMap((line) =>
    line.kind === 'message' ? [line.text] : [],
  )
}

test('two people talk: a room is made, found by its title, and both see what is said', async () => {
  const frontend = await LittleFrontend.listen()
  const [ada, bob] = [await guest(frontend, 'ada'), await guest(frontend, 'bob')]
  const room = await ada.createRoom({ title: 'General', topic: 'all things' })
  assert.ok(room.ok)
  const joined = await bob.join('#general')
  assert.deepEqual(joined, room)
  const sent = await bob.post(room.value, 'hello').settled
  assert.ok(sent.ok)
  await until(ada, () => texts(ada, room.value).includes('hello'), 'hello at ada')
  const reply = await ada.post(room.value, 'welcome', { replyTo: sent.value.index }).settled
  assert.ok(reply.ok)
  await until(bob, () => texts(bob, room.value).length === 2, 'two messages at bob')
  const line = bob.snapshot().rooms[0]?.timeline.lines.at(-1)
  assert.deepEqual(line?.kind === 'message' && line.replyTo, {
    index: sent.value.index,
    name: 'bob',
    text: 'hello',
  })
  await Promise.all([ada.close(), bob.close()])
  await frontend.crash()
})

test('the snapshot is the same object until something changes, and so are its parts', async () => {
  const frontend = await LittleFrontend.listen()
  const ada = await guest(frontend, 'ada')
  const one = await ada.createRoom({ title: 'one' })
  const two = await ada.createRoom({ title: 'two' })
  assert.ok(one.ok && two.ok)
  await ada.post(one.value, 'first').settled
  await until(ada, () => texts(ada, one.value).length === 1, 'first')
  const before = ada.snapshot()
  assert.equal(ada.snapshot(), before)
  await ada.post(one.value, 'second').settled
  await until(ada, () => texts(ada, one.value).length === 2, 'second')
  const after = ada.snapshot()
  assert.notEqual(after, before)
  assert.equal(after.rooms[1], before.rooms[1])
  assert.equal(after.rooms[0]?.timeline.lines[1], before.rooms[0]?.timeline.lines[1])
  await ada.close()
  await frontend.crash()
})

test('[P9] when its front-end is killed a client goes on elsewhere', async () => {
  const first = await LittleFrontend.listen()
  const second = await LittleFrontend.listen({ server: first.server })
  const ada = await connect({
    addresses: [first.address, second.address],
    auth: { kind: 'guest', name: 'ada' },
  })
  await ada.ready()
  const room = await ada.createRoom({ title: 'general' })
  assert.ok(room.ok)
  await ada.post(room.value, 'before').settled
  await first.crash()
  const sent = await ada.post(room.value, 'after').settled
  assert.ok(sent.ok)
  await until(ada, () => texts(ada, room.value).length === 2, 'both messages')
  assert.deepEqual(texts(ada, room.value), ['before', 'after'])
  assert.equal(second.connections, 1)
  await ada.close()
  await second.crash()
})

test('a front-end that hangs with its socket open is left', async () => {
  const first = await LittleFrontend.listen()
  const second = await LittleFrontend.listen({ server: first.server })
  const ada = await connect({
    addresses: [first.address, second.address],
    auth: { kind: 'guest', name: 'ada' },
    tuning: { probeAfterMs: 200, probeMsMax: 200 },
  })
  await ada.ready()
  const room = await ada.createRoom({ title: 'general' })
  assert.ok(room.ok)
  first.isDeaf = true
  const sent = await ada.post(room.value, 'anybody?').settled
  assert.ok(sent.ok)
  await ada.close()
  await Promise.all([first.crash(), second.crash()])
})

test('a refusal is a value with a sentence, never an exception', async () => {
  const frontend = await LittleFrontend.listen()
  const ada = await guest(frontend, 'ada')
  const taken = await connect({
    addresses: [frontend.address],
    auth: { kind: 'guest', name: 'Ada' },
  })
  const ready = await taken.ready()
  assert.ok(!ready.ok && ready.code === 'name-taken')
  assert.equal(taken.snapshot().connection.kind, 'refused')
  await taken.login({ kind: 'guest', name: 'eve' })
  await until(taken, () => taken.snapshot().connection.kind === 'online', 'eve is online')
  const nowhere = await ada.join('#nowhere')
  assert.ok(!nowhere.ok && nowhere.code === 'unknown-room')
  const nobody = await ada.openDirect('nobody')
  assert.ok(!nobody.ok && nobody.code === 'unknown-user')
  const long = ada.post('r', 'x'.repeat(20_000))
  assert.equal(long.item.refused?.code, 'message-too-large')
  const settled = await long.settled
  assert.ok(!settled.ok && settled.code === 'message-too-large')
  await Promise.all([ada.close(), taken.close()])
  await frontend.crash()
})

test('a storage given to a later client goes on where the earlier one ended', async () => {
  const frontend = await LittleFrontend.listen()
  const storage = openMemoryStorage()
  const auth = { kind: 'guest', name: 'ada' } as const
  const first = await connect({ addresses: [frontend.address], auth, storage })
  await first.ready()
  const room = await first.createRoom({ title: 'general' })
  assert.ok(room.ok)
  await first.post(room.value, 'one').settled
  await until(first, () => texts(first, room.value).length === 1, 'one')
  frontend.isDeaf = true
  first.post(room.value, 'two')
  first.post(room.value, 'three')
  await first.close()
  frontend.isDeaf = false
  const second = await connect({ addresses: [frontend.address], storage })
  assert.deepEqual(texts(second, room.value), ['one'])
  await until(second, () => texts(second, room.value).length === 3, 'all three')
  assert.deepEqual(texts(second, room.value), ['one', 'two', 'three'])
  await second.close()
  await frontend.crash()
})

test('closing answers everybody who still waits', async () => {
  const frontend = await LittleFrontend.listen()
  const ada = await guest(frontend, 'ada')
  frontend.isDeaf = true
  const waiting = [ada.user('bob'), ada.createRoom({ title: 'x' }), ada.search('y')]
  const states: ConnectionState['kind'][] = []
  ada.on('connection', ({ state }) => states.push(state.kind))
  await ada.close()
  for (const result of await Promise.all(waiting)) {
    assert.ok(!result.ok && result.code === 'closed')
  }
  assert.deepEqual(states, ['closed'])
  await frontend.crash()
})

test('a program ends soon after closing its client, also when the server hangs', async () => {
  const frontend = await LittleFrontend.listen()
  const program = new URL('./goodbye.test-fixture.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [program, frontend.address], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  frontend.freeze()
  const beganMs = performance.now()
  child.stdin.write('go\n')
  const [code] = await once(child, 'exit')
  const tookMs = performance.now() - beganMs
  assert.equal(code, 0)
  assert.ok(tookMs < 5_000, `${tookMs} ms`)
  await frontend.crash()
})

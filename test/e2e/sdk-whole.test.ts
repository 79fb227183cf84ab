import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Credentials, RoomSnapshot, StarlingClient } from '@starling/client/api'
import { connect } from '@starling/client/node'
import { Cluster } from '../cluster/cluster.ts'
import { until } from '../cluster/until.ts'

let cluster: Cluster
const open: StarlingClient[] = []

before(async () => {
  cluster = await Cluster.create()
  await cluster.start()
})

after(async () => {
  await Promise.all(open.map((client) => client.close()))
  await cluster?.remove()
})

async function arrive(auth: Credentials): Promise<StarlingClient> {
  const client = await connect({ addresses: cluster.addresses, auth })
  open.push(client)
  const ready = await client.ready()
  assert.ok(ready.ok, JSON.stringify(ready))
  return client
}

function guest(name: string): Promise<StarlingClient> {
  return arrive({ kind: 'guest', name })
}

function value<T>(result: { ok: true; value: T } | { ok: false; say: string }): T {
  assert.ok(result.ok, JSON.stringify(result))
  return result.value
}

function roomOf(client: StarlingClient, room: string): RoomSnapshot {
  const found = client.snapshot().rooms.find((one) => one.room === room)
  assert.ok(found !== undefined, `not in ${room}`)
  return found
}

function texts(client: StarlingClient, room: string): readonly string[] {
  return roomOf(client, room).timeline.lines.flatMap((line) =>
    line.kind === 'message' ? [line.text] : [],
  )
}

test('an account: registered, used from a second device, that device revoked', async () => {
  const password = 'correct horse battery'
  const laptop = await arrive({ kind: 'register', name: 'grace', password, label: 'laptop' })
  const wrong = await connect({
    addresses: cluster.addresses,
    auth: { kind: 'login', name: 'grace', password: 'something else' },
  })
  const refused = await wrong.ready()
  assert.ok(!refused.ok && refused.code === 'bad-credentials')
  await wrong.login({ kind: 'login', name: 'Grace', password, label: 'phone' })
  await until(() => wrong.snapshot().connection.kind === 'online', { what: 'the phone is in' })
  assert.equal(wrong.snapshot().me?.user, laptop.snapshot().me?.user)
  const devices = value(await laptop.devices())
  assert.deepEqual(devices.map(({ label }) => label).sort(), ['laptop', 'phone'])
  value(await laptop.changePassword({ old: password, new: 'a better password' }))
  value(await laptop.revoke('others'))
  await until(() => wrong.snapshot().connection.kind === 'refused', { what: 'the phone is out' })
  assert.equal(value(await laptop.devices()).length, 1)
  await wrong.close()
})

test('presence and typing reach the others, and the absent are gone', async () => {
  const [ann, ben] = [await guest('ann'), await guest('ben')]
  const room = value(await ann.createRoom({ title: 'presence' }))
  value(await ben.join('#Presence'))
  const benId = ben.snapshot().me!.user
  await until(() => roomOf(ann, room).online.includes(benId), { what: 'ben is online' })
  ben.typing(room, true)
  await until(() => roomOf(ann, room).typing[0]?.name === 'ben', { what: 'ben types' })
  await ben.post(room, 'typed').settled
  await until(() => roomOf(ann, room).typing.length === 0, { what: 'ben has posted' })
  await ben.close()
  await until(() => !roomOf(ann, room).online.includes(benId), { what: 'ben is gone', ms: 60_000 })
})

test('messages: answered, edited, deleted, reacted to, found', async () => {
  const [cat, dan] = [await guest('cat'), await guest('dan')]
  const room = value(await cat.createRoom({ title: 'messages' }))
  value(await dan.join(room))
  const first = value(await cat.post(room, 'a rare wombat').settled)
  const second = value(await cat.post(room, 'a mistake').settled)
  value(await dan.post(room, '@cat where?', { replyTo: first.index }).settled)
  value(await dan.react(room, first.index, { emoji: '👀', on: true }).settled)
  value(await cat.edit(room, first.index, 'a rare quokka').settled)
  value(await cat.delete(room, second.index).settled)
  const isSeen = () => {
    const line = roomOf(dan, room).timeline.lines.find(({ index }) => index === first.index)
    return line?.kind === 'message' && line.text === 'a rare quokka' && line.reactions.length === 1
  }
  await until(isSeen, { what: 'edit and reaction at dan' })
  await until(() => texts(dan, room)[1] === '', { what: 'deletion at dan' })
  await until(() => roomOf(cat, room).mentions === 1, { what: 'a mention of cat' })
  const found = value(await cat.search('quokka'))
  assert.deepEqual(
    found.items.map(({ entry }) => entry.index),
    [first.index],
  )
  assert.deepEqual(value(await cat.search('mistake')).items, [])
})

test('a private room: not found, not entered, invited, entered, kicked, banned', async () => {
  const [eva, fin] = [await guest('eva'), await guest('fin')]
  const plain = { kind: 'private', encrypted: false } as const
  const room = value(await eva.createRoom({ title: 'den', topic: 'quiet', ...plain }))
  const sought = await fin.join('#den')
  assert.ok(!sought.ok && sought.code === 'unknown-room')
  const tried = await fin.join(room)
  assert.ok(!tried.ok && tried.code === 'not-invited')
  value(await eva.invite(room, 'fin'))
  await until(() => fin.snapshot().invitations.length === 1, { what: 'the invitation' })
  assert.equal(fin.snapshot().invitations[0]?.title, 'den')
  value(await fin.join(room))
  assert.deepEqual(fin.snapshot().invitations, [])
  await until(() => roomOf(eva, room).members === 2, { what: 'two members' })
  await until(() => roomOf(fin, room).topic === 'quiet', { what: 'the topic' })
  const over = await fin.kick(room, 'eva')
  assert.ok(!over.ok && over.code === 'not-allowed')
  value(await eva.ban(room, '@fin', { on: true, reason: 'noise' }))
  await until(() => fin.snapshot().rooms.every((one) => one.room !== room), { what: 'fin is out' })
  const back = await fin.join(room)
  assert.ok(!back.ok && back.code === 'banned')
})

test('a direct conversation is one room from both sides, unread for the other', async () => {
  const [gil, hal] = [await guest('gil'), await guest('hal')]
  const [here, there] = await Promise.all([gil.openDirect('hal'), hal.openDirect('gil')])
  assert.equal(value(here), value(there))
  const room = value(here)
  value(await gil.post(room, 'psst').settled)
  await until(() => roomOf(hal, room).mentions === 1, { what: 'unread at hal' })
  assert.equal(roomOf(hal, room).title, 'gil')
  assert.equal(roomOf(gil, room).title, 'hal')
  hal.markRead(room)
  await until(() => roomOf(hal, room).unread === 0, { what: 'read at hal' })
})

test('a long history is read back page by page, and a jump lands on its message', async () => {
  const ida = await guest('ida')
  const room = value(await ida.createRoom({ title: 'long' }))
  const sendings = Array.from({ length: 260 }, (_, at) => ida.post(room, `line ${at}`))
  for (const { settled } of sendings) value(await settled)
  const joe = await guest('joe')
  value(await joe.join(room))
  joe.open(room)
  await until(() => texts(joe, room).length >= 90, { what: 'the newest page' })
  while (roomOf(joe, room).timeline.hasOlder) {
    const before = roomOf(joe, room).timeline.lines.length
    joe.loadOlder(room)
    const isMore = () => roomOf(joe, room).timeline.lines.length > before
    await until(isMore, { what: `more than ${before} lines` })
  }
  assert.deepEqual(
    texts(joe, room),
    sendings.map((_, at) => `line ${at}`),
  )
  const kim = await guest('kim')
  value(await kim.join(room))
  assert.equal(value(await kim.loadAround(room, 30)), true)
  const { lines, hasNewer } = roomOf(kim, room).timeline
  assert.ok(hasNewer && lines.some(({ index }) => index === 30))
  assert.equal(value(await kim.loadAround(room, 9_999)), false)
  kim.showNewest(room)
  await until(() => !roomOf(kim, room).timeline.hasNewer, { what: 'the newest again' })
})

test('[P1] [P2] what a killed or offline client wrote goes out once with the next', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'starling-sdk-'))
  const auth = { kind: 'guest', name: 'lou' } as const
  const first = await connect({ addresses: cluster.addresses, auth, directory })
  value(await first.ready())
  const room = value(await first.createRoom({ title: 'offline' }))
  value(await first.post(room, 'online').settled)
  await first.close()
  const offline = await connect({ addresses: ['127.0.0.1:1'], directory })
  assert.equal(roomOf(offline, room).title, 'offline')
  for (const text of ['one', 'two', 'three']) offline.post(room, text)
  await until(() => offline.snapshot().waiting === 3, { what: 'three waiting' })
  await offline.close()
  const back = await connect({ addresses: cluster.addresses, directory })
  open.push(back)
  value(await back.ready())
  await until(() => texts(back, room).length === 4, { what: 'all four' })
  const history = value(await back.history(room, { limit: 200 }))
  const posts = history.flatMap((entry) => (entry.kind === 'post' ? [entry.text] : []))
  assert.deepEqual(posts, ['online', 'one', 'two', 'three'])
  rmSync(directory, { recursive: true })
})

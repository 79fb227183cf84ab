import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster } from '../cluster/cluster.ts'
import { until } from '../cluster/until.ts'
import { arrivals, type TestDevice, value } from './encrypted-people.ts'

let cluster: Cluster
let folder: string
let people: ReturnType<typeof arrivals>

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'starling-encrypted-'))
  cluster = await Cluster.create()
  await cluster.start()
  people = arrivals(cluster.addresses, folder)
})

after(async () => {
  await Promise.all(people.open.map(({ client }) => client.close()))
  await cluster?.remove()
  rmSync(folder, { recursive: true, force: true })
})

test('[P10] two people talk in a private room, whose title the servers do not know', async () => {
  const ann = await people.arrive('ann')
  const ben = await people.arrive('ben')
  await ann.is('ready')
  await ben.is('ready')
  const room = value(await ann.client.createRoom({ title: 'Secret plans', kind: 'private' }))
  await ann.isIn(room)
  await ann.say(room, 'before ben')
  value(await ann.client.invite(room, 'ben'))
  value(await ben.client.join(room))
  await ben.isIn(room)
  await ann.say(room, 'hello ben')
  await ben.read(room, 'hello ben')
  await ben.say(room, 'hello ann')
  await ann.read(room, 'hello ann')
  assert.equal(ben.room(room)?.title, 'Secret plans')
  assert.deepEqual(ben.reads(room), ['hello ben', 'hello ann'])
  const found = value(await ben.client.search('hell an'))
  assert.deepEqual(
    found.items.map(({ entry }) => entry.kind === 'post' && entry.text),
    ['hello ann'],
  )
  ben.client.open(room)
  await until(() => ben.room(room)?.timeline.divider?.code === 'before-join', { what: 'divider' })
  assert.deepEqual(ben.reads(room), ['hello ben', 'hello ann'])
})

test('[P10] who comes in while nobody else is there reads on from there', async () => {
  const cat = await people.arrive('cat')
  await cat.is('ready')
  const room = value(await cat.client.createRoom({ title: 'Empty', kind: 'private' }))
  await cat.isIn(room)
  const dan = await people.arrive('dan')
  await dan.is('ready')
  value(await cat.client.invite(room, 'dan'))
  await cat.client.close()
  value(await dan.client.join(room))
  await dan.isIn(room)
  await dan.say(room, 'anybody here?')
  const again = await cat.restarted()
  await again.read(room, 'anybody here?')
  await again.say(room, 'here I am')
  await dan.read(room, 'here I am')
  people.open.push(again)
})

test('[P10] who is sent out reads nothing that is written after', async () => {
  const [eve, fay, gus] = [
    await people.arrive('eve'),
    await people.arrive('fay'),
    await people.arrive('gus'),
  ]
  for (const one of [eve, fay, gus]) await one.is('ready')
  const room = value(await eve.client.createRoom({ title: 'Three', kind: 'private' }))
  for (const one of [fay, gus]) {
    value(await eve.client.invite(room, { user: one.user }))
    value(await one.client.join(room))
    await one.isIn(room)
  }
  await eve.say(room, 'all three')
  for (const one of [eve, fay, gus]) await one.read(room, 'all three')
  value(await eve.client.kick(room, 'gus'))
  await fay.say(room, 'we two')
  for (const one of [eve, fay]) await one.read(room, 'we two')
  await until(() => gus.room(room) === undefined, { what: 'gus is out' })
})

test('[P10] a second device is let in by the code that it shows, and reads what was', async () => {
  const hal = await people.arrive('hal')
  const ida = await people.arrive('ida')
  await hal.is('ready')
  await ida.is('ready')
  const room = value(await hal.client.openDirect('ida'))
  await hal.isIn(room)
  await hal.say(room, 'from the first device')
  const phone = await people.arrive('hal', 'login')
  await phone.is('unlinked')
  const refused = await hal.client.privacy.link('AAAAA-AAAAA-AAAAA-AAAAA')
  assert.equal(refused.ok ? '' : refused.code, 'wrong-link-code')
  const code = phone.client.snapshot().privacy?.linkCode ?? ''
  const linked = value(await hal.client.privacy.link(code))
  assert.equal(linked.device, phone.client.snapshot().me?.device)
  await phone.is('ready')
  await phone.isIn(room)
  await phone.read(room, 'from the first device')
  await phone.say(room, 'from the second')
  for (const one of [hal, ida]) await one.read(room, 'from the second')
})

test('[P10] the recovery key brings back who lost every device', async () => {
  const joy = await people.arrive('joy')
  const ken = await people.arrive('ken')
  await joy.is('ready')
  await ken.is('ready')
  const room = value(await joy.client.openDirect('ken'))
  await joy.isIn(room)
  await joy.say(room, 'remember this')
  const recoveryKey = value(await joy.client.privacy.recoveryKey())
  await joy.client.close()
  const fresh = await people.arrive('joy', 'login')
  await fresh.is('unlinked')
  const slip = await fresh.client.privacy.restore(recoveryKey.replace(/[A-Z]/, '2'))
  assert.equal(slip.ok ? '' : slip.code, 'wrong-recovery-key')
  value(await fresh.client.privacy.restore(recoveryKey))
  await fresh.is('ready')
  await fresh.read(room, 'remember this')
  await fresh.say(room, 'I am back')
  await ken.read(room, 'remember this', 'I am back')
})

test('[P10] a device whose keys were deleted is linked again and reads what was', async () => {
  const directory = join(folder, 'rex')
  const rex = await people.arrive('rex', 'register', directory)
  const [sue, tablet] = [await people.arrive('sue'), await people.arrive('rex', 'login')]
  for (const one of [rex, sue]) await one.is('ready')
  await tablet.is('unlinked')
  value(await rex.client.privacy.link(tablet.client.snapshot().privacy?.linkCode ?? ''))
  const room = value(await rex.client.openDirect('sue'))
  for (const one of [rex, sue, tablet]) await one.isIn(room)
  await rex.say(room, 'while I had them')
  await tablet.read(room, 'while I had them')
  const again = await withoutKeys(rex, directory)
  await sue.say(room, 'while it had none')
  value(await tablet.client.privacy.link(again.client.snapshot().privacy?.linkCode ?? ''))
  await again.isIn(room)
  await again.say(room, 'now it has others')
  for (const one of [sue, tablet, again]) {
    await one.read(room, 'while I had them', 'while it had none', 'now it has others')
  }
})

test('[P10] who lost the keys of their only device comes back, alone too', async () => {
  const directory = join(folder, 'tia')
  const tia = await people.arrive('tia', 'register', directory)
  await tia.is('ready')
  const room = value(await tia.client.createRoom({ title: 'Diary', kind: 'private' }))
  await tia.isIn(room)
  await tia.say(room, 'dear diary')
  const recoveryKey = value(await tia.client.privacy.recoveryKey())
  const again = await withoutKeys(tia, directory)
  value(await again.client.privacy.restore(recoveryKey))
  await again.isIn(room)
  await again.read(room, 'dear diary')
  await again.say(room, 'restored')
  const other = await withoutKeys(again, directory)
  value(await other.client.privacy.resetIdentity())
  await other.isIn(room)
  await other.say(room, 'as another')
})

/** The same device, whose keys were deleted while it was not running. */
async function withoutKeys(device: TestDevice, directory: string): Promise<TestDevice> {
  const { me } = device.client.snapshot()
  await device.client.close()
  for (const end of ['', '-wal', '-shm']) {
    rmSync(join(directory, `keys.sqlite${end}`), { force: true })
  }
  const again = await device.restarted()
  people.open.push(again)
  await again.is('unlinked')
  assert.equal(again.client.snapshot().me?.device, me?.device)
  return again
}

test('people who compared their numbers are told when one has another identity', async () => {
  const lea = await people.arrive('lea')
  const max = await people.arrive('max')
  await lea.is('ready')
  await max.is('ready')
  const seen = value(await lea.client.privacy.safetyNumber('max'))
  assert.equal(value(await max.client.privacy.safetyNumber('lea')).digits, seen.digits)
  assert.ok(value(await lea.client.privacy.verify('max')).isVerified)
  const room = value(await lea.client.openDirect('max'))
  await max.isIn(room)
  await max.say(room, 'it is me')
  await lea.read(room, 'it is me')
  const line = lea.room(room)?.timeline.lines.find((one) => one.kind === 'message')
  assert.equal(line?.kind === 'message' && line.isVerified, true)
  const other = await people.arrive('max', 'login')
  await other.is('unlinked')
  value(await other.client.privacy.resetIdentity())
  await other.is('ready')
  await other.isIn(room)
  const waiting = lea.client.post(room, 'still you?')
  await until(() => lea.room(room)?.privacy?.state === 'blocked', {
    what: () => `blocked: ${JSON.stringify(lea.room(room)?.privacy)}`,
  })
  assert.deepEqual(lea.room(room)?.privacy?.users, [max.user])
  const accepted = value(await lea.client.privacy.acceptChanged('max'))
  assert.deepEqual([accepted.isVerified, accepted.isChanged], [false, false])
  assert.ok((await waiting.settled).ok)
  await other.read(room, 'still you?')
})

test('[P1] a device that is started again goes on, through the death of every server', async () => {
  const ned = await people.arrive('ned')
  const ola = await people.arrive('ola')
  await ned.is('ready')
  await ola.is('ready')
  const room = value(await ned.client.openDirect('ola'))
  await ola.isIn(room)
  await ned.say(room, 'one')
  await ola.read(room, 'one')
  const again = await ola.restarted()
  people.open.push(again)
  for (const { role, name } of cluster.processes()) cluster.signal(role, name, 'SIGKILL')
  const posted = [ned.client.post(room, 'two'), again.client.post(room, 'three')]
  for (const { settled } of posted) assert.ok((await settled).ok)
  await ned.read(room, 'one', 'two', 'three')
  await again.read(room, 'one', 'two', 'three')
})

test('two programs of one profile share its keys', async () => {
  const pam = await people.arrive('pam')
  const quin = await people.arrive('quin')
  await pam.is('ready')
  await quin.is('ready')
  const room = value(await pam.client.openDirect('quin'))
  await quin.isIn(room)
  const beside = await pam.beside()
  people.open.push(beside)
  await beside.isIn(room)
  await Promise.all([pam.say(room, 'by one'), beside.say(room, 'by the other')])
  for (const one of [pam, beside, quin]) await one.read(room, 'by one', 'by the other')
  const tablet = await people.arrive('quin', 'login')
  await tablet.is('unlinked')
  value(await quin.client.privacy.link(tablet.client.snapshot().privacy?.linkCode ?? ''))
  await tablet.isIn(room)
  await Promise.all([pam.say(room, 'one more'), beside.say(room, 'and another')])
  for (const one of [pam, beside, quin, tablet]) await one.read(room, 'one more', 'and another')
})

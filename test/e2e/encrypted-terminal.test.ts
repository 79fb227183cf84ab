import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { Cluster } from '../cluster/cluster.ts'
import { arrivals, type TestDevice } from './encrypted-people.ts'
import { TerminalPerson } from './terminal-person.ts'

const program = new URL('../../packages/cli/src/starling.ts', import.meta.url).pathname

let cluster: Cluster
let folder: string
let people: ReturnType<typeof arrivals>
const terminals: TerminalPerson[] = []

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'starling-encrypted-terminal-'))
  cluster = await Cluster.create({ backends: 2 })
  await cluster.start()
  people = arrivals(cluster.addresses, folder)
})

after(async () => {
  await Promise.all(terminals.map((one) => one.leave()))
  await Promise.all(people.open.map(({ client }) => client.close()))
  await cluster?.remove()
  rmSync(folder, { recursive: true, force: true })
})

function atTerminal(device: TestDevice): TerminalPerson {
  const person = new TerminalPerson(device, join(folder, `screen-${terminals.length}`))
  terminals.push(person)
  return person
}

test('[P10] people talk at terminals, link a device, go on when every server dies', async () => {
  const devices = [await people.arrive('ann'), await people.arrive('ben')] as const
  for (const one of devices) await one.is('ready')
  const [ann, ben] = [atTerminal(devices[0]), atTerminal(devices[1])]
  ann.enters('/private den Our place')
  await ann.sees(/#den {2}🔒 private {2}Our place/)
  ann.enters('before ben')
  ann.enters('/invite @ben')
  await ann.sees(/ann invited ben/)
  await ben.sees(/Private roo/)
  ben.enters('/join Private room of ann')
  await ben.sees(/#den {2}🔒 private/)
  ann.enters('hello ben')
  await ben.sees(/ann {2}hello ben/)
  await ben.sees(/What was written before you came cannot be read/)
  assert.doesNotMatch(ben.screen.text, /before ben/)
  const phone = await people.arrive('ann', 'login')
  await phone.is('unlinked')
  const fresh = atTerminal(phone)
  await fresh.sees(/This device is not linked · \/link/)
  assert.doesNotMatch(fresh.screen.text, /hello ben/)
  fresh.enters('/link')
  await fresh.sees(/\/link [0-9A-Z]{5}-/)
  const [command = ''] = /\/link [0-9A-Z-]+/.exec(fresh.screen.text) ?? []
  await ann.sees(/waits to be linked/)
  ann.enters(command)
  await ann.sees(/“ann 3” is linked/)
  await fresh.sees(/ann {2}before ben[\s\S]*hello ben/)
  for (const { role, name } of cluster.processes()) cluster.signal(role, name, 'SIGKILL')
  ben.enters('all dead, and on')
  for (const one of [ann, ben, fresh]) await one.sees(/all dead, and on/)
})

test('[P10] a pipe talks with its own keys, and says why where it has none', async () => {
  const cat = await people.arrive('cat')
  await cat.is('ready')
  const sent = await pipe(
    'send',
    '@cat',
    'the build is green',
    '--profile',
    'robot',
    '--name',
    'rob',
  )
  assert.deepEqual([sent.code, sent.notes], [0, ''])
  const robot = cat.client.snapshot().rooms[0]
  assert.equal(robot?.isEncrypted, true)
  const room = robot?.room ?? ''
  await cat.read(room, 'the build is green')
  await cat.say(room, 'thank you')
  const heard = await pipe('tail', '@cat', '--profile', 'robot', '--from', '1', '--count', '3')
  assert.match(heard.out, /rob: create\n.*rob: the build is green\n.*cat: thank you\n$/)
  const other = join(folder, 'config', 'starling', 'profiles', 'other')
  const fresh = await people.arrive('cat', 'login', other)
  await fresh.client.close()
  const refused = await pipe('send', room, 'not to be', '--profile', 'other')
  assert.equal(refused.code, 1)
  assert.match(refused.notes, /encrypted and cannot be written to as "other" \(not-linked\)/)
})

async function pipe(...args: readonly string[]) {
  const [address = ''] = cluster.addresses
  const child: ChildProcess = spawn(process.execPath, [program, ...args, '--address', address], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, XDG_CONFIG_HOME: join(folder, 'config') },
  })
  const [out, notes] = await Promise.all([
    readAll(child.stdout!),
    readAll(child.stderr!),
    child.exitCode ?? once(child, 'exit'),
  ])
  return { out, notes, code: child.exitCode }
}

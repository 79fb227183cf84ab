import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { debianSource, findNatsServer, type NatsServerPlace } from './nats-server.ts'

const mirror = 'http://mirror.example/debian'
const sources = `# the mirror
Types: deb
# http://snapshot.example/debian
URIs: http://mirror.example/debian-security
Suites: stable-security
Components: main

Types: deb
Enabled: no
URIs: http://off.example/debian

Types: deb
URIs: ${mirror}
Suites: stable stable-updates
Components: main
Signed-By: /keys/debian.gpg
`

interface Machine {
  readonly folder: string
  readonly ran: string[]
  readonly place: NatsServerPlace
}

/** What apt and dpkg would do is done by `run`, with a server of that version. */
function machineWith(context: TestContext, settings: Partial<NatsServerPlace>): Machine {
  const folder = mkdtempSync(join(tmpdir(), 'starling-nats-place-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const ran: string[] = []
  const place: NatsServerPlace = {
    env: { PATH: `/nowhere:${join(folder, 'bin')}` },
    isRoot: false,
    cacheFolder: join(folder, 'cache'),
    aptFolder: join(folder, 'apt'),
    run: async () => assert.fail('nothing is to be run'),
    say: () => {},
    ...settings,
  }
  for (const part of ['bin', 'apt/sources.list.d'])
    mkdirSync(join(folder, part), { recursive: true })
  return { folder, ran, place }
}

function install(path: string, version: string): string {
  writeFileSync(path, `#!/bin/sh\necho "nats-server: v${version}"\n`)
  chmodSync(path, 0o755)
  return path
}

/** A Debian machine, root, whose mirror has that version. */
function debianWith(context: TestContext, version: string): Machine {
  const machine: Machine = machineWith(context, {
    isRoot: true,
    run: async (folder, command, args) => {
      machine.ran.push([command, ...args.filter((arg) => !/^-o$|=/.test(arg))].join(' '))
      if (args.includes('download')) writeFileSync(join(folder, 'nats-server_1_all.deb'), '')
      if (command !== 'dpkg-deb') return 0
      mkdirSync(join(folder, 'root/usr/sbin'), { recursive: true })
      install(join(folder, 'root/usr/sbin/nats-server'), version)
      return 0
    },
  })
  for (const name of ['apt-get', 'dpkg-deb']) install(join(machine.folder, 'bin', name), '0.0.0')
  writeFileSync(join(machine.folder, 'apt/sources.list.d/debian.sources'), sources)
  return machine
}

test('the nats-server is the first on the PATH that is new enough', async (context) => {
  const { folder, place } = machineWith(context, {})
  mkdirSync(join(folder, 'old'))
  install(join(folder, 'old', 'nats-server'), '2.9.10')
  const good = install(join(folder, 'bin', 'nats-server'), '2.15.1')
  const env = { PATH: `${join(folder, 'old')}:${place.env.PATH}` }
  assert.equal(await findNatsServer({ ...place, env }), good)
})

test('STARLING_NATS_SERVER wins, and must be new enough', async (context) => {
  const { folder, place } = machineWith(context, {})
  install(join(folder, 'bin', 'nats-server'), '2.15.1')
  const mine = install(join(folder, 'mine'), '2.100.0')
  const naming = (path: string) => ({ ...place, env: { ...place.env, STARLING_NATS_SERVER: path } })
  assert.equal(await findNatsServer(naming(mine)), mine)
  await assert.rejects(
    findNatsServer(naming(install(join(folder, 'old'), '2.15.0'))),
    /^Error: STARLING_NATS_SERVER is \S+, which is version 2\.15\.0; put nats-server 2\.15\.1/,
  )
  await assert.rejects(findNatsServer(naming(folder)), /which is not a nats-server; put/)
})

test('root on Debian gets a private copy, once', async (context) => {
  const { folder, ran, place } = debianWith(context, '2.15.1')
  const path = await findNatsServer(place)
  assert.equal(path, join(folder, 'cache', 'nats-server'))
  assert.deepEqual(ran, [
    'apt-get update',
    'apt-get download nats-server',
    'dpkg-deb -x nats-server_1_all.deb root',
  ])
  assert.equal(await findNatsServer(place), path)
  assert.equal(ran.length, 3)
})

test('callers at once do not disturb each other', async (context) => {
  const { folder, place } = debianWith(context, '2.15.1')
  const paths = await Promise.all([1, 2, 3].map(() => findNatsServer(place)))
  assert.deepEqual(new Set(paths), new Set([join(folder, 'cache', 'nats-server')]))
})

test('who cannot fetch one is told in one line how to get it', async (context) => {
  const user = debianWith(context, '2.15.1')
  const isTold = /^Error: no nats-server to test with; put nats-server 2\.15\.1 [^\n]+$/
  await assert.rejects(findNatsServer({ ...user.place, isRoot: false }), isTold)
  assert.deepEqual(user.ran, [])
  const outdated = debianWith(context, '2.14.0')
  await assert.rejects(
    findNatsServer(outdated.place),
    /unstable suite has is version 2\.14\.0; put/,
  )
  const offline = { ...debianWith(context, '2.15.1').place, run: async () => 100 }
  await assert.rejects(
    findNatsServer(offline),
    /"apt-get update" failed with 100 .*; put nats-server/,
  )
})

test('the mirror is that of the machine, in either form that apt reads', (context) => {
  const { folder, place } = debianWith(context, '2.15.1')
  const { aptFolder } = place
  assert.deepEqual(debianSource(aptFolder), { uri: mirror, signedBy: '/keys/debian.gpg' })
  rmSync(join(folder, 'apt/sources.list.d'), { recursive: true })
  assert.ok(!existsSync(join(aptFolder, 'sources.list')))
  assert.equal(debianSource(aptFolder), undefined)
  const line = `# deb http://off.example/debian stable main
deb [arch=amd64 signed-by=/keys/list.gpg] ${mirror}/ stable main\n`
  writeFileSync(join(aptFolder, 'sources.list'), line)
  assert.deepEqual(debianSource(aptFolder), { uri: `${mirror}/`, signedBy: '/keys/list.gpg' })
})

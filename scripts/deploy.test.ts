/** The files under deploy/ against the programs that read them. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type Config, loadConfig } from '@starling/server/config/config'
import { frontendShellTuning } from '@starling/server/frontend/frontend-settings'
import { DeployedMachines, makeSecrets, production } from './deployed-machines.test-fixture.ts'
import { natsServerVersionMin } from './nats-server.ts'

const root = new URL('..', import.meta.url).pathname
const docker = join(root, 'deploy', 'docker')
const serverAuth = '1.3.6.1.5.5.7.3.1'
const clientAuth = '1.3.6.1.5.5.7.3.2'

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'starling-secrets-'))
  t.after(() => rmSync(path, { recursive: true }))
  return path
}

function textOf(...path: readonly string[]): string {
  return readFileSync(join(...path), 'utf8')
}

function certificate(...path: readonly string[]): X509Certificate {
  return new X509Certificate(textOf(...path, 'machine.pem'))
}

function routesIn(...path: readonly string[]): readonly string[] {
  const routes = textOf(...path, 'nats-machine.conf').matchAll(
    /nats-route:\/\/route:\w+@(.+):6222/g,
  )
  return [...routes].map(([, host]) => host!)
}

test('make-secrets.sh certifies machines for serving and dialling, by every address', (t) => {
  const secrets = folder(t)
  makeSecrets(secrets, 'n1=10.0.0.1,n1.example.org', 'n2=fd00::2', 'without-engine', 'm=10.0.0.4')
  const authority = new X509Certificate(textOf(secrets, 'ca', 'ca.pem'))
  assert.ok(authority.ca)
  for (const name of ['n1', 'n2', 'm']) {
    const own = certificate(secrets, name)
    assert.ok(own.verify(authority.publicKey), name)
    assert.deepEqual([own.ca, own.keyUsage], [false, [serverAuth, clientAuth]])
    assert.equal(own.checkHost(name), name)
    assert.equal(textOf(secrets, name, 'ca.pem'), textOf(secrets, 'ca', 'ca.pem'))
  }
  assert.ok(certificate(secrets, 'n1').checkIP('10.0.0.1'))
  assert.ok(certificate(secrets, 'n1').checkHost('n1.example.org'))
  assert.ok(certificate(secrets, 'n2').checkIP('fd00::2'))
  assert.equal(certificate(secrets, 'n2').checkIP('10.0.0.1'), undefined)
  assert.deepEqual(routesIn(secrets, 'n1'), ['10.0.0.1', '[fd00::2]'])
  assert.equal(textOf(secrets, '.gitignore'), '*\n')
  assert.deepEqual(readdirSync(join(secrets, 'm')).sort(), [
    ...['ca.pem', 'machine-key.pem', 'machine.pem', 'nats-password'],
  ])
})

test('make-secrets.sh keeps what it has, but for what has another address or is gone', (t) => {
  const secrets = folder(t)
  makeSecrets(secrets, 'n1=10.0.0.1', 'n2=10.0.0.2')
  const before = {
    password: textOf(secrets, 'n1', 'nats-password'),
    ...{ n1: certificate(secrets, 'n1'), n2: certificate(secrets, 'n2') },
  }
  makeSecrets(secrets, 'n3=10.0.0.3', 'n2=10.0.0.22')
  assert.equal(textOf(secrets, 'n3', 'nats-password'), before.password)
  assert.equal(certificate(secrets, 'n1').fingerprint256, before.n1.fingerprint256)
  assert.notEqual(certificate(secrets, 'n2').fingerprint256, before.n2.fingerprint256)
  assert.ok(certificate(secrets, 'n2').checkIP('10.0.0.22'))
  assert.deepEqual(routesIn(secrets, 'n1').toSorted(), ['10.0.0.1', '10.0.0.22', '10.0.0.3'])
  rmSync(join(secrets, 'n1', 'machine.pem'))
  assert.match(makeSecrets(secrets), /n1: valid to /)
  assert.notEqual(certificate(secrets, 'n1').fingerprint256, before.n1.fingerprint256)
  assert.ok(certificate(secrets, 'n1').checkIP('10.0.0.1'))
})

test('make-secrets.sh refuses what it cannot read, and makes nothing', (t) => {
  const secrets = folder(t)
  const script = join(production, 'make-secrets.sh')
  for (const machine of [
    'n1',
    'n1=',
    '=10.0.0.1',
    'ca=10.0.0.1',
    'n1=a b',
    'n1=a=b',
    '../n=1',
    '',
  ]) {
    const { status, stderr } = spawnSync('sh', [script, join(secrets, 'new'), machine])
    assert.equal(status, 1, machine)
    assert.match(stderr.toString(), /^make-secrets: .*write NAME=ADDRESS, like n1=10\.0\.0\.1\n$/)
  }
  assert.deepEqual(readdirSync(secrets), [])
})

test('nats-server takes the configuration of each machine, with its secrets', async (t) => {
  const machines = await DeployedMachines.make()
  t.after(() => machines.remove())
  for (const { configFile } of machines.servers) {
    const { status, stderr } = spawnSync(machines.program, ['-t', '-c', configFile])
    assert.equal(status, 0, stderr.toString())
  }
})

test('starling takes starling.toml of each machine without a warning', async (t) => {
  const machines = await DeployedMachines.make()
  t.after(() => machines.remove())
  for (const at of [0, 1, 2]) {
    const starling = join(root, 'packages', 'cli', 'src', 'starling.ts')
    const args = [starling, 'check', '--config', machines.configFile(at)]
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { env: {} })
    assert.equal(stderr.toString(), '')
    assert.equal(status, 0)
    assert.match(stdout.toString(), /The configuration is right/)
  }
})

test('as they are to be copied, both starling.toml are right', () => {
  assert.deepEqual(configOf(production).warnings, [])
  assert.deepEqual(configOf(docker).warnings, [])
  assert.equal(configOf(production).backends.length, 4)
})

test('systemd takes the units, and gives each role time to finish', (t) => {
  const units = folder(t)
  const programs = { 'nats-server': process.execPath, starling: join(production, 'starling') }
  const files = readdirSync(join(production, 'systemd')).map((name) => {
    const text = textOf(production, 'systemd', name)
    assert.match(text, /^Restart=always$/m)
    assert.match(text, /^KillSignal=SIGTERM$/m)
    const { drainMsMax, closeMsMax } = frontendShellTuning
    const stopMs = Number(/^TimeoutStopSec=(\d+)$/m.exec(text)?.[1]) * 1_000
    assert.ok(stopMs > drainMsMax + closeMsMax, `${name}: ${stopMs}`)
    const there = Object.entries(programs).reduce(
      (changed, [program, by]) => changed.replaceAll(`/usr/local/bin/${program} `, `${by} `),
      text,
    )
    writeFileSync(join(units, name), there)
    return join(units, name)
  })
  const { error, status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...files])
  if (error !== undefined) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOENT', 'only where there is no systemd')
    return
  }
  assert.equal(stderr.toString(), '')
  assert.equal(status, 0)
})

test('the containers run the roles of their starling.toml, each with its admin port', () => {
  const compose = textOf(docker, 'compose.yaml')
  const { frontends, backends } = configOf(docker)
  const roles = [
    ...frontends.map((role) => ({ kind: 'frontend', ...role })),
    ...backends.map((role) => ({ kind: 'backend', ...role })),
  ]
  for (const { kind, name, adminPort } of roles) {
    const service = compose.split(`\n  ${name}:\n`)[1]?.split(/\n {2}\w/)[0]
    assert.ok(service, name)
    assert.ok(service.includes(`command: ["${kind}", "--name", "${name}"]`), service)
    assert.ok(service.includes(`ADMIN_PORT: "${adminPort}"`), service)
  }
  assert.equal(compose.match(/command: \["(frontend|backend)"/g)?.length, roles.length)
  assert.ok(compose.includes(`image: nats:${natsServerVersionMin}-alpine`))
})

test('the image is made of what the repository has, on the Node.js that it runs on', () => {
  const dockerfile = textOf(docker, 'Dockerfile')
  const ignored = textOf(docker, 'Dockerfile.dockerignore').split('\n')
  const copies = [...dockerfile.matchAll(/^COPY (?!--)(.*) \S+$/gm)]
  const sources = copies.flatMap(([, words]) => words!.split(' '))
  assert.ok(sources.length >= 5)
  for (const source of sources) {
    assert.ok(existsSync(join(root, source)), source)
    assert.ok(ignored.includes(`!${source}`), source)
  }
  const bases = [...dockerfile.matchAll(/^FROM node:(\d+)-slim/gm)].map(([, major]) => major)
  assert.deepEqual(bases, Array(2).fill(process.versions.node.split('.')[0]))
})

test('the secrets of the containers are named as what reads them expects', (t) => {
  const place = folder(t)
  for (const part of ['docker', 'production']) {
    execFileSync('cp', ['-R', join(root, 'deploy', part), place])
  }
  rmSync(join(place, 'docker', 'secrets'), { recursive: true, force: true })
  // Of the last step only root is capable, where the user is not 1000.
  const made = spawnSync('sh', [join(place, 'docker', 'make-secrets.sh')])
  assert.match(made.stderr.toString(), /^(chown: .*\n)*$/)
  const secrets = join(place, 'docker', 'secrets')
  for (const name of configOf(docker).backends.map((backend) => backend.name)) {
    assert.equal(certificate(secrets, 'backends').checkHost(name), name)
  }
  for (const name of ['nats-1', 'nats-2', 'nats-3']) {
    assert.equal(certificate(secrets, name).checkHost(name), name)
    assert.equal(textOf(secrets, name, 'nats-server.conf'), textOf(production, 'nats-server.conf'))
  }
  assert.deepEqual(routesIn(secrets, 'nats-1'), ['nats-1', 'nats-2', 'nats-3'])
  assert.ok(!existsSync(join(secrets, 'frontends', 'nats-password')))
})

function configOf(place: string): Config {
  return loadConfig({
    ...{ environment: {}, workingFolder: place },
    flags: { config: join(place, 'starling.toml') },
  })
}

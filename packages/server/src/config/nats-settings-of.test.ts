import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { loadConfig } from './config.ts'
import { ConfigError } from './config-error.ts'
import { folderWith, type Given } from './given-config.test-fixture.ts'
import { natsSettingsOf } from './nats-settings-of.ts'

function settingsOf(test: TestContext, given: Given & { readonly nats: string }) {
  const folder = folderWith(test, { ...given, toml: `engine = "nats"\n[nats]\n${given.nats}` })
  const { environment = {}, flags = {} } = given
  return {
    folder,
    settings: natsSettingsOf(loadConfig({ environment, flags, workingFolder: folder })),
  }
}

test('the least that is needed is one server', (t) => {
  assert.deepEqual(settingsOf(t, { nats: 'servers = ["nats://a", "b:1"]' }).settings, {
    servers: ['a:4222', 'b:1'],
    login: { kind: 'none' },
    stream: 'STARLING',
    replicas: 3,
    bytesMax: 10 * 1024 ** 3,
    isUnsafeAllowed: false,
  })
})

test('logins, files and TLS are read from where the configuration says', (t) => {
  const { folder, settings } = settingsOf(t, {
    nats: [
      'servers = ["a:1"]\nuser = "me"\npasswordFile = "p"\nsystemCredsFile = "s.creds"',
      'caFile = "ca.pem"\nstream = "OURS"\nreplicas = 5\nbytesMax = 2000000\nallowUnsafe = true',
    ].join('\n'),
    files: { p: 'secret\n', 's.creds': 'x', 'ca.pem': 'x' },
  })
  assert.deepEqual(settings, {
    servers: ['a:1'],
    login: { kind: 'password', user: 'me', password: 'secret' },
    system: { kind: 'creds', file: join(folder, 's.creds') },
    tls: { caFile: join(folder, 'ca.pem') },
    stream: 'OURS',
    replicas: 5,
    bytesMax: 2_000_000,
    isUnsafeAllowed: true,
  })
})

test('a tls:// address insists on TLS, an nkey file logs in', (t) => {
  const { folder, settings } = settingsOf(t, {
    nats: 'servers = ["tls://a"]\nnkeyFile = "user.nk"',
    files: { 'user.nk': 'SU…' },
  })
  assert.deepEqual(settings.tls, {})
  assert.deepEqual(settings.login, { kind: 'nkey', file: join(folder, 'user.nk') })
})

test('every file that cannot be used is told, with its line', (t) => {
  const nats = 'servers = ["a"]\nuser = "me"\npasswordFile = "p"\ncaFile = "/absent/ca.pem"'
  assert.throws(
    () => settingsOf(t, { nats, files: { p: '\n' } }),
    (error) => {
      assert.ok(error instanceof ConfigError)
      const told = error.problems.map(({ where, key, found }) => `${where}: ${key}: ${found}`)
      assert.match(told[0]!, /^starling\.toml:5: nats\.passwordFile: .*p is empty$/)
      assert.deepEqual(told.slice(1), [
        'starling.toml:6: nats.caFile: cannot read /absent/ca.pem (ENOENT)',
      ])
      return true
    },
  )
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Given, load, oneLine, problemsOf } from './given-config.test-fixture.ts'
import { parseNatsServer } from './nats-rules.ts'

/** The engine with one server, and what else the test writes in its table. */
function nats(...lines: readonly string[]): Given {
  return { toml: ['engine = "nats"', '[nats]', 'servers = ["127.0.0.1"]', ...lines].join('\n') }
}

describe('configuration of the engine "nats": what is refused', () => {
  const refusals: readonly (readonly [what: string, given: Given, ...says: string[]])[] = [
    [
      'no servers',
      { toml: 'engine = "nats"' },
      'starling.toml: nats.servers: the engine "nats" has no servers; name at least one',
    ],
    [
      'a server that is none',
      { toml: 'engine = "nats"\nnats.servers = ["http://a:4222"]' },
      `starling.toml:2: nats.servers: found "http://a:4222"; write host:port, like
        "10.0.0.1:4222" or "tls://nats.example.org:4222"`,
    ],
    [
      'a password in an address, which is not shown',
      { toml: 'engine = "nats"\nnats.servers = ["nats://me:secret@a:4222"]' },
      `starling.toml:2: nats.servers: an address holds a user or a password; write them as
        nats.user and nats.passwordFile`,
    ],
    [
      'two ways to log in',
      nats('credsFile = "a.creds"', 'user = "me"', 'password = "x"'),
      `starling.toml:4: nats.credsFile: found beside nats.user; log in in one way: keep one of the
        two`,
    ],
    [
      'two ways for the system account, too',
      nats('systemUser = "s"', 'systemPassword = "x"', 'systemCredsFile = "s.creds"'),
      `starling.toml:6: nats.systemCredsFile: found beside nats.systemUser; log in in one way: keep
        one of the two`,
    ],
    [
      'a user without a password',
      nats('user = "me"'),
      'starling.toml:4: nats.user: it has no password; set nats.passwordFile (or nats.password)',
    ],
    [
      'a password without a user',
      nats('systemPasswordFile = "p"'),
      `starling.toml:4: nats.systemPasswordFile: nats.systemUser is missing; a user and a password
        go together`,
    ],
    [
      'a password twice',
      nats('user = "me"', 'password = "x"', 'passwordFile = "p"'),
      'starling.toml:6: nats.passwordFile: found beside nats.password; keep one of the two',
    ],
    [
      'a certificate without its key',
      nats('certFile = "c.pem"'),
      `starling.toml:4: nats.certFile: nats.keyFile is missing; a certificate and its private key go
        together`,
    ],
    [
      'an even number of copies',
      nats('replicas = 4'),
      `starling.toml:4: nats.replicas: found 4; write 5 or 3: a majority must be left when one
        dies`,
    ],
    [
      'a stream that is no name',
      nats('stream = "a.b"'),
      `starling.toml:4: nats.stream: found "a.b"; write a name of letters, digits, "-" and "_", at
        most 64 characters`,
    ],
  ]
  for (const [what, given, ...says] of refusals) {
    it(what, (test) => assert.deepEqual(problemsOf(test, given), says.map(oneLine)))
  }
})

describe('configuration of the engine "nats": what stands', () => {
  it('lets backends be on many machines', (test) => {
    const config = load(test, {
      toml: [
        `engine = "nats"\ncluster.key = "${'k'.repeat(32)}"\nnats.servers = ["tls://10.0.0.9"]`,
        '[[backends]]\nname = "a"\nrank = "primary"\naddress = "10.0.0.5:4701"',
        '[[backends]]\nname = "b"\nrank = "primary"\naddress = "10.0.0.6:4701"',
      ].join('\n'),
    })
    assert.equal(config.values.engine, 'nats')
    assert.deepEqual(config.warnings, [])
  })

  it('never shows a password', (test) => {
    const config = load(test, {
      ...nats('user = "me"', 'systemUser = "s"', 'systemPassword = "verysecret-1"'),
      environment: { STARLING_NATS_PASSWORD: 'verysecret-2' },
    })
    assert.equal(config.values['nats.password'], 'verysecret-2')
    assert.ok(!JSON.stringify(config.effective).includes('verysecret'))
  })

  it('warns of what does nothing, and of what is unwise', (test) => {
    const idle = load(test, { toml: '[nats]\nstream = "ONE"\nreplicas = 1' })
    assert.deepEqual(idle.warnings, [
      'nats.stream, nats.replicas do nothing without engine = "nats"',
    ])
    const unwise = load(test, {
      toml: 'engine = "nats"\n[nats]\nservers = ["10.0.0.9:4223"]\nallowUnsafe = true',
    })
    assert.deepEqual(
      unwise.warnings,
      [
        `10.0.0.9:4223 is reached over the network, perhaps without TLS: set nats.caFile, or write
        tls:// before the address`,
        'nats.allowUnsafe is set: acknowledged messages may be lost; it is for trying out',
      ].map(oneLine),
    )
  })

  it('reads addresses of servers with and without scheme and port', () => {
    assert.deepEqual(['a', 'nats://a:1', 'tls://[::1]:2', 'tls://', 'a:b'].map(parseNatsServer), [
      { host: 'a', port: 4222, isTls: false },
      { host: 'a', port: 1, isTls: false },
      { host: '::1', port: 2, isTls: true },
      undefined,
      undefined,
    ])
  })
})

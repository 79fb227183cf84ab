import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { limits } from '@starling/protocol/limits'
import { type Config, loadConfig } from './config.ts'
import { folderWith, type Given, load, oneLine, problemsOf } from './given-config.test-fixture.ts'

function from(config: Config, key: string): string | undefined {
  return config.effective.find((row) => row.key === key)?.from
}

describe('configuration: what stands', () => {
  it('without a file is one front-end and four backends on loopback', (test) => {
    const config = load(test, {})
    assert.deepEqual(
      config.frontends.map((it) => [it.name, it.publicAddress, it.adminPort]),
      [['frontend-1', 'ws://127.0.0.1:4600', 4650]],
    )
    assert.deepEqual(
      config.backends.map((it) => [it.name, it.rank, it.address.port, it.adminPort]),
      [
        ['primary-1', 'primary', 4701, 4751],
        ['primary-2', 'primary', 4702, 4752],
        ['secondary-1', 'secondary', 4703, 4753],
        ['secondary-2', 'secondary', 4704, 4754],
      ],
    )
    assert.deepEqual(config.linkSecurity, { kind: 'plain' })
    assert.deepEqual(config.warnings, [])
    assert.ok(config.effective.every((row) => row.from === 'default'))
  })

  it('is the last word of default, file, environment and flag, and says which', (test) => {
    const config = load(test, {
      toml: '# ours\ndata = "kept"\n[balancing]\npolicy = "least-loaded"\nlongMessage = 20\n',
      environment: { STARLING_BALANCING_LONG_MESSAGE: '30', STARLING_PORT: '4001' },
      flags: { data: 'elsewhere', port: '4002' },
    })
    assert.equal(config.values['balancing.policy'], 'least-loaded')
    assert.equal(config.values['balancing.longMessage'], 30)
    assert.match(config.dataFolder, /elsewhere$/)
    assert.equal(config.frontends[0]?.publicAddress, 'ws://127.0.0.1:4002')
    assert.deepEqual(
      ['balancing.policy', 'balancing.longMessage', 'data', 'frontends.0.listen', 'engine'].map(
        (key) => from(config, key),
      ),
      ['starling.toml:4', 'STARLING_BALANCING_LONG_MESSAGE', '--data', '--port', 'default'],
    )
  })

  it('lets backends of two machines listen everywhere on one port', (test) => {
    const backend = (name: string, host: string) =>
      [
        `[[backends]]\nname = "${name}"\nrank = "primary"`,
        `address = "${host}:4701"\nlisten = "0.0.0.0:4701"`,
      ].join('\n')
    const config = load(test, {
      toml: [
        'engine = "nats"\nnats.servers = ["127.0.0.1:4222"]',
        `cluster.key = "${'k'.repeat(32)}"`,
        ...[backend('a', '10.0.0.5'), backend('b', '10.0.0.6')],
      ].join('\n'),
    })
    assert.deepEqual(
      config.backends.map(({ listen }) => listen),
      [{ host: '0.0.0.0', port: 4701 }].flatMap((place) => [place, place]),
    )
  })

  it('puts primaries first, whatever the order of the file', (test) => {
    const config = load(test, {
      toml: [
        '[[backends]]\nname = "b"\nrank = "secondary"',
        '[[backends]]\nname = "a"\nrank = "primary"\naddress = "127.0.0.1:5000"',
      ].join('\n'),
    })
    assert.deepEqual(
      config.backends.map((it) => [it.name, it.address.port]),
      [
        ['a', 5000],
        ['b', 4701],
      ],
    )
  })

  it('finds paths of the file from the folder of the file', (test) => {
    const folder = folderWith(test, {
      files: { 'other.toml': 'data = "d"\n[cluster]\nkeyFile = "key"', key: `${'k'.repeat(40)}\n` },
    })
    const config = loadConfig({
      environment: {},
      flags: { config: join(folder, 'other.toml') },
      workingFolder: '/',
    })
    assert.equal(config.dataFolder, join(folder, 'd'))
    assert.deepEqual(config.linkSecurity, { kind: 'key', clusterKey: 'k'.repeat(40) })
  })

  it('never shows the cluster key', (test) => {
    const key = 'verysecret'.repeat(4)
    const config = load(test, { environment: { STARLING_CLUSTER_KEY: key } })
    assert.deepEqual(config.linkSecurity, { kind: 'key', clusterKey: key })
    assert.ok(!JSON.stringify(config.effective).includes(key))
    const short = problemsOf(test, { toml: '[cluster]\nkey = "verysecret"' })
    assert.ok(!short.join().includes('verysecret'))
  })

  it('lets front-ends share where they listen', (test) => {
    const config = load(test, {
      toml: [
        '[[frontends]]\nlisten = "127.0.0.1:4600"',
        '[[frontends]]\nlisten = "127.0.0.1:4600"',
      ].join('\n'),
    })
    assert.deepEqual(
      config.frontends.map((it) => it.name),
      ['frontend-1', 'frontend-2'],
    )
  })

  it('warns of what is allowed and unwise', (test) => {
    const config = load(test, {
      toml: '[[frontends]]\nlisten = "0.0.0.0:4600"\n[tls]\nallowPlaintext = true',
      environment: { STARLING_DATAA: 'x' },
    })
    assert.deepEqual(
      config.warnings,
      [
        'STARLING_DATAA is not a setting; did you mean STARLING_DATA?',
        `"frontend-1" listens on 0.0.0.0:4600 without TLS: everybody on the way can read and change
        the chat`,
        `clients are told to find "frontend-1" at ws://0.0.0.0:4600, no address; set its
        public`,
      ].map(oneLine),
    )
  })
})

/** What is written → what is said about it. */
const refusals: Readonly<Record<string, Given & { readonly says: readonly string[] }>> = {
  'a wrong word, with the word that was meant': {
    toml: '\n[balancing]\npolicy = "sise-and-clients"',
    says: [
      `starling.toml:3: balancing.policy: found "sise-and-clients"; write one of
        "size-and-clients", "least-loaded", "room-affinity" (did you mean "size-and-clients"?)`,
    ],
  },
  'an unknown key, with the key that was meant': {
    toml: '[balancing]\nlongMesage = 7',
    says: [
      `starling.toml:2: balancing.longMesage: there is no such key; did you mean
        balancing.longMessage?`,
    ],
  },
  'a key in the wrong table': {
    toml: 'messageBytesMax = 100',
    says: [
      `starling.toml:1: messageBytesMax: there is no such key; did you mean
        limits.messageBytesMax?`,
    ],
  },
  'a table of a name that is spelled wrong': {
    toml: '[balanceing]\npolicy = "least-loaded"',
    says: ['starling.toml:1: balanceing: there is no such key; did you mean balancing?'],
  },
  'a secret, which is not shown': {
    toml: '[cluster]\nkey = "short"',
    says: [
      `starling.toml:2: cluster.key: found 5 characters; write at least 32 characters of
        chance`,
    ],
  },
  'a rank that is none, once': {
    toml: '[[backends]]\nname = "a"\nrank = "third"',
    says: ['starling.toml:3: backends.0.rank: found "third"; write one of "primary", "secondary"'],
  },
  'a key that resembles nothing': {
    toml: '[flux]\ncapacitor = 1',
    says: [
      'starling.toml:1: flux: there is no such key; remove it; docs/operating.md lists all keys',
    ],
  },
  'a value where a table belongs': {
    toml: 'balancing = "size-and-clients"',
    says: [
      `starling.toml:1: balancing: found "size-and-clients"; write a table: [balancing] on a line
        of its own, its keys below`,
    ],
  },
  'everything wrong at once': {
    toml: 'engine = "postgres"\n[limits]\nmessageBytesMax = 0',
    says: [
      'starling.toml:1: engine: found "postgres"; write one of "sqlite", "nats"',
      'starling.toml:3: limits.messageBytesMax: found 0; write a whole number from 1 to 65536',
    ],
  },
  'an unknown key of a backend': {
    toml: '[[backends]]\nname = "a"\nrank = "primary"\n\n[[backends]]\nname = "b"\nrnk = "primary"',
    says: [
      'starling.toml:7: rnk: [[backends]] has no such key; did you mean rank?',
      `starling.toml:5: backends.1.rank: it has no rank; write rank = "primary" or rank =
        "secondary"`,
    ],
  },
  'an address without a port': {
    toml: '[[backends]]\nname = "a"\nrank = "primary"\naddress = "10.0.0.5"',
    says: [
      `starling.toml:4: backends.0.address: found "10.0.0.5"; write host:port, like
        "10.0.0.5:4701" or "[::1]:4701"`,
    ],
  },
  'two roles of one name': {
    toml: [
      '[[backends]]\nname = "a"\nrank = "primary"',
      '[[backends]]\nname = "a"\nrank = "secondary"',
    ].join('\n'),
    says: [
      `starling.toml:5: backends.1.name: a second "a"; give every front-end and backend a name of
        its own`,
    ],
  },
  'a port used twice': {
    toml: '[[frontends]]\nlisten = "127.0.0.1:4702"',
    says: [
      `starling.toml: backends.1.address: 127.0.0.1:4702 is taken by frontends.0.listen; choose
        another port`,
    ],
  },
  'one port of one machine, listened to everywhere': {
    toml: [
      `cluster.key = "${'k'.repeat(32)}"`,
      ...['a', 'b'].map((name) =>
        [
          `[[backends]]\nname = "${name}"\nrank = "primary"`,
          'address = "10.0.0.5:4701"\nlisten = "0.0.0.0:4701"',
        ].join('\n'),
      ),
    ].join('\n'),
    says: [
      `starling.toml:11: backends.1.listen: 10.0.0.5:4701 is taken by backends.0.listen; choose
        another port`,
    ],
  },
  'sqlite backends on two machines': {
    toml: [
      `cluster.key = "${'k'.repeat(32)}"`,
      '[[backends]]\nname = "a"\nrank = "primary"\naddress = "10.0.0.5:4701"',
      '[[backends]]\nname = "b"\nrank = "primary"\naddress = "10.0.0.6:4701"',
    ].join('\n'),
    says: [
      `starling.toml:9: backends.1.address: "b" is on 10.0.0.6 and "a" on 10.0.0.5, but the
        engine "sqlite" is one file on one machine; give all backends the same host, or use engine
        = "nats"`,
    ],
  },
  'links over a network without a key': {
    toml: '[[backends]]\nname = "a"\nrank = "primary"\naddress = "10.0.0.5:4701"',
    says: [
      `starling.toml:4: backends.0.address: "a" is reached over the network at 10.0.0.5:4701
        without protection; set cluster.key or cluster.keyFile, the same on every machine`,
    ],
  },
  'clients over a network without TLS': {
    toml: '[[frontends]]\nlisten = "10.0.0.4:4600"',
    says: [
      `starling.toml:2: frontends.0.listen: "frontend-1" listens on 10.0.0.4:4600 without TLS;
        set tls.selfSigned = true, or tls.certFile and tls.keyFile, or tls.allowPlaintext = true`,
    ],
  },
  'a certificate without its key': {
    toml: '[tls]\ncertFile = "a.pem"',
    says: [
      `starling.toml:2: tls.certFile: tls.keyFile is missing; a certificate and its private key
        go together`,
    ],
  },
  'links protected twice': {
    toml: `[cluster]\nkey = "${'k'.repeat(32)}"\ncaFile = "ca.pem"`,
    says: [
      `starling.toml:3: cluster: links are protected in more than one way; keep one: cluster.key,
        or cluster.keyFile, or the three certificate files`,
    ],
  },
  'half of the certificates for links': {
    toml: '[cluster]\ncaFile = "ca.pem"',
    says: [
      `starling.toml:2: cluster.caFile: cluster.certFile and cluster.certKeyFile missing; give
        all three files, or use cluster.key`,
    ],
  },
  'messages that fit into no frame': {
    toml: '[limits]\nmessageBytesMax = 65536',
    says: [
      `starling.toml:2: limits.messageBytesMax: a message of 65536 bytes may need a frame of
        401408, limits.frameBytesMax is 262144; set limits.frameBytesMax to at least 401408, or
        lower this`,
    ],
  },
  'frames into which no commit of a large group fits': {
    toml: '[limits]\nmessageBytesMax = 4096\nframeBytesMax = 65536',
    says: [
      `starling.toml:3: limits.frameBytesMax: found 65536; write a whole number from
        ${limits.frameBytesMax} to 1048576`,
    ],
  },
  'a wrong variable': {
    environment: { STARLING_ACCOUNTS_GUESTS: 'maybe', STARLING_PORT: '99999' },
    says: [
      'STARLING_ACCOUNTS_GUESTS: accounts.guests: found "maybe"; write true or false',
      'STARLING_PORT: found "99999"; write a port from 1 to 65535',
    ],
  },
  'a wrong public address': {
    toml: '[[frontends]]\npublic = "chat.example.org"',
    says: [
      `starling.toml:2: frontends.0.public: found "chat.example.org"; write ws://host[:port] or
        wss://host[:port]`,
    ],
  },
  'a file that is not there': {
    flags: { config: 'absent.toml' },
    says: [
      `--config: cannot read absent.toml (ENOENT); name a file that exists and that this user may
        read`,
    ],
  },
  'a key file that is not there': {
    toml: '[cluster]\nkeyFile = "/nonexistent/key"',
    says: [
      `starling.toml:2: cluster.keyFile: cannot read /nonexistent/key (ENOENT); write at least 32
        characters of chance into it, the same on every machine`,
    ],
  },
}

describe('configuration: what is refused, by file, line, key, finding and remedy', () => {
  for (const [what, { says, ...given }] of Object.entries(refusals)) {
    it(what, (test) => assert.deepEqual(problemsOf(test, given), says.map(oneLine)))
  }

  it('a text that is not TOML', (test) => {
    const [problem] = problemsOf(test, { toml: 'a = 1\nb = = 2\n' })
    assert.match(problem ?? '', /^starling\.toml:2:\d+: this is not TOML: .+; correct the line/)
  })
})

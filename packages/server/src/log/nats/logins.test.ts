import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import {
  type CertificateFiles,
  makeCertificates,
  makeOperatorMode,
  makeUserKey,
} from './credentials.test-fixture.ts'
import { NatsCluster } from './nats-cluster.test-fixture.ts'
import { NatsRefusal } from './nats-refusal.ts'
import type { NatsLogin, NatsSettings } from './nats-settings.ts'
import { openLog, Streams, settingsFor } from './open-logs.test-fixture.ts'
import { assertKept, Reader, recordOf, Writer } from './writer-and-reader.test-fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'starling-logins-'))
const streams = new Streams()
const key = makeUserKey(folder)
const password = (user: string): NatsLogin => ({ kind: 'password', user, password: 'right' })

let certificates: CertificateFiles
let strangers: CertificateFiles
/** Encrypted, with accounts and permissions. */
let encrypted: NatsCluster
/** Asks for the client's certificate too. */
let mutual: NatsCluster

before(async () => {
  certificates = await makeCertificates(folder, 'server')
  strangers = await makeCertificates(folder, 'stranger')
  encrypted = await NatsCluster.start({ size: 1, lines: [...tlsLines(false), ...accounts()] })
  mutual = await NatsCluster.start({ size: 1, lines: [...tlsLines(true), ...accounts()] })
})
after(async () => {
  await encrypted.close()
  await mutual.close()
  rmSync(folder, { recursive: true })
})

function tlsLines(isClientAsked: boolean): readonly string[] {
  const { caFile, certFile, keyFile } = certificates
  return [
    `tls { cert_file: "${certFile}", key_file: "${keyFile}", ca_file: "${caFile}"`,
    `  verify: ${isClientAsked} }`,
  ]
}

function accounts(): readonly string[] {
  const publish = [
    'NARROW.log',
    'NARROW.peer',
    '$JS.API.STREAM.CREATE.NARROW',
    '$JS.API.STREAM.INFO.NARROW',
    '$JS.API.STREAM.MSG.GET.NARROW',
    '$JS.API.DIRECT.GET.NARROW',
    '$SYS.REQ.SERVER.PING.JSZ',
    '$SYS.REQ.ACCOUNT.PING.STATZ',
  ]
  const subscribe = ['NARROW.tail', 'NARROW.peer', '_INBOX.>']
  const list = (subjects: readonly string[]) => JSON.stringify(subjects)
  const user = (name: string, pub: readonly string[], sub: readonly string[]) =>
    `    { user: ${name}, password: right, permissions: { ` +
    `publish: ${list(pub)}, subscribe: ${list(sub)} } }`
  const ask = '"$SYS.REQ.SERVER.PING.JSZ"'
  return [
    'accounts {',
    '  CHAT {',
    '    jetstream: enabled',
    `    imports: [{ service: { account: SYS, subject: ${ask} } }]`,
    '    users: [',
    '    { user: chat, password: right }',
    `    { nkey: ${key.publicKey} }`,
    user('narrow', publish, subscribe),
    user('mute', publish.slice(1), subscribe),
    user('deaf', publish, subscribe.slice(1)),
    user('lost', publish.toSpliced(3, 1), subscribe),
    user('alone', publish.slice(0, -1), subscribe),
    '    ]',
    '  }',
    `  SYS { exports: [{ service: ${ask}, response: stream, accounts: [CHAT] }]`,
    '    users: [{ user: system, password: right }] }',
    '}',
    'system_account: SYS',
  ]
}

function settings(cluster: NatsCluster, some: Partial<NatsSettings>): NatsSettings {
  const { system: _, ...all } = settingsFor(cluster, { stream: streams.next(), ...some })
  return { ...all, ...(some.system && { system: some.system }) }
}

async function assertWorks(context: TestContext, wanted: NatsSettings): Promise<void> {
  const log = await openLog(wanted)
  context.after(() => log.close())
  assert.deepEqual(log.warnings, [])
  const reader = new Reader(log)
  await log.append(recordOf('one'))
  await reader.upTo(1)
  assert.deepEqual(reader.reaches.at(-1)?.canAppend, true)
}

async function assertRefused(wanted: NatsSettings, found: RegExp, remedy: RegExp): Promise<void> {
  await assert.rejects(openLog(wanted), (error: unknown) => {
    assert.ok(error instanceof NatsRefusal, String(error))
    assert.match(error.found, found)
    assert.match(error.remedy, remedy)
    return true
  })
}

test('[P10] a login by password, and one by key, over TLS', async (context) => {
  const tls = { caFile: certificates.caFile }
  await assertWorks(context, settings(encrypted, { login: password('chat'), tls }))
  const login = { kind: 'nkey', file: key.file } as const
  await assertWorks(context, settings(encrypted, { login, tls }))
})

test('[P10] a certificate of ours, where the servers ask for it', async (context) => {
  const login = password('chat')
  await assertWorks(context, settings(mutual, { login, tls: certificates }))
  const tls = { caFile: certificates.caFile }
  await assertRefused(settings(mutual, { login, tls }), /No encrypted connection/, /certFile/)
})

test('a login by credentials, and one of the system account to ask by', async (context) => {
  const { lines, userFile, systemFile } = makeOperatorMode(folder)
  const cluster = await NatsCluster.start({ size: 1, lines })
  context.after(() => cluster.close())
  const login = { kind: 'creds', file: userFile } as const
  const system = { kind: 'creds', file: systemFile } as const
  await assertWorks(context, settings(cluster, { login, system }))
  const tls = { caFile: certificates.caFile }
  // What is asked for is not left out because the server does not offer it.
  await assertRefused(
    settings(cluster, { login, tls }),
    /n1 does not encrypt, but TLS is configured/,
    /./,
  )
  const wrongFile = { kind: 'creds', file: key.file } as const
  await assertRefused(settings(cluster, { login: wrongFile }), /holds no user's token/, /nsc/)
  const noFile = { kind: 'creds', file: join(folder, 'none') } as const
  await assertRefused(settings(cluster, { login: noFile }), /none cannot be read \(ENOENT\)/, /./)
})

test('[L14] a login that the servers do not know is refused at once', async () => {
  const tls = { caFile: certificates.caFile }
  const wrong = { ...password('chat'), password: 'wrong' } as NatsLogin
  const remedy = /login in the configuration/
  await assertRefused(settings(encrypted, { login: wrong, tls }), /does not let us in/, remedy)
  const none = { kind: 'none' } as const
  await assertRefused(settings(encrypted, { login: none, tls }), /does not let us in/, remedy)
})

test('[P10] a server that another authority vouches for is refused', async () => {
  const login = password('chat')
  const tls = { caFile: strangers.caFile }
  await assertRefused(settings(encrypted, { login, tls }), /No encrypted connection/, /caFile/)
  await assertRefused(settings(encrypted, { login }), /No encrypted connection/, /caFile/)
})

test('[L14] the permissions needed suffice; one that is missing is named', async (context) => {
  const tls = { caFile: certificates.caFile }
  const as = (user: string) => settings(encrypted, { login: password(user), tls, stream: 'NARROW' })
  await assertWorks(context, as('narrow'))
  await assertRefused(as('mute'), /Publish to "NARROW.log"/, /publish to NARROW.log/)
  await assertRefused(as('deaf'), /Subscription to "NARROW.tail"/, /subscribe to NARROW.tail/)
  await assertRefused(as('lost'), /Publish to "\$JS.API.STREAM.INFO.NARROW"/, /STREAM\.\{INFO,/)
  // What is only more to go by may be lacking.
  await assertWorks(context, as('alone'))
})

test('[P1] an encrypted connection may end while records are on their way', async (context) => {
  const { caFile } = certificates
  const log = await openLog(settings(encrypted, { login: password('chat'), tls: { caFile } }))
  context.after(() => log.close())
  const reader = new Reader(log)
  const writer = new Writer(log).start()
  for (const end of ['stop', 'kill', 'stop', 'kill'] as const) {
    await writer.more(50)
    await encrypted[end](0)
    await encrypted.startAll()
  }
  await writer.more(50)
  await writer.stop()
  assert.deepEqual(writer.failed, [])
  await assertKept([writer], [reader])
})

/** The engine of deploy/production, started for real: who gets in, and what they may do. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { connect, type NatsConnection, type TlsOptions } from '@nats-io/transport-node'
import { NatsLog } from '@starling/server/log/nats/nats-log'
import { eventually } from '@starling/server/telemetry/eventually.test-fixture'
import { DeployedMachines, makeSecrets } from './deployed-machines.test-fixture.ts'

const waitMsMax = 5_000

describe('the engine of deploy/production', () => {
  let machines: DeployedMachines
  before(async () => {
    machines = await DeployedMachines.make()
    await machines.startServers()
  })
  after(() => machines.remove())

  function tlsOf(folder: string): TlsOptions {
    const file = (name: string) => readFileSync(join(folder, name), 'utf8')
    return { cert: file('machine.pem'), key: file('machine-key.pem') }
  }

  function dial(user: string, pass: string, tls?: TlsOptions): Promise<NatsConnection> {
    const ca = readFileSync(join(machines.machine(0), 'ca.pem'), 'utf8')
    // `host` is what Node.js checks the certificate against.
    const checked = { servername: '', host: '127.0.0.1', ca }
    return connect({
      servers: machines.servers[0]!.address,
      ...{ user, pass, reconnect: false, timeout: waitMsMax },
      tls: { ...checked, ...(tls ?? tlsOf(machines.machine(0))) },
    })
  }

  function password(of: 'nats-password' | 'nats-operator-password'): string {
    return readFileSync(join(machines.folder, 'ca', of), 'utf8').trim()
  }

  it('lets nobody in without password and certificate', async () => {
    await assert.rejects(dial('starling', 'wrong'), /Authorization Violation/)
    await assert.rejects(dial('starling', password('nats-operator-password')), /Authorization/)
    await assert.rejects(dial('starling', password('nats-password'), {}))
    const foreign = join(machines.folder, 'foreign')
    makeSecrets(foreign, 'n1=127.0.0.1')
    await assert.rejects(dial('starling', password('nats-password'), tlsOf(join(foreign, 'n1'))))
  })

  it('[P1] tells backends that each of its servers syncs every append', async (t) => {
    const connection = await dial('starling', password('nats-password'))
    t.after(() => connection.close())
    const answers = await connection.requestMany('$SYS.REQ.SERVER.PING.JSZ', '{"config":true}', {
      ...{ strategy: 'count', maxMessages: 3, maxWait: waitMsMax },
    })
    const syncs = []
    for await (const answer of answers) {
      const { data } = answer.json<{ data: { config: { sync_always: boolean } } }>()
      syncs.push(data.config.sync_always)
    }
    assert.deepEqual(syncs, [true, true, true])
  })

  it('lets a backend make the log, append to it, read it and follow it', async (t) => {
    const notices: string[] = []
    const log = await NatsLog.open(machines.logSettings(), {
      name: 'primary-1',
      onNotice: ({ level, text }) => notices.push(`${level}: ${text}`),
    })
    t.after(() => log.close())
    assert.deepEqual(log.warnings, [])
    assert.equal(log.replicas, 3)
    const heard: string[] = []
    const stop = log.follow(0, {
      onRecords: (records) => heard.push(...records.map(({ record }) => record.id)),
      onReach: () => {},
    })
    t.after(stop)
    const position = await log.append({ id: 'one', at: 1, ops: [] })
    assert.equal(await log.head(), position)
    assert.equal((await log.recordAt(position))?.id, 'one')
    await eventually(t, () => assert.deepEqual(heard, ['one']))
    assert.deepEqual(notices, [])
  })

  it('lets backends hear each other', async (t) => {
    const logs = await Promise.all(
      ['primary-1', 'primary-2'].map((name) =>
        NatsLog.open(machines.logSettings(), { name, onNotice: () => {} }),
      ),
    )
    t.after(() => Promise.all(logs.map((log) => log.close())))
    let heard: object | undefined
    const stop = logs[1]!.onPeers((message) => {
      heard = message
    })
    t.after(stop)
    // What is told to peers may get lost, so it is told again until it is heard.
    const message = { kind: 'claim', from: 'primary-1' }
    await eventually(t, () => {
      logs[0]!.tellPeers(message)
      assert.deepEqual(heard, message)
    })
  })

  it('lets no backend forge records, nor delete or purge the log', async (t) => {
    const connection = await dial('starling', password('nats-password'))
    t.after(() => connection.close())
    const subjects = [
      ...['STARLING.tail', '$JS.API.STREAM.PURGE.STARLING', '$JS.API.STREAM.DELETE.STARLING'],
      ...['$JS.API.STREAM.UPDATE.STARLING', '$JS.API.STREAM.MSG.DELETE.STARLING'],
      ...['$JS.API.STREAM.CREATE.OTHER', '$SYS.REQ.SERVER.PING.VARZ', 'other'],
    ]
    for (const subject of subjects) {
      await assert.rejects(
        connection.request(subject, '{}', { timeout: waitMsMax }),
        /Permissions Violation for Publish/,
        subject,
      )
    }
  })

  it('lets operators edit the log and ask the servers', async (t) => {
    const pass = password('nats-operator-password')
    const operator = await dial('operator', pass)
    t.after(() => operator.close())
    const info = await operator.request('$JS.API.STREAM.INFO.STARLING')
    const { config } = info.json<{ config: { num_replicas: number } }>()
    assert.equal(config.num_replicas, 3)
    const wider = JSON.stringify({ ...config, max_bytes: 2 ** 31 })
    const edited = await operator.request('$JS.API.STREAM.UPDATE.STARLING', wider)
    assert.equal(edited.json<{ config: { max_bytes: number } }>().config.max_bytes, 2 ** 31)
    const system = await dial('system', pass)
    t.after(() => system.close())
    const answer = await system.request('$SYS.REQ.SERVER.PING', '')
    assert.match(answer.string(), /"ver":"2\./)
  })
})

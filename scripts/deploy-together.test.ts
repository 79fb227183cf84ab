/** All of deploy/production, started for real: three machines, TLS between all parts. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { openMemoryStorage } from '@starling/client/memory-storage'
import { connect } from '@starling/client/node'
import { until } from '../test/cluster/until.ts'
import { DeployedMachines } from './deployed-machines.test-fixture.ts'
import { DeployedRoles } from './deployed-roles.test-fixture.ts'

describe('deploy/production', () => {
  let machines: DeployedMachines
  let roles: DeployedRoles
  before(async () => {
    machines = await DeployedMachines.make()
    roles = new DeployedRoles(machines)
    await machines.startServers()
    await roles.start()
  })
  after(async () => {
    await roles?.end()
    await machines?.remove()
  })

  async function arrive(name: string, at: number) {
    const client = await connect({
      addresses: [machines.address(at)],
      auth: { kind: 'guest', name },
      storage: openMemoryStorage(),
      pin: { fingerprint: machines.fingerprint },
    })
    const ready = await client.ready()
    assert.ok(ready.ok, JSON.stringify(ready))
    return client
  }

  it('[P1] [P5] runs a chat that the loss of a machine does not end', async (t) => {
    const ada = await arrive('ada', 0)
    const bob = await arrive('bob', 1)
    t.after(() => Promise.all([ada.close(), bob.close()]))
    const seen: string[] = []
    bob.on('entry', ({ entry }) => {
      if (entry.kind === 'post') seen.push(entry.text)
    })
    const created = await ada.createRoom({ title: 'general' })
    assert.ok(created.ok, JSON.stringify(created))
    assert.ok((await bob.join('#general')).ok)
    const say = async (text: string) => {
      const sent = await ada.post(created.value, text).settled
      assert.ok(sent.ok, JSON.stringify(sent))
    }
    await say('all three are there')
    await until(() => seen.length === 1, { what: 'the first message at the other front-end' })

    await roles.killMachine(1)
    await say('the second is gone')
    const carol = await arrive('carol', 2)
    t.after(() => carol.close())
    assert.ok((await carol.join('#general')).ok)

    await machines.startServer(1)
    await roles.start(1)
    await roles.killMachine(2)
    await say('the second is back, the third is gone')
    await until(() => seen.length === 3, { what: () => `all messages; seen: ${seen}`, ms: 60_000 })
    assert.deepEqual(seen, [
      ...['all three are there', 'the second is gone', 'the second is back, the third is gone'],
    ])
  })
})

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { openMemoryStorage } from '@starling/client/memory-storage'
import { connect } from '@starling/client/node'
import { Cluster } from '../cluster/cluster.ts'

let cluster: Cluster

before(async () => {
  const key = randomBytes(32).toString('base64url')
  cluster = await Cluster.create({
    frontends: 2,
    config: `[tls]\nselfSigned = true\n[cluster]\nkey = "${key}"\n`,
  })
  await cluster.start()
})

after(() => cluster.remove())

const addresses = () => cluster.addresses.map((address) => address.replace('ws:', 'wss:'))

function come(name: string, pin: Parameters<typeof connect>[0]['pin']) {
  return connect({
    addresses: addresses(),
    auth: { kind: 'guest', name },
    storage: openMemoryStorage(),
    ...(pin === undefined ? {} : { pin }),
  })
}

test('the fingerprint that is printed is the one that a client sees and pins', async () => {
  const fingerprints: string[] = []
  const trusting = await come('ada', {
    onFirstUse: ({ fingerprint }) => {
      fingerprints.push(fingerprint)
      return true
    },
  })
  assert.ok((await trusting.ready()).ok)
  assert.equal(fingerprints.length, 1)
  assert.ok(cluster.output.includes(fingerprints[0]!), cluster.output)
  const pinned = await come('bob', { fingerprint: fingerprints[0]! })
  assert.ok((await pinned.ready()).ok)
  const created = await pinned.createRoom({ title: 'over TLS and a cluster key' })
  assert.ok(created.ok)
  assert.ok((await pinned.post(created.value, 'a message').settled).ok)
  await Promise.all([trusting.close(), pinned.close()])
})

test('a client that trusts another certificate does not come in', async () => {
  const wrong = await come('eve', { fingerprint: 'AB'.repeat(32).replace(/..(?!$)/g, '$&:') })
  const ready = await wrong.ready()
  assert.equal(ready.ok, false)
  await wrong.close()
})

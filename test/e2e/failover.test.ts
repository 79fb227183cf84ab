import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Cluster } from '../cluster/cluster.ts'
import { until } from '../cluster/until.ts'
import { Conversation } from './conversation.ts'

let cluster: Cluster
let talk: Conversation

before(async () => {
  cluster = await Cluster.create()
  await cluster.start()
  talk = await Conversation.begin(cluster.addresses)
})

after(async () => {
  await talk?.end()
  await cluster?.remove()
})

test('[P1] [P3] two people chat through the front-end', async () => {
  await talk.exchange('hello')
})

test('[P1] [P9] they go on when one, two, three of four backends are killed', async () => {
  for (const victims of [
    ['primary-1'],
    ['primary-1', 'primary-2'],
    ['primary-1', 'primary-2', 'secondary-1'],
  ]) {
    for (const name of victims) cluster.signal('backend', name, 'SIGKILL')
    await talk.exchange(`without ${victims.length}`)
    await until(() => cluster.isReady(), { what: 'all backends again', ms: 60_000 })
  }
})

test('[P5] after the front-end is killed they are back and nothing is missing', async () => {
  cluster.signal('frontend', 'frontend-1', 'SIGKILL')
  await talk.exchange('after the front-end')
  await talk.checkHistory()
})

test('[P9] a planned restart of every process, one by one, fails no send', async () => {
  const roles = cluster.processes()
  assert.equal(roles.length, 5)
  for (const { role, name, pid } of roles) {
    process.kill(pid, 'SIGTERM')
    await talk.exchange(`restart of ${name}`)
    await until(() => cluster.isReady(), { what: `${role} ${name} again`, ms: 60_000 })
  }
  await talk.checkHistory()
})

test('[P9] they go on while a backend is frozen, and after it has thawed', async () => {
  const pid = cluster.pidOf('backend', 'primary-1')!
  process.kill(pid, 'SIGSTOP')
  await talk.exchange('frozen')
  process.kill(pid, 'SIGCONT')
  await talk.exchange('thawed')
  await talk.checkHistory()
})

test('[P1] [P2] after kill -9 of all, history is whole and the unsent goes out once', async () => {
  await talk.exchange('before the end')
  await cluster.killAll()
  const unsent = [talk.ada.post(talk.room, 'unsent 1'), talk.ada.post(talk.room, 'unsent 2')]
  await cluster.start()
  for (const [at, { settled }] of unsent.entries()) {
    const result = await settled
    assert.ok(result.ok, JSON.stringify(result))
    talk.acked.push(`${result.value.index} unsent ${at + 1}`)
  }
  await talk.exchange('after the end')
  await talk.checkHistory()
})

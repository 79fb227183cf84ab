import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readStreamInfo } from './jetstream-api.ts'
import { viewOf } from './nats-view.ts'

const own = {
  identity: 'STARLING/abc',
  connectedTo: 'n2',
  appendsInFlight: 0,
  canAppend: true,
  why: '',
  ageMs: 100,
}

/** As a leader answered that was elected when n1 had been killed. */
const answer = JSON.stringify({
  config: {
    name: 'STARLING',
    retention: 'limits',
    storage: 'file',
    discard: 'new',
    num_replicas: 3,
  },
  state: { messages: 6, bytes: 1_257, first_seq: 1, last_seq: 6 },
  cluster: {
    leader: 'n2',
    replicas: [
      { name: 'n3', current: true, active: 421_120_915 },
      { name: 'n1', current: false, active: 0, lag: 8 },
    ],
  },
})

test('a server that was down when another began to lead was never heard, not just now', () => {
  const read = readStreamInfo(answer)
  assert.ok(read.ok)
  assert.deepEqual(
    viewOf(read.value, own).replicas.map(({ server, silentMs }) => [server, silentMs]),
    [
      ['n1', undefined],
      ['n2', 0],
      ['n3', 421],
    ],
  )
})

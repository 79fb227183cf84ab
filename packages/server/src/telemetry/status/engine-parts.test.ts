import assert from 'node:assert/strict'
import { test } from 'node:test'
import { natsView, replica } from '../engine-view.test-fixture.ts'
import { enginePartsOf } from './engine-parts.ts'

test('the freshest backend tells of the engine’s servers, and each warning is told once', () => {
  const replicas = [
    replica('n1', { isLeader: true }),
    replica('n2', { isCurrent: false, lag: 1_200 }),
  ]
  const warnings = ['one copy of the log only']
  assert.deepEqual(
    enginePartsOf([
      { view: natsView({ ageMs: 900 }), warnings },
      { view: natsView({ replicas }), warnings },
    ]),
    [
      { name: 'warning', state: 'one copy of the log only', why: '' },
      { name: 'n1', state: 'leader', why: '' },
      { name: 'n2', state: 'behind', why: '1,200 steps behind' },
    ],
  )
})

test('while no leader answers, that is told, and nothing is claimed of the servers', () => {
  const parts = enginePartsOf([{ view: natsView({ ageMs: 3_000 }), warnings: [] }])
  assert.deepEqual(
    parts.map(({ name, state }) => `${name} ${state}`),
    ['leader none answers', 'n1 unknown', 'n2 unknown', 'n3 unknown'],
  )
})

test('the embedded engine has no servers', () => {
  const view = { kind: 'sqlite', file: 'starling.db', bytes: 1 } as const
  assert.deepEqual(enginePartsOf([{ view, warnings: [] }]), [])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OutboxItem } from './client-io.ts'
import { type ClientScene, inRoom } from './client-scene.test-suite.ts'

function from(tab: string, number: number, composedAt: number): OutboxItem {
  const op = { kind: 'post', text: `${tab}${number}` } as const
  return { room: 'r', outbox: tab, number, op, composedAt }
}

function submit(ada: ClientScene, ...items: readonly OutboxItem[]): void {
  for (const item of items) ada.node.submit(ada.now, item, [])
}

function sends(ada: ClientScene): readonly string[] {
  return ada.room('r').timeline.sends.map(({ state, text }) => `${state} ${text}`)
}

test('[P2] a send that several hand in, before and after its ack, stands once', () => {
  const { ada } = inRoom()
  const item = from('a', 1, 10)
  submit(ada, item, item)
  assert.deepEqual(sends(ada), ['pending a1'])
  ada.settle()
  submit(ada, item)
  ada.settle()
  assert.deepEqual(ada.texts('r'), ['a1'])
  assert.deepEqual([sends(ada), ada.node.snapshot().waiting], [[], 0])
})

test('[P1] a send that is handed in is stored before it is sent', () => {
  const { ada } = inRoom()
  const before = ada.outputs.length
  submit(ada, from('a', 1, 10))
  ada.settle()
  const kinds = ada.outputs.slice(before).map(({ kind }) => kind)
  assert.ok(kinds.indexOf('store-items') >= 0)
  assert.ok(kinds.indexOf('store-items') < kinds.indexOf('send'))
})

test('[P4] sends of several tabs leave in the order in which they were composed', () => {
  const { ada } = inRoom()
  ada.cut()
  submit(ada, from('a', 1, 10), from('b', 1, 20), from('b', 2, 30), from('a', 2, 40))
  ada.node.compose({ ms: ada.ms, wallMs: 50 }, 'r', { kind: 'post', text: 'own' })
  submit(ada, from('b', 3, 60))
  ada.settle()
  ada.wait(5_000)
  assert.deepEqual(ada.texts('r'), ['a1', 'b1', 'b2', 'a2', 'own', 'b3'])
})

test('a failed send that is tried again from a tab is replaced', () => {
  const { ada, server, bob } = inRoom()
  server.act(bob, 'r', { kind: 'mute', user: ada.node.me!.user, on: true })
  ada.settle()
  submit(ada, from('a', 1, 10))
  ada.settle()
  assert.deepEqual(sends(ada), ['failed a1'])
  const [failed] = ada.room('r').timeline.sends
  server.act(bob, 'r', { kind: 'mute', user: ada.node.me!.user, on: false })
  ada.node.submit(ada.now, from('a', 2, 20), [failed!.item])
  ada.settle()
  assert.deepEqual([ada.texts('r'), sends(ada)], [['a2'], []])
})

/** Tabs that share a client: each looks at the past by itself. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ClientScene, inRoom } from './client-scene.test-suite.ts'

/** First and last index shown, and whether there is more before and after. */
function shown(ada: ClientScene, view: string) {
  const { lines, hasOlder, hasNewer } = ada.node.snapshotIn(view).rooms[0]!.timeline
  return [lines[0]?.index, lines.at(-1)?.index, hasOlder, hasNewer]
}

function longRoom() {
  const scene = inRoom()
  for (let at = 1; at <= 1_000; at += 1) scene.says(`m${at}`)
  // Now it is too much to catch up with; the newest page is read.
  scene.ada.cut()
  for (let at = 1_001; at <= 2_000; at += 1) scene.says(`m${at}`)
  scene.ada.wait(1_000)
  return scene
}

test('a jump in one view leaves the others where they are', () => {
  const { ada } = longRoom()
  const newest = shown(ada, '')
  ada.node.loadAround(ada.now, 'r', { index: 302, view: 'a' })
  ada.settle()
  assert.deepEqual(shown(ada, 'a'), [252, 351, true, true])
  assert.deepEqual([shown(ada, 'b'), shown(ada, '')], [newest, newest])
  ada.node.loadAround(ada.now, 'r', { index: 700, view: 'b' })
  ada.settle()
  assert.deepEqual(shown(ada, 'b'), [650, 749, true, true])
  assert.deepEqual(shown(ada, 'a'), [252, 351, true, true])
  ada.node.showNewest(ada.now, 'r', 'a')
  assert.deepEqual([shown(ada, 'a'), shown(ada, 'b')[0]], [newest, 650])
})

test('each view reads on from where it is, and comes back to the newest', () => {
  const { ada } = longRoom()
  const [, last] = shown(ada, '')
  ada.node.loadAround(ada.now, 'r', { index: 302, view: 'a' })
  ada.node.loadAround(ada.now, 'r', { index: 1_500, view: 'b' })
  ada.settle()
  ada.node.loadOlder(ada.now, 'r', 'a')
  ada.node.loadOlder(ada.now, 'r')
  ada.node.loadNewer(ada.now, 'r', 'b')
  ada.settle()
  assert.deepEqual(shown(ada, 'a').slice(0, 2), [152, 351])
  for (let page = 0; page < 30; page += 1) {
    ada.node.loadNewer(ada.now, 'r', 'a')
    ada.node.loadNewer(ada.now, 'r', 'b')
    ada.settle()
    ada.wait(600)
  }
  assert.deepEqual([shown(ada, 'a')[1], shown(ada, 'a')[3]], [last, false])
  assert.deepEqual(shown(ada, 'a'), shown(ada, 'b'))
  const { lines } = ada.node.snapshotIn('b').rooms[0]!.timeline
  const indexes = lines.map(({ index }) => index)
  assert.deepEqual(
    indexes,
    indexes.map((_, at) => indexes[0]! + at),
  )
})

test('a change reaches the message in every view', () => {
  const { ada, server, bob } = longRoom()
  ada.node.loadAround(ada.now, 'r', { index: 302, view: 'a' })
  ada.node.loadAround(ada.now, 'r', { index: 310, view: 'b' })
  ada.settle()
  server.act(bob, 'r', { kind: 'edit', target: 305, text: 'changed' })
  ada.settle()
  for (const view of ['a', 'b']) {
    const line = ada.node
      .snapshotIn(view)
      .rooms[0]!.timeline.lines.find(({ index }) => index === 305)
    assert.equal(line?.kind === 'message' && line.text, 'changed')
  }
})

test('a view without a past of its own is the same object as the others', () => {
  const { ada } = longRoom()
  assert.equal(ada.node.snapshotIn('a'), ada.node.snapshot())
  ada.node.loadAround(ada.now, 'r', { index: 302, view: 'a' })
  ada.settle()
  const apart = ada.node.snapshotIn('a')
  assert.notEqual(apart, ada.node.snapshot())
  assert.equal(ada.node.snapshotIn('a'), apart)
  ada.node.forgetView('a')
  assert.equal(ada.node.snapshotIn('a'), ada.node.snapshot())
})

/** A device that came later reads on to where its person's keys begin. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClientScene } from '../client-scene.test-suite.ts'
import { encryptedRoom, invite, type PrivateScene, says } from './private-scene.test-suite.ts'

/** As a person scrolls: as long as there is more, and no further. */
function scrollsBack(scene: PrivateScene, who: ClientScene): readonly string[] {
  who.node.openRoom(who.now, 'r')
  scene.settle()
  for (let page = 0; page < 50 && who.room('r').timeline.hasOlder; page += 1) {
    who.node.loadOlder(who.now, 'r')
    scene.settle()
  }
  return who.texts('r').filter((text) => text !== '')
}

/** Ada and bob wrote in several epochs; so much that it is several pages. */
function longRoom({ archives = true } = {}) {
  const { scene, ada, bob } = encryptedRoom()
  const texts: string[] = []
  for (const name of ['carol', 'dave', 'eve']) {
    for (let at = 1; at <= 120; at += 1) texts.push(`before ${name}: ${at}`)
    for (const text of texts.slice(-120)) says(scene, bob, text)
    if (!archives) scene.server.askFault = ({ t }) => (t === 'archive' ? 'archive-full' : undefined)
    invite(scene, ada, scene.device(name))
    scene.wait(1_000)
  }
  return { scene, ada, bob, texts }
}

function privacy(
  scene: PrivateScene,
  who: ClientScene,
  wish: Parameters<typeof who.node.privacy>[1],
) {
  const ask = who.node.privacy(who.now, wish)
  scene.settle().wait(1_000)
  const output = who.outputs.find((it) => it.kind === 'privacy' && it.ask === ask)
  assert.ok(output?.kind === 'privacy' && output.result.ok, wish.kind)
  return output.result.value
}

test('[E16] a device linked by code scrolls back through all of what its person could read', () => {
  const { scene, ada, texts } = longRoom()
  const phone = scene.device('ada', { device: 'phone' })
  scene.wait(1_000)
  const code = phone.node.snapshot().privacy?.linkCode ?? ''
  privacy(scene, ada, { kind: 'link', code })
  assert.deepEqual(scrollsBack(scene, phone), texts)
  assert.equal(phone.room('r').timeline.divider, undefined)
})

test('[E15] a device restored by the recovery key scrolls back through all of it', () => {
  const { scene, ada, texts } = longRoom()
  const made = privacy(scene, ada, { kind: 'recovery-key' })
  assert.ok(made.kind === 'recovery')
  scene.off(ada)
  const phone = scene.device('ada', { device: 'phone' })
  scene.wait(1_000)
  privacy(scene, phone, { kind: 'restore', recoveryKey: made.recoveryKey })
  assert.deepEqual(scrollsBack(scene, phone), texts)
})

test('[P10] what the archive has no key of does not end the history that can be read', () => {
  const { scene, ada, texts } = longRoom({ archives: false })
  const made = privacy(scene, ada, { kind: 'recovery-key' })
  assert.ok(made.kind === 'recovery')
  scene.off(ada)
  const phone = scene.device('ada', { device: 'phone' })
  scene.wait(1_000)
  privacy(scene, phone, { kind: 'restore', recoveryKey: made.recoveryKey })
  assert.deepEqual(scrollsBack(scene, phone), texts.slice(0, 120))
})

test('[P10] behind the divider of who came later there is nothing to scroll to', () => {
  const { scene, ada } = longRoom()
  const frank = scene.device('frank')
  invite(scene, ada, frank)
  assert.deepEqual(scrollsBack(scene, frank), [])
  const { hasOlder, divider } = frank.room('r').timeline
  assert.deepEqual([hasOlder, divider?.code], [false, 'before-join'])
})

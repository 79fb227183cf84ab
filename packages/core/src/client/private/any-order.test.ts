import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ClientScene } from '../client-scene.test-suite.ts'
import { assertUnseen, encryptedRoom, invite, messages, says } from './private-scene.test-suite.ts'

type Act =
  | { readonly kind: 'say' | 'cut' | 'hold' | 'change'; readonly who: 0 | 1 | 2 }
  | { readonly kind: 'tell' | 'fail'; readonly who: 0 | 1 | 2; readonly count: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'page'; readonly who: 0 | 1 | 2 }
  | { readonly kind: 'come' | 'go' }

const who = fc.constantFrom(0 as const, 1 as const, 2 as const)
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('say' as const), who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('change' as const), who }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('cut' as const, 'hold' as const), who }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('tell' as const), who, count: fc.nat(3) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('fail' as const), who, count: fc.nat(3) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(2_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('page' as const), who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('come' as const, 'go' as const) }) },
)

/** Ada, bob and another device of nobody else: carol, who comes and goes. */
function crowd() {
  const { scene, ada, bob } = encryptedRoom()
  const carol = scene.device('carol')
  invite(scene, ada, carol)
  return { scene, people: [ada, bob, carol] as const }
}

function play({ scene, people }: ReturnType<typeof crowd>, acts: readonly Act[]): string[] {
  const [ada, , carol] = people
  const said: string[] = []
  for (const one of acts) {
    const actor = 'who' in one ? people[one.who] : ada
    if (one.kind === 'say' && actor.node.isInRoom('r')) {
      said.push(`secret ${said.length} of ${one.who}`)
      actor.node.compose(actor.now, 'r', { kind: 'post', text: said.at(-1)! })
    }
    if (one.kind === 'change' && actor.node.isInRoom('r')) {
      const target = messages(actor).find(({ isOwn, text }) => isOwn && text !== '')?.index
      const op = { kind: 'react', emoji: '🦉', on: true } as const
      if (target !== undefined) actor.node.compose(actor.now, 'r', { ...op, target })
    }
    if (one.kind === 'cut') actor.cut()
    if (one.kind === 'hold') actor.holdsJob = () => true
    if (one.kind === 'fail') scene.failing.set(actor, one.count)
    if (one.kind === 'tell') actor.tell(one.count)
    if (one.kind === 'page') actor.node.loadOlder(actor.now, 'r')
    if (one.kind === 'wait') scene.wait(one.ms)
    if (one.kind === 'go' && carol.node.isInRoom('r')) {
      carol.node.compose(carol.now, 'r', { kind: 'leave' })
    }
    if (one.kind === 'come' && !carol.node.isInRoom('r')) invite(scene, ada, carol)
    scene.settle()
  }
  for (const one of people) {
    one.holdsJob = () => false
    scene.failing.clear()
    one.tell()
  }
  scene.wait(30_000)
  return said
}

function assertDense(one: ClientScene): void {
  const seen = one.entriesSeen('r')
  // Who comes back begins where they came in.
  const rises = seen.every((index, at) => at === 0 || index > seen[at - 1]!)
  assert.ok(rises, `entries came twice or out of order: ${seen.join(' ')}`)
}

test('[P2] [P3] [P4] [P10] however slow the cipher and the line, all read the same once', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
      const scene = crowd()
      const said = play(scene, acts)
      const [ada, bob, carol] = scene.people
      const texts = ada.texts('r')
      assert.equal(new Set(texts).size, texts.length)
      assert.deepEqual(bob.texts('r'), texts)
      for (const one of [ada, bob]) {
        const own = said.filter((text) => text.endsWith(one === ada ? '0' : '1'))
        assert.deepEqual(
          texts.filter((text) => own.includes(text)),
          own,
        )
        assert.deepEqual(one.room('r').timeline.sends, [])
      }
      if (carol.node.isInRoom('r')) {
        // What she reads the others read as well, in that order, up to the last.
        assert.deepEqual(
          texts.filter((text) => carol.texts('r').includes(text)),
          carol.texts('r'),
        )
        says(scene.scene, bob, 'the last')
        assert.equal(carol.texts('r').at(-1), 'the last')
      }
      for (const one of scene.people) assertDense(one)
      assertUnseen(scene.scene, said)
    }),
    { numRuns: 40 },
  )
})

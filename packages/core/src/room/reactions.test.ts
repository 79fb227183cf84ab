import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BenchOptions, ReplicaBench } from './replica-bench.test-suite.ts'

function chat(options: BenchOptions = {}) {
  const bench = new ReplicaBench(options)
  const [ann, bob] = [bench.guest('Ann'), bench.guest('Bob')]
  bench.joins(bench.room(ann, 'r1'), bob)
  const said = bench.says(ann, 'r1')
  const react = (emoji: string, on = true, target = said) =>
    ({ kind: 'react', target, emoji, on }) as const
  const reactions = () => {
    const body = bench.body('r1', said)
    return body.kind === 'post' ? body.reactions : undefined
  }
  return { bench, ann, bob, react, reactions, said }
}

test('[R31] emoji stand in the order of their first use, people in that of their reacting', () => {
  const { bench, ann, bob, react, reactions, said } = chat()
  const index = bench.does(bob, 'r1', react('👍'))
  bench.does(ann, 'r1', react('🎉'))
  bench.does(ann, 'r1', react('👍'))
  assert.deepEqual(reactions(), [
    { emoji: '👍', users: [bob, ann] },
    { emoji: '🎉', users: [ann] },
  ])
  const body = { kind: 'react', target: said, emoji: '👍', on: true }
  assert.deepEqual(bench.body('r1', index), body)
})

test('[R31] a reaction taken away leaves no trace in the message', () => {
  const { bench, ann, bob, react, reactions, said } = chat()
  bench.does(bob, 'r1', react('👍'))
  bench.does(ann, 'r1', react('👍'))
  bench.does(bob, 'r1', react('👍', false))
  assert.deepEqual(reactions(), [{ emoji: '👍', users: [ann] }])
  bench.does(ann, 'r1', react('👍', false))
  assert.deepEqual(bench.body('r1', said), { kind: 'post', text: 'hello' })
})

test('[R32] a reaction that changes nothing is accepted and makes its entry', () => {
  const { bench, bob, react, reactions } = chat()
  assert.equal(bench.does(bob, 'r1', react('👍', false)), 4)
  assert.equal(bench.does(bob, 'r1', react('👍')), 5)
  assert.equal(bench.does(bob, 'r1', react('👍')), 6)
  assert.deepEqual(reactions(), [{ emoji: '👍', users: [bob] }])
})

test('[R33] reactions have limits: of emoji, of people, of bytes', () => {
  const limits = { reactionsPerMessageMax: 2, peoplePerReactionMax: 1, reactionBytesMax: 8 }
  const { bench, ann, bob, react } = chat({ limits })
  bench.does(ann, 'r1', react('👍'))
  bench.does(ann, 'r1', react('🎉'))
  bench.refuses(ann, 'r1', react('🙂'), 'too-many-reactions')
  bench.refuses(bob, 'r1', react('👍'), 'too-many-reactions')
  bench.does(ann, 'r1', react('👍', false))
  bench.does(bob, 'r1', react('👍'))
  bench.refuses(bob, 'r1', react('123456789'), 'invalid')
})

test('[R33] a reaction is visible text without spaces, on a message that is there', () => {
  const { bench, bob, react, said } = chat()
  for (const emoji of ['', ' ', 'a b', '\u0007', '\0', '\uD83D', '\u200D', '\uFE0F']) {
    bench.refuses(bob, 'r1', react(emoji), 'invalid')
  }
  for (const emoji of ['👩‍🚀', '❤️', '+1', '🇪🇺']) bench.does(bob, 'r1', react(emoji))
  bench.refuses(bob, 'r1', react('👍', true, 1), 'unknown-message')
  bench.refuses(bob, 'r1', react('👍', true, said + 50), 'unknown-message')
})

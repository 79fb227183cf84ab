import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BenchOptions, ReplicaBench } from './replica-bench.test-suite.ts'

function chat(options: BenchOptions = {}) {
  const bench = new ReplicaBench(options)
  const [ann, bob] = [bench.guest('Ann'), bench.guest('Bob')]
  bench.joins(bench.room(ann, 'r1'), bob)
  return { bench, ann, bob }
}

const post = (text: string) => ({ kind: 'post', text }) as const

test('[R22] a message stands in the room as it was written', () => {
  const { bench, ann } = chat()
  const text = '  two\n\tlines 🙂 \u202Eand\u2069 all  '
  assert.equal(bench.does(ann, 'r1', post(text)), 3)
  assert.deepEqual(bench.store.entry('r1', 3), {
    index: 3,
    at: 1_000,
    by: ann,
    name: 'Ann',
    outbox: `o-${ann}`,
    number: 2,
    kind: 'post',
    text,
  })
})

test('[R23] a message of nothing visible is empty', () => {
  const { bench, ann } = chat()
  for (const text of ['', ' ', '\n\t', '\u200B', '\u00A0', '\u3164', '\uFEFF\u202E', '\u0007']) {
    bench.refuses(ann, 'r1', post(text), 'message-empty')
  }
})

test('[R24] a message has at most the bytes of its limit', () => {
  const { bench, ann } = chat({ limits: { messageBytesMax: 8 } })
  bench.does(ann, 'r1', post('12345678'))
  bench.does(ann, 'r1', post('🙂🙂'))
  bench.does(ann, 'r1', post('ёёёё'))
  const edited = bench.does(ann, 'r1', post('€€12'))
  bench.refuses(ann, 'r1', post('123456789'), 'message-too-large')
  bench.refuses(ann, 'r1', post('🙂🙂1'), 'message-too-large')
  bench.refuses(ann, 'r1', post('ёёёё1'), 'message-too-large')
  bench.refuses(ann, 'r1', post('€€€'), 'message-too-large')
  const edit = { kind: 'edit', target: edited, text: '€€€' } as const
  bench.refuses(ann, 'r1', edit, 'message-too-large')
})

test('[R25] text that some store would change is invalid', () => {
  const { bench, ann } = chat()
  const said = bench.says(ann, 'r1')
  bench.refuses(ann, 'r1', post('a\uD800b'), 'invalid')
  bench.refuses(ann, 'r1', post('a\0b'), 'invalid')
  bench.refuses(ann, 'r1', { kind: 'edit', target: said, text: 'a\uDC00' }, 'invalid')
})

test('[R26] a reply names a message that is there', () => {
  const { bench, ann, bob } = chat()
  const said = bench.says(ann, 'r1')
  const reply = (replyTo: number) => ({ kind: 'post', text: 'yes', replyTo }) as const
  const replied = bench.does(bob, 'r1', reply(said))
  assert.deepEqual(bench.body('r1', replied), reply(said))
  bench.refuses(bob, 'r1', reply(1), 'unknown-message')
  bench.refuses(bob, 'r1', reply(99), 'unknown-message')
  bench.does(ann, 'r1', { kind: 'delete', target: said })
  bench.refuses(bob, 'r1', reply(said), 'message-deleted')
})

test('[R27] an edit changes the message and stands as an entry of its own', () => {
  const { bench, ann, bob } = chat()
  const said = bench.does(bob, 'r1', { kind: 'post', text: 'frist' })
  bench.at = 2_000
  const edited = bench.does(bob, 'r1', { kind: 'edit', target: said, text: 'first' })
  assert.deepEqual(bench.body('r1', said), { kind: 'post', text: 'first', editedAt: 2_000 })
  assert.deepEqual(bench.body('r1', edited), { kind: 'edit', target: said, text: 'first' })
  assert.equal(bench.store.entry('r1', said)?.at, 1_000)
  bench.refuses(ann, 'r1', { kind: 'edit', target: said, text: 'mine' }, 'not-allowed')
  bench.refuses(bob, 'r1', { kind: 'edit', target: edited, text: 'x' }, 'unknown-message')
  bench.refuses(bob, 'r1', { kind: 'edit', target: 99, text: 'x' }, 'unknown-message')
  bench.refuses(bob, 'r1', { kind: 'edit', target: said, text: ' ' }, 'message-empty')
})

test('[R28] of a deleted message nothing remains that was said', () => {
  const { bench, ann, bob } = chat()
  const said = bench.does(bob, 'r1', {
    kind: 'post',
    text: 'secret 1',
    replyTo: bench.says(ann, 'r1'),
  })
  const edits = [2, 3].map((n) =>
    bench.does(bob, 'r1', { kind: 'edit', target: said, text: `secret ${n}` }),
  )
  bench.does(ann, 'r1', { kind: 'react', target: said, emoji: '👍', on: true })
  const deleted = bench.does(bob, 'r1', { kind: 'delete', target: said })
  const gone = { kind: 'post', text: '', replyTo: 3, deletedBy: bob }
  assert.deepEqual(bench.body('r1', said), gone)
  for (const index of edits) {
    assert.deepEqual(bench.body('r1', index), { kind: 'edit', target: said, text: '' })
  }
  assert.deepEqual(bench.body('r1', deleted), { kind: 'delete', target: said })
  assert.ok(!bench.store.contents().some((line) => line.includes('secret')))
  assert.deepEqual(bench.store.search({ text: 'secret', rooms: ['r1'], limit: 9 }), [])
})

test('[R28] a deleted message is neither edited nor deleted nor reacted to', () => {
  const { bench, bob } = chat()
  const said = bench.says(bob, 'r1')
  bench.does(bob, 'r1', { kind: 'delete', target: said })
  bench.refuses(bob, 'r1', { kind: 'delete', target: said }, 'message-deleted')
  bench.refuses(bob, 'r1', { kind: 'edit', target: said, text: 'x' }, 'message-deleted')
  const react = { kind: 'react', target: said, emoji: '👍', on: true } as const
  bench.refuses(bob, 'r1', react, 'message-deleted')
  bench.refuses(bob, 'r1', { kind: 'delete', target: 1 }, 'unknown-message')
})

test('[R29] a message is deleted by its author or by a moderator', () => {
  const { bench, ann, bob } = chat()
  const cy = bench.guest('Cy')
  bench.joins('r1', cy)
  const said = [bench.says(bob, 'r1'), bench.says(bob, 'r1'), bench.says(ann, 'r1')] as const
  bench.refuses(cy, 'r1', { kind: 'delete', target: said[0] }, 'not-allowed')
  bench.does(ann, 'r1', { kind: 'delete', target: said[0] })
  bench.does(ann, 'r1', { kind: 'role', user: cy, role: 'moderator' })
  bench.does(cy, 'r1', { kind: 'delete', target: said[1] })
  bench.does(cy, 'r1', { kind: 'delete', target: said[2] })
})

test('[R30] the feed carries what was done, the store how it is now', () => {
  const { bench, ann } = chat()
  const send = (number: number, op: object) =>
    ({ kind: 'room', room: 'r1', by: ann, outbox: 'o1', number, op }) as never
  const applied = bench.apply(
    send(1, { kind: 'post', text: 'frist' }),
    send(2, { kind: 'edit', target: 3, text: 'first' }),
  )
  const [{ entries } = { entries: [] }] = applied.rooms
  assert.deepEqual(
    entries.map((entry) => ('text' in entry ? [entry.index, entry.kind, entry.text] : [])),
    [
      [3, 'post', 'frist'],
      [4, 'edit', 'first'],
    ],
  )
  assert.deepEqual(bench.body('r1', 3), { kind: 'post', text: 'first', editedAt: 1_000 })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { directRoomId, id } from './operation.ts'
import { upFrame } from './up.ts'

const token = 't'.repeat(43)

function isFrame(frame: unknown): boolean {
  return upFrame.safeParse(frame).success
}

test('[P8] any value whatever is a frame or is refused, without a throw', () => {
  fc.assert(fc.property(fc.anything(), (value) => typeof isFrame(value) === 'boolean'))
})

test('unknown fields are dropped', () => {
  const parsed = upFrame.parse({ t: 'typing', room: 'r1', on: true, mood: 'good' })
  assert.deepEqual(parsed, { t: 'typing', room: 'r1', on: true })
})

test('ids are short and plain', () => {
  for (const good of ['a', 'd:uA:uB', 'x-1_2.3', 'a'.repeat(64)]) {
    assert.equal(id.safeParse(good).success, true, good)
  }
  for (const bad of ['', 'a b', 'é', 'a/b', 'a\n', 'a'.repeat(65), 7, null]) {
    assert.equal(id.safeParse(bad).success, false, String(bad))
  }
})

test('a token is long and plain, whatever the way in', () => {
  const hello = (secret: string) => ({
    t: 'hello',
    protocol: 1,
    auth: { kind: 'token', token: secret },
  })
  assert.equal(isFrame(hello(token)), true)
  for (const bad of ['', 'short', 't'.repeat(129), `${token}+`]) {
    assert.equal(isFrame(hello(bad)), false, bad)
  }
})

test('numbers and indexes are whole and count from one', () => {
  const send = (number: unknown) => ({
    t: 'send',
    room: 'r1',
    outbox: 'o1',
    number,
    op: { kind: 'join' },
  })
  assert.equal(isFrame(send(1)), true)
  for (const bad of [0, -1, 1.5, 2 ** 53, '1', null, Number.NaN]) {
    assert.equal(isFrame(send(bad)), false, String(bad))
  }
})

test('a resume holds indexes by room, and no name of it reaches a prototype', () => {
  const text = `{"t":"hello","protocol":1,"auth":{"kind":"token","token":"${token}"},`
  const frame = upFrame.parse(JSON.parse(`${text}"resume":{"__proto__":3,"lobby":4}}`))
  assert.ok(frame.t === 'hello')
  assert.deepEqual({ ...frame.resume }, { lobby: 4 })
  assert.equal(isFrame(JSON.parse(`${text}"resume":{"lobby":-1}}`)), false)
  assert.equal(isFrame(JSON.parse(`${text}"resume":{"a b":1}}`)), false)
})

test('a direct conversation has one id from both sides', () => {
  assert.equal(directRoomId('uA', 'uB'), 'd:uA:uB')
  assert.equal(directRoomId('uB', 'uA'), 'd:uA:uB')
})

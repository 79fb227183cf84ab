import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fedEntries, Scene, summary } from './frontend-scene.test-suite.ts'

const b = 'primary-1'

function scene(): Scene {
  const made = new Scene({ backends: [{ name: b, rank: 'primary' }] })
  made.backendsUp(b)
  return made
}

/** Alice resumes r1, whose head is `head`, holding everything up to `held`. */
function resumed(head: number, held: number): Scene {
  const made = scene()
  made.online('s1', { user: 'alice', rooms: [summary('r1', head)], resume: { r1: held } })
  return made
}

function catchUps(made: Scene) {
  return made.requests(b).flatMap((request) => {
    const { body } = request
    return body.kind === 'catch-up' ? [{ request, room: body.room, after: body.after }] : []
  })
}

/** Answers the one catch-up that is asked for with what follows, up to `to`. */
function answerCatchUp(made: Scene, to: number, head = to): void {
  const [asked, ...more] = catchUps(made)
  assert.deepEqual(more, [])
  assert.ok(asked !== undefined, 'a catch-up is asked for')
  const from = asked.after + 1
  made.answers(b, asked.request, { kind: 'catch-up', from, entries: fedEntries(from, to), head })
}

function indexes(made: Scene, room = 'r1'): readonly number[] {
  const frames = made.hearsOnly('s1', 'entries').filter((frame) => frame.room === room)
  return frames.flatMap((frame) => frame.entries.map((entry) => entry.index))
}

test('[P5] a client that resumes at the head gets what comes next', () => {
  const made = resumed(10, 10)
  made.feeds(b, 'r1', 11, fedEntries(11, 12))
  assert.deepEqual(indexes(made), [11, 12])
})

test('[P5] a client that resumes behind reads what it missed, then joins the live stream', () => {
  const made = resumed(450, 50)
  made.feeds(b, 'r1', 451, fedEntries(451, 451))
  answerCatchUp(made, 250, 451)
  made.feeds(b, 'r1', 452, fedEntries(452, 452))
  answerCatchUp(made, 450, 452)
  answerCatchUp(made, 452)
  made.feeds(b, 'r1', 453, fedEntries(453, 453))
  assert.deepEqual(
    indexes(made),
    Array.from({ length: 403 }, (_, at) => 51 + at),
  )
})

test('[P3] of what was asked before the client named another place, only the rest is sent', () => {
  const made = resumed(20, 10)
  const [asked] = catchUps(made)
  made.says('s1', { t: 'follow', room: 'r1', after: 15 })
  const entries = fedEntries(11, 20)
  made.answers(b, asked?.request, { kind: 'catch-up', from: 11, entries, head: 20 })
  assert.deepEqual(indexes(made), [16, 17, 18, 19, 20])
})

test('[P7] who missed too much hears `gap` and goes on from the newest', () => {
  const made = resumed(5_000, 3_000)
  assert.deepEqual(made.hearsOnly('s1', 'gap'), [{ t: 'gap', room: 'r1', head: 5_000 }])
  assert.deepEqual(catchUps(made), [])
  made.feeds(b, 'r1', 5_001, fedEntries(5_001, 5_001))
  assert.deepEqual(indexes(made), [5_001])
})

test('[P6] a client that names a place ahead of the feed waits for the feed to get there', () => {
  const made = resumed(10, 10)
  made.says('s1', { t: 'follow', room: 'r1', after: 12 })
  made.feeds(b, 'r1', 11, fedEntries(11, 11))
  made.feeds(b, 'r1', 12, fedEntries(12, 14))
  assert.deepEqual(indexes(made), [13, 14])
  made.wait(6_000)
  assert.deepEqual(made.hearsOnly('s1', 'gap'), [])
})

test('[P8] a client that names a place which the log never had hears `gap` after a while', () => {
  const made = resumed(10, 10)
  made.says('s1', { t: 'follow', room: 'r1', after: 12 })
  made.wait(4_500)
  assert.deepEqual(made.hearsOnly('s1', 'gap'), [])
  made.wait(1_000)
  assert.deepEqual(made.hearsOnly('s1', 'gap'), [{ t: 'gap', room: 'r1', head: 10 }])
  made.feeds(b, 'r1', 11, fedEntries(11, 11))
  assert.deepEqual(indexes(made), [11])
})

test('[P7] nothing is queued for a client whose socket is full; it reads when it drains', () => {
  const made = resumed(10, 10)
  made.turn(() => made.node.clientBlocked(made.now, 's1'))
  made.hears('s1')
  for (let index = 11; index <= 30; index += 1) {
    made.feeds(b, 'r1', index, fedEntries(index, index))
  }
  made.says('s1', {
    t: 'send',
    room: 'r1',
    outbox: 'o1',
    number: 1,
    op: { kind: 'post', text: 'x' },
  })
  made.answers(b, made.requests(b).at(-1), { kind: 'sent', index: 31, at: 1 })
  assert.deepEqual(
    made.hears('s1').map((frame) => frame.t),
    ['ack'],
    'acknowledgements still go out',
  )
  assert.deepEqual(catchUps(made), [])
  made.turn(() => made.node.clientDrained(made.now, 's1'))
  answerCatchUp(made, 30)
  made.feeds(b, 'r1', 31, fedEntries(31, 31))
  assert.deepEqual(
    indexes(made),
    [11, 12, 13, 14, 15, 16, 17, 18, 19, 20].concat([21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31]),
  )
})

test('[P7] a slow reader costs nobody else anything', () => {
  const made = resumed(10, 10)
  made.online('s2', { user: 'bob', rooms: [summary('r1', 10)] })
  made.turn(() => made.node.clientBlocked(made.now, 's1'))
  made.hears('s2')
  made.feeds(b, 'r1', 11, fedEntries(11, 11))
  assert.equal(made.hearsOnly('s2', 'entries').length, 1)
})

test('[P7] entries read while the socket filled up are read again later', () => {
  const made = resumed(10, 5)
  const [asked] = catchUps(made)
  made.turn(() => made.node.clientBlocked(made.now, 's1'))
  made.answers(b, asked?.request, {
    kind: 'catch-up',
    from: 6,
    entries: fedEntries(6, 10),
    head: 10,
  })
  assert.deepEqual(indexes(made), [])
  made.turn(() => made.node.clientDrained(made.now, 's1'))
  answerCatchUp(made, 10)
  assert.deepEqual(indexes(made), [6, 7, 8, 9, 10])
})

test('[P7] who does not drain for too long is closed as a slow reader', () => {
  const made = resumed(10, 10)
  made.turn(() => made.node.clientBlocked(made.now, 's1'))
  made.wait(20_000)
  made.says('s1', { t: 'ping' })
  made.wait(11_000)
  assert.equal(made.closedFor('s1'), 'slow-reader')
})

test('[P7] while its socket is full a client gets no more answers to questions', () => {
  const made = resumed(10, 10)
  made.turn(() => made.node.clientBlocked(made.now, 's1'))
  made.says('s1', { t: 'history', ask: 4, room: 'r1' })
  const [error] = made.hearsOnly('s1', 'error')
  assert.deepEqual([error?.ask, error?.code, error?.retry], [4, 'too-many-in-flight', 'later'])
})

test('a few rooms are read at once, the others after them', () => {
  const made = scene()
  const rooms = ['a', 'b', 'c', 'd', 'e', 'f'].map((room) => summary(room, 3))
  const resume = Object.fromEntries(rooms.map(({ room }) => [room, 1]))
  made.online('s1', { user: 'alice', rooms, resume })
  const asked = catchUps(made)
  assert.deepEqual(
    asked.map(({ room }) => room),
    ['a', 'b', 'c', 'd'],
  )
  const entries = fedEntries(2, 3)
  made.answers(b, asked[1]?.request, { kind: 'catch-up', from: 2, entries, head: 3 })
  assert.deepEqual(
    catchUps(made).map(({ room }) => room),
    ['e'],
  )
  assert.deepEqual(indexes(made, 'b'), [2, 3])
})

test('a backend that has not got as far as the feed is asked again after a moment', () => {
  const made = resumed(10, 8)
  const [asked] = catchUps(made)
  made.answers(b, asked?.request, { kind: 'catch-up', from: 9, entries: [], head: 8 })
  assert.deepEqual(catchUps(made), [])
  made.wait(100)
  answerCatchUp(made, 10)
  assert.deepEqual(indexes(made), [9, 10])
})

test('a room that stays refused is given up, since its person is not in it', () => {
  const made = resumed(10, 8)
  for (let refusals = 0; refusals <= 8; refusals += 1) {
    const [asked] = catchUps(made)
    made.answers(b, asked?.request, { kind: 'refused', code: 'not-member' })
    made.says('s1', { t: 'ping' })
    made.wait(2_100)
  }
  assert.deepEqual(catchUps(made), [])
  assert.equal(made.node.figures().followers, 1, 'only the self room is left')
})

test('a session behind in its self room follows a new room when it has read of it, once', () => {
  const made = scene()
  made.online('s1', { user: 'alice' })
  made.turn(() => made.node.clientBlocked(made.now, 's1'))
  const entry = { json: '{"index":2}', follow: { room: 'r7', from: 4 } }
  made.feeds(b, 'alice', 2, [entry])
  assert.equal(made.feedOf('r7'), undefined)
  made.turn(() => made.node.clientDrained(made.now, 's1'))
  const [asked] = catchUps(made)
  made.answers(b, asked?.request, { kind: 'catch-up', from: 2, entries: [entry], head: 2 })
  assert.deepEqual(indexes(made, 'alice'), [2])
  assert.equal(made.feedOf('r7'), b)
  made.feeds(b, 'alice', 2, [entry])
  assert.equal(made.node.figures().followers, 2)
})

test('[P7] who missed too much of the self room to know its rooms is closed to start anew', () => {
  const made = scene()
  made.online('s1', { user: 'alice' })
  made.turn(() => made.node.clientBlocked(made.now, 's1'))
  const entry = { json: '{"index":2}', follow: { room: 'r7', from: 4 } }
  made.feeds(b, 'alice', 2, [entry, ...fedEntries(3, 1_200)])
  made.turn(() => made.node.clientDrained(made.now, 's1'))
  assert.equal(made.closedFor('s1'), 'slow-reader')
})

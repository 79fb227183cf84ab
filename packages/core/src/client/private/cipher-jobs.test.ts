import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CipherResult, CipherWork } from './cipher.ts'
import { CipherJobs, jobMsMax } from './cipher-jobs.ts'
import { assertUnseen, encryptedRoom, invite, says } from './private-scene.test-suite.ts'

const done: CipherResult = { outcome: { kind: 'done' } }
const forget = (room: string) => ({ kind: 'forget', room }) as const

function bench() {
  const given: number[] = []
  const told: string[] = []
  const jobs = new CipherJobs({
    emit: (output) => output.kind === 'cipher' && given.push(output.job),
    heard: () => {},
    late: (_, work: CipherWork) => told.push(`late ${work.kind}`),
  })
  const give = (room: string, name: string) =>
    jobs.room(forget(room), (_, { outcome }) => told.push(`${name} ${outcome.kind}`))
  jobs.open()
  const at = (ms: number) => ({ ms, wallMs: ms })
  return { jobs, given, told, give, at }
}

test('[P7] a job that is never answered counts as failed, and its room goes on', () => {
  const { jobs, given, told, give, at } = bench()
  give('r', 'first')
  give('r', 'second')
  jobs.tick(at(0))
  jobs.tick(at(jobMsMax - 1))
  assert.deepEqual([given, told], [[1], []])
  jobs.tick(at(jobMsMax))
  assert.deepEqual([given, told], [[1, 2], ['first failed']])
  jobs.answered(at(jobMsMax + 1), 1, done)
  jobs.answered(at(jobMsMax + 2), 2, done)
  jobs.answered(at(jobMsMax + 3), 2, done)
  assert.deepEqual(told, ['first failed', 'late forget', 'second done'])
})

test('[P7] a job that waits for those before it does not count as failed', () => {
  const { jobs, told, give, at } = bench()
  for (const room of ['a', 'b', 'c']) give(room, room)
  jobs.tick(at(0))
  jobs.answered(at(jobMsMax - 1), 1, done)
  jobs.tick(at(jobMsMax))
  assert.deepEqual(told, ['a done'])
  // The second is lost: what comes of the third says nothing of it.
  jobs.answered(at(jobMsMax + 1), 3, done)
  jobs.tick(at(2 * jobMsMax - 1))
  assert.deepEqual(told, ['a done', 'c done', 'b failed'])
})

/** Bob's cipher is silent for so long that he gives up waiting; then it does what it was given. */
function silent(kinds: readonly CipherWork['kind'][]) {
  const { scene, ada, bob } = encryptedRoom()
  says(scene, ada, 'one')
  bob.holdsJob = ({ kind }) => kinds.includes(kind)
  const goOn = () => {
    scene.wait(1_000)
    bob.ms += jobMsMax
    bob.holdsJob = () => false
    scene.wait(5_000)
  }
  const tell = () => {
    bob.tell()
    scene.wait(5_000)
  }
  return { scene, ada, bob, goOn, tell }
}

test('[P7] [P3] what the cipher did not open for long is opened after all, in its place', () => {
  const { scene, ada, bob, goOn, tell } = silent(['open'])
  invite(scene, ada, scene.device('carol'))
  says(scene, ada, 'two')
  goOn()
  says(scene, ada, 'three')
  assert.deepEqual(bob.texts('r'), ['one', 'two', 'three'])
  tell()
  says(scene, bob, 'four')
  for (const one of [ada, bob]) assert.deepEqual(one.texts('r'), ['one', 'two', 'three', 'four'])
  assert.equal(bob.room('r').privacy?.state, 'ready')
})

test('[P2] [P7] what was sealed too late goes out once', () => {
  const { scene, ada, bob, goOn, tell } = silent(['seal'])
  says(scene, bob, 'two')
  goOn()
  assert.deepEqual(ada.texts('r'), ['one', 'two'])
  tell()
  says(scene, bob, 'three')
  for (const one of [ada, bob]) assert.deepEqual(one.texts('r'), ['one', 'two', 'three'])
  assertUnseen(scene, ['two', 'three'])
})

test('[E11] [P7] a commit that was made too late is not sent, and hinders no other', () => {
  const { scene, ada, bob, goOn, tell } = silent(['change'])
  const carol = scene.device('carol')
  ada.node.compose(ada.now, 'r', { kind: 'invite', user: carol.node.me!.user })
  scene.settle()
  carol.node.compose(carol.now, 'r', { kind: 'join' })
  scene.settle()
  scene.off(ada)
  carol.node.compose(carol.now, 'r', { kind: 'leave' })
  scene.settle()
  says(scene, bob, 'two')
  goOn()
  const commits = () => scene.server.entries('r').filter(({ kind }) => kind === 'commit').length
  const before = commits()
  tell()
  says(scene, bob, 'three')
  assert.deepEqual([commits(), bob.texts('r')], [before, ['one', 'two', 'three']])
})

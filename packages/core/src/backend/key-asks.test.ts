import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AskFrame, RequestBody } from '../link/up.ts'
import { GroupBench } from '../room/group-bench.test-fixture.ts'
import { Bench } from './backend-bench.test-fixture.ts'

type WithoutAsk<F> = F extends { ask: number } ? Omit<F, 'ask'> : never

/** A backend that heard all that Ann and Bob did: she has a leaf in r1, he is in it without one. */
function scene() {
  const people = new GroupBench()
  const [ann, bob] = [people.person('ann'), people.person('bob')]
  people.securedRoom('r1', ann)
  people.letsIn('r1', ann, bob.user)
  const bench = new Bench()
  bench.greet('f1')
  people.records.forEach((record) => {
    bench.hears(record)
  })
  bench.land()
  const ask = ({ user, device }: typeof ann, frame: WithoutAsk<AskFrame>): number => {
    const asked = { ask: 1, ...frame } as AskFrame
    const body: RequestBody = { kind: 'ask', by: user, device, frame: asked }
    return bench.request('f1', body)
  }
  return { bench, ask, ann, bob }
}

const done = { kind: 'answer', answer: { kind: 'done' } }

test('[E4] a claim is answered after the log, a repeat of it the same without the log', () => {
  const { bench, ask, ann, bob } = scene()
  const frame = { t: 'claim' as const, claim: 'c1', room: 'r1', users: [bob.user] }
  const first = ask(ann, frame)
  assert.deepEqual(bench.replies(first), [])
  bench.land()
  const reply = bench.reply(first)
  assert.ok(reply.kind === 'answer' && reply.answer.kind === 'claimed')
  assert.deepEqual(
    reply.answer.packages.map(({ device }) => device),
    [bob.device],
  )
  const again = ask(ann, frame)
  assert.equal(bench.appends.length, 0)
  assert.deepEqual(bench.reply(again), reply)
  const other = ask(bob, { ...frame, claim: 'c2' })
  bench.land()
  assert.deepEqual(bench.reply(other), { kind: 'refused', code: 'no-leaf' })
})

test('[E2] publications, archives and mail are answered when their record is applied', () => {
  const { bench, ask, ann } = scene()
  const frames: readonly WithoutAsk<AskFrame>[] = [
    { t: 'publish', linkKey: 'AAAA' },
    { t: 'archive', rows: [{ key: 'k', box: 'YQ' }] },
    { t: 'mail', device: ann.device, box: 'YQ' },
  ]
  for (const frame of frames) {
    const request = ask(ann, frame)
    assert.deepEqual(bench.replies(request), [])
    bench.land()
    assert.deepEqual(bench.reply(request), done)
  }
  const archived = ask(ann, { t: 'archived', prefix: '' })
  const rows = [{ key: 'k', box: 'YQ' }]
  const answer = { kind: 'archived', rows, more: false }
  assert.deepEqual(bench.reply(archived), { kind: 'answer', answer })
})

test('[E16] mail is fed to whoever follows the self room', () => {
  const { bench, ask, ann } = scene()
  const { head } = bench.store.room(ann.user)!
  bench.frame('f1', { t: 'feed', room: ann.user, from: head + 1 })
  ask(ann, { t: 'mail', device: ann.device, box: 'YQ' })
  bench.land()
  const fed = bench.down('f1', 'entries').flatMap(({ entries }) => entries)
  const mail = { kind: 'link', box: 'YQ' }
  const { device, mail: got } = JSON.parse(fed[0]!.json)
  assert.deepEqual([device, got], [ann.device, mail])
})

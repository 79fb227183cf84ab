import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Answer, ArchiveRow } from '@starling/protocol/down'
import type { UpFrame } from '@starling/protocol/up'
import { Asks, refusal } from '../asks.ts'
import { type ClientOutput, clientTuning, type PrivacyResult } from '../client-io.ts'
import type { ClientScene } from '../client-scene.test-suite.ts'
import { ArchiveKeeper, archiveLimits, type Lack } from './archive-keeper.ts'
import type { CipherOutcome, CipherWork } from './cipher.ts'
import { CipherJobs } from './cipher-jobs.ts'
import { encryptedRoom, invite, type PrivateScene, says } from './private-scene.test-suite.ts'

const row: ArchiveRow = { key: 'e:r:1:2', box: 'a2V5' }
const done: CipherOutcome = { kind: 'done' }

class Bench {
  ms = 0
  lack: Lack | undefined
  readonly works: CipherWork[] = []
  learning: CipherOutcome = done
  readonly #outputs: ClientOutput[] = []
  readonly asks = new Asks(clientTuning)
  readonly #jobs = new CipherJobs({
    emit: (output) => this.#outputs.push(output),
    heard: () => {},
    late: () => {},
  })
  readonly keeper = new ArchiveKeeper({
    ...{ asks: this.asks, jobs: this.#jobs, chance: () => 0.5, isReady: () => true },
    lackOf: () => this.lack,
  })

  get now() {
    return { ms: this.ms, wallMs: this.ms }
  }

  /** What was asked within this time, each question at once answered. */
  wait(ms: number, answer: (frame: UpFrame) => Answer | 'unavailable'): readonly string[] {
    const asked: string[] = []
    for (const endMs = this.ms + ms; this.ms < endMs; this.ms += 500) {
      this.keeper.tick(this.now)
      for (let frames = this.asks.due(this.now); frames.length > 0; ) {
        for (const frame of frames) asked.push(this.#answer(frame, answer(frame)))
        for (const output of this.#outputs.splice(0)) this.#work(output)
        frames = this.asks.due(this.now)
      }
    }
    return asked
  }

  #answer(frame: UpFrame, answer: Answer | 'unavailable'): string {
    assert.ok(frame.t === 'archived' || frame.t === 'archive')
    const result = answer === 'unavailable' ? refusal(answer) : { ok: true as const, answer }
    // Refused for good after a long time of refusals for now.
    this.asks.answered(this.now, frame.ask, result)
    return frame.t === 'archived' ? `${Math.round(this.ms / 1_000)} ${frame.prefix}` : frame.t
  }

  #work(output: ClientOutput): void {
    if (output.kind !== 'cipher') return
    this.works.push(output.work)
    const outcome = output.work.kind === 'learn' ? this.learning : done
    this.#jobs.answered(this.now, output.job, { outcome })
  }
}

const nothing: Answer = { kind: 'archived', rows: [], more: false }

test('[P7] a room of which something lacks its key is asked for with pauses that grow', () => {
  const bench = new Bench()
  bench.lack = 'late'
  bench.keeper.missed(bench.now, 'r')
  const asked = bench.wait(2_000_000, () => nothing).filter((it) => it.endsWith('e:r:'))
  assert.deepEqual(asked, ['2 e:r:', '12 e:r:', '62 e:r:', '312 e:r:', '912 e:r:', '1512 e:r:'])
})

test('[P7] for what may be older than the person’s membership only a few times', () => {
  const bench = new Bench()
  bench.lack = 'older'
  bench.keeper.missed(bench.now, 'r')
  const asked = () => bench.wait(3_000_000, () => nothing).filter((it) => it.endsWith('e:r:'))
  assert.equal(asked().length, archiveLimits.olderAsksMax)
  bench.keeper.welcomed(bench.now, [])
  assert.equal(asked().length, archiveLimits.olderAsksMax)
  bench.lack = undefined
  bench.keeper.again(bench.now, 'r')
  assert.deepEqual(asked(), [])
})

test('[E15] rows that could not be kept are given again, and told of when they are', () => {
  const bench = new Bench()
  bench.keeper.keep(bench.now, [row])
  assert.equal(bench.wait(10_000, () => 'unavailable').length > 2, true)
  assert.deepEqual(bench.works, [])
  bench.wait(10_000, () => ({ kind: 'done' }))
  assert.deepEqual(bench.works, [{ kind: 'archive-kept', keys: [row.key] }])
})

test('[E15] what a linked device could not learn at once it learns when it can', () => {
  const bench = new Bench()
  bench.keeper.learnAll(bench.now)
  bench.wait(5_000, () => 'unavailable')
  bench.learning = { kind: 'failed', code: 'vault-unavailable', say: '' }
  const rows: Answer = { kind: 'archived', rows: [row], more: false }
  bench.wait(30_000, () => rows)
  assert.equal(bench.works.length > 1, true)
  bench.learning = done
  bench.wait(60_000, () => rows)
  assert.deepEqual(bench.works.at(-1), { kind: 'learn', rows: [row], isLast: true })
  assert.deepEqual(
    bench.wait(60_000, () => rows),
    [],
  )
})

test('[E15] a room’s rows do not end the learning of all of them', () => {
  const bench = new Bench()
  bench.lack = 'late'
  bench.keeper.again(bench.now, 'r')
  const rows: Answer = { kind: 'archived', rows: [row], more: false }
  bench.wait(500, () => rows)
  const learned = bench.works.flatMap((work) => (work.kind === 'learn' ? [work.isLast] : []))
  assert.deepEqual(learned, [false, false])
})

function wish(scene: PrivateScene, who: ClientScene, what: Parameters<typeof who.node.privacy>[1]) {
  const ask = who.node.privacy(who.now, what)
  scene.settle()
  const answers = who.outputs.flatMap((it): PrivacyResult[] =>
    it.kind === 'privacy' && it.ask === ask ? [it.result] : [],
  )
  assert.equal(answers[0]?.ok, true)
}

/** Ada's phone is linked while the newest key is not in her archive. */
function linkedTooSoon() {
  const { scene, ada, bob } = encryptedRoom()
  says(scene, bob, 'one')
  scene.server.askFault = ({ t }) => (t === 'archive' ? 'unavailable' : undefined)
  invite(scene, ada, scene.device('carol'))
  says(scene, bob, 'two')
  const phone = scene.device('ada', { device: 'phone' })
  scene.wait(1_000)
  const code = phone.node.snapshot().privacy?.linkCode ?? ''
  wish(scene, ada, { kind: 'link', code })
  phone.node.openRoom(phone.now, 'r')
  scene.wait(1_000)
  assert.equal(phone.room('r').privacy?.state, 'ready')
  assert.equal(phone.texts('r').includes('two'), false)
  scene.server.askFault = () => undefined
  return { scene, ada, phone }
}

test('[P10] what was archived after a device was linked it reads as well, by itself', () => {
  const { scene, phone } = linkedTooSoon()
  scene.wait(20_000)
  assert.deepEqual(phone.texts('r'), ['one', 'two'])
})

test('[P10] the key of a message is asked for at once when the person wants it', () => {
  const { scene, ada, phone } = linkedTooSoon()
  ada.wait(600)
  wish(scene, phone, { kind: 'again', room: 'r' })
  scene.settle()
  assert.deepEqual(phone.texts('r'), ['one', 'two'])
})

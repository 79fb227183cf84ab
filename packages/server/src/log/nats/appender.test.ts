import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Msg, type MsgHdrs, MsgHdrsImpl } from '@nats-io/transport-node'
import { LogError } from '@starling/core/log/log'
import { eventually } from '../../telemetry/eventually.test-fixture.ts'
import { Appender } from './appender.ts'
import { AwakeClock } from './awake-clock.ts'
import { natsTuning } from './nats-tuning.ts'
import { RecordCodec } from './record-codec.ts'
import { recordOf } from './writer-and-reader.test-fixture.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))
const nobody = Symbol('no responders')

/** Appends over a connection that is made up; time passes only when it is told to. */
class Scene {
  readonly clock = new AwakeClock(0)
  readonly sent: { readonly id: string; readonly reply: string }[] = []
  readonly damages: string[] = []
  isConnected = true
  readonly appender: Appender
  #nowMs = 0
  #hear: (message: Msg) => void = () => {}

  constructor() {
    const scene = this
    this.appender = new Appender({
      stream: 'LOG',
      codec: new RecordCodec(),
      clock: this.clock,
      now: () => ({ ms: this.#nowMs, wallMs: this.#nowMs }),
      onAcked: () => {},
      onDamage: (why) => this.damages.push(why),
      line: {
        get connection() {
          return scene.isConnected ? ({} as never) : undefined
        },
        server: undefined,
        listen: (_subject, hear) => {
          this.#hear = hear
          return () => undefined
        },
        publish: (_subject, _payload, { reply = '', headers } = {}) => {
          this.sent.push({ id: headers?.get('Nats-Msg-Id') ?? '', reply })
          return true
        },
      },
    })
  }

  /** What was published since it was asked last. */
  take(): readonly string[] {
    return this.sent.splice(0).map(({ id }) => id)
  }

  append(...ids: readonly string[]): readonly Promise<number | LogError>[] {
    return ids.map((id) =>
      this.appender.append(recordOf(id)).catch((error: unknown) => {
        assert.ok(error instanceof LogError)
        return error
      }),
    )
  }

  answer(reply: string, said: object | typeof nobody): void {
    const headers = said === nobody ? noResponders() : undefined
    const text = said === nobody ? '' : JSON.stringify(said)
    this.#hear({ subject: reply, headers, string: () => text } as Msg)
  }

  pass(ms: number): void {
    for (const end = this.#nowMs + ms; this.#nowMs < end; ) {
      this.#nowMs += natsTuning.tickMs
      this.clock.tick(this.#nowMs)
      this.appender.tick()
    }
  }
}

function noResponders(): MsgHdrs {
  return MsgHdrsImpl.decode(new TextEncoder().encode('NATS/1.0 503\r\n\r\n'))
}

const ack = (seq: number) => ({ stream: 'LOG', seq })
const failure = (err_code: number, code = 400) => ({
  error: { code, err_code, description: 'so' },
})

function coded(outcome: number | LogError): readonly [string, string] {
  assert.ok(outcome instanceof LogError)
  return [outcome.code, outcome.landed]
}

/** The pauses between rounds are real. */
function untilSent(context: TestContext, scene: Scene, count: number): Promise<void> {
  return eventually(context, () => assert.equal(scene.sent.length, count))
}

test('what comes in one turn leaves together, in order', async () => {
  const scene = new Scene()
  const [a, b] = scene.append('a', 'b')
  assert.deepEqual(scene.take(), [])
  await turn()
  const [first, second] = scene.sent
  assert.deepEqual(scene.take(), ['a', 'b'])
  scene.answer(second!.reply, ack(2))
  scene.answer(first!.reply, ack(1))
  assert.deepEqual(await Promise.all([a, b]), [1, 2])
})

test('[L2] without a leader all is sent again in order, first the first alone', async (context) => {
  const scene = new Scene()
  const all = scene.append('a', 'b', 'c')
  await turn()
  const before = scene.sent.map(({ reply }) => reply)
  scene.take()
  for (const reply of before) scene.answer(reply, nobody)
  await untilSent(context, scene, 1)
  const [again] = scene.sent
  assert.deepEqual(scene.take(), ['a'])
  // What an earlier round hears late counts when it is good, not when it is bad.
  scene.answer(before[1]!, failure(10077))
  scene.answer(before[2]!, ack(3))
  assert.equal(await all[2], 3)
  await turn()
  assert.deepEqual(scene.take(), ['b'])
  scene.answer(again!.reply, ack(1))
  assert.equal(await all[0], 1)
})

test('[L2] what is lost while others come through is sent again', async (context) => {
  const scene = new Scene()
  const [lost] = scene.append('lost', 'other')
  await turn()
  scene.answer(scene.sent[1]!.reply, ack(1))
  scene.take()
  scene.append('more')
  scene.pass(natsTuning.ackMsMax + natsTuning.tickMs)
  await untilSent(context, scene, 1)
  assert.deepEqual(scene.sent.at(-1)?.id, 'lost')
  scene.answer(scene.sent.at(-1)!.reply, ack(2))
  assert.equal(await lost, 2)
})

test('[L2] nothing is sent twice because many are on their way', async () => {
  const scene = new Scene()
  scene.append('a', 'b')
  await turn()
  const [first] = scene.sent
  scene.pass(natsTuning.ackMsMax - natsTuning.tickMs)
  scene.answer(first!.reply, ack(1))
  scene.pass(natsTuning.ackMsMax - natsTuning.tickMs)
  await turn()
  assert.deepEqual(scene.take(), ['a', 'b'])
})

test('[L5] a refusal says whether the record may have landed', async (context) => {
  const scene = new Scene()
  const outcomes = scene.append('full', 'large', 'again')
  await turn()
  const [full, large, again] = scene.sent.splice(0)
  scene.answer(full!.reply, failure(10077))
  scene.answer(large!.reply, failure(10054))
  assert.deepEqual(coded(await outcomes[0]!), ['full', 'no'])
  assert.deepEqual(coded(await outcomes[1]!), ['too-large', 'no'])
  // Its first copy is still being stored, and the answer to the second cannot tell of it.
  scene.answer(again!.reply, failure(10158, 409))
  await untilSent(context, scene, 1)
  scene.answer(scene.sent[0]!.reply, failure(10047, 500))
  assert.deepEqual(coded(await outcomes[2]!), ['full', 'unknown'])
})

test('[P7] what is not acknowledged in time is given up and not sent again', async () => {
  const scene = new Scene()
  const [sent] = scene.append('sent')
  await turn()
  scene.isConnected = false
  const [unsent] = scene.append('unsent')
  scene.pass(natsTuning.appendMsMax + natsTuning.tickMs)
  assert.deepEqual(coded(await sent!), ['unavailable', 'unknown'])
  assert.deepEqual(coded(await unsent!), ['unavailable', 'no'])
  scene.isConnected = true
  scene.take()
  scene.appender.opened()
  await turn()
  assert.deepEqual(scene.take(), [])
  assert.ok(natsTuning.appendMsMax + natsTuning.ackMsMax < natsTuning.duplicateWindowMs)
})

test('[P7] appends on their way and waiting are bounded', async () => {
  const scene = new Scene()
  const ids = Array.from({ length: natsTuning.appendsWaitingMax }, (_, at) => `r${at}`)
  scene.append(...ids)
  await turn()
  assert.equal(scene.take().length, natsTuning.appendsInFlightMax)
  assert.throws(() => scene.appender.append(recordOf('more')), LogError)
})

test('[L12] a subject that another stream has taken is damage', async () => {
  const scene = new Scene()
  const [lost] = scene.append('lost')
  await turn()
  scene.answer(scene.sent[0]!.reply, failure(10060))
  assert.match(scene.damages[0] ?? '', /Another stream has taken its subject/)
  scene.appender.end('damaged', 'so')
  assert.deepEqual(coded(await lost!), ['damaged', 'unknown'])
})

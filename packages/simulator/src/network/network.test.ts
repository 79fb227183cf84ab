import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '../random.ts'
import { Trace } from '../trace.ts'
import { World } from '../world.ts'
import { Network, type Receiver, type Wire } from './network.ts'
import { Paths } from './path.ts'

/** `a` has dialled `b`, and both note what they are told. */
function connected(conditions = { delayMs: 5, jitterMs: 20, lossShare: 0.2, resendMs: 100 }) {
  const world = new World(new Trace())
  const paths = new Paths(conditions, new Random(1))
  const network = new Network<string, string>(world, paths, new Random(2))
  const told = { a: [] as string[], b: [] as string[] }
  const receiver = (notes: string[]): Receiver<string> => ({
    onOpen: () => notes.push('open'),
    onFrame: (frame) => notes.push(frame),
    onClose: (code) => notes.push(`closed ${code}`),
    onBuffered: () => undefined,
  })
  const accepted: Wire<string, string>[] = []
  const accept = (wire: Wire<string, string>) => {
    accepted.push(wire)
    return receiver(told.b)
  }
  network.listen('b:1', { host: 'b', accept })
  const near = network.dial({ from: 'a', to: 'b', address: 'b:1' }, receiver(told.a))
  world.runFor(1_000)
  return { world, paths, network, told, near, far: accepted[0]! }
}

test('frames of one direction arrive once, in order, however long each is under way', () => {
  const { world, told, near } = connected()
  const frames = Array.from({ length: 100 }, (_, i) => `frame ${i}`)
  for (const frame of frames) near.send(frame, 10)
  world.runFor(60_000)
  assert.deepEqual(told.b, ['open', ...frames])
})

test('a closed path holds frames back; they arrive when it is open again', () => {
  const { world, paths, told, near } = connected()
  paths.between('a', 'b').close()
  near.send('held', 10)
  world.runFor(10_000)
  assert.deepEqual(told.b, ['open'])
  assert.equal(near.bufferedBytes, 10)
  paths.between('a', 'b').open()
  world.runFor(1_000)
  assert.deepEqual(told.b, ['open', 'held'])
})

test('nobody listens: the one who dials is told', () => {
  const { world, network, told } = connected()
  const notes: string[] = []
  network.dial(
    { from: 'a', to: 'b', address: 'b:2' },
    {
      onOpen: () => notes.push('open'),
      onFrame: () => undefined,
      onClose: (code) => notes.push(`closed ${code}`),
      onBuffered: () => undefined,
    },
  )
  world.runFor(1_000)
  assert.deepEqual([notes, told.a], [['closed 1006'], ['open']])
})

test('a process that is killed takes its connections with it', () => {
  const { world, network, told } = connected()
  network.bury('b', false)
  world.runFor(1_000)
  assert.deepEqual(told.a, ['open', 'closed 1006'])
})

test('after a loss of power a connection is half-open until the machine is back and asked', () => {
  const { world, network, told, near } = connected()
  network.bury('b', true)
  near.send('to nobody', 10)
  world.runFor(10_000)
  assert.deepEqual(told.a, ['open'])
  network.wake('b')
  near.send('anybody there?', 10)
  world.runFor(1_000)
  assert.deepEqual(told.a, ['open', 'closed 1006'])
})

test('keep-alive finds out about the dead, and lets the frozen be', () => {
  const { world, network, told, near, far } = connected()
  far.setReading(false)
  network.probe(near)
  world.runFor(100)
  assert.deepEqual(told.a, ['open'])
  network.bury('b', true)
  network.probe(near)
  assert.deepEqual(told.a, ['open', 'closed 1006'])
})

test('the one who reads slowly fills the buffer of the one who sends', () => {
  const { world, told, near, far } = connected({
    delayMs: 1,
    jitterMs: 0,
    lossShare: 0,
    resendMs: 0,
  })
  far.incoming!.readIntervalMs = 100
  for (let i = 0; i < 10; i++) near.send(`frame ${i}`, 10)
  world.runFor(450)
  assert.equal(told.b.length, 6)
  assert.equal(near.bufferedBytes, 50)
})

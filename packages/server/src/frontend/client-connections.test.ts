import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { LimitCounts } from '../telemetry/limit-counts.ts'
import { ClientConnections } from './client-connections.ts'
import { frontendShellTuning } from './frontend-settings.ts'
import { textFrame } from './text-frame.ts'
import { closeFrame } from './websocket/control-frame.ts'

const drainFrame = String(closeFrame(4000, 'drain'))

class FakeSocket extends EventEmitter {
  readonly written: Buffer[] = []
  readonly writableLength = 0

  write(bytes: Buffer): boolean {
    this.written.push(bytes)
    return true
  }
}

function scene(t: TestContext, options: { busy: number }) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const nothing = () => {}
  const connections = new ClientConnections({
    tuning: frontendShellTuning,
    limits: new LimitCounts(),
    silenceMsMax: 60_000,
    frameBytesMax: 1_000,
    utilization: () => options.busy,
    ...{ onText: nothing, onAlive: nothing, onEnd: nothing },
    ...{ onBlocked: nothing, onDrained: nothing },
  })
  const sockets = ['s1', 's2', 's3'].map((session) => {
    const socket = new FakeSocket()
    connections.open(session, socket as unknown as Socket, Buffer.alloc(0))
    return socket
  })
  const texts = () => sockets.map(({ written }) => written.map(String))
  return { connections, sockets, texts }
}

test('an idle front-end writes at the end of the turn', (t) => {
  const { connections, texts } = scene(t, { busy: 0.1 })
  connections.text(['s1', 's3'], 'a')
  connections.flush(1_000)
  const a = String(textFrame('a'))
  assert.deepEqual(texts(), [[a], [], [a]])
})

test('under load what comes within the window leaves in one write', (t) => {
  const { connections, texts } = scene(t, { busy: 1 })
  for (let ms = 0; ms < 500; ms += 50) {
    connections.text(['s2'], 'until the window is open')
    connections.flush(ms)
    t.mock.timers.tick(50)
  }
  const before = texts().map((written) => written.length)
  connections.text(['s1'], 'first')
  connections.flush(1_000)
  for (const [at, text] of ['a', 'b', 'c'].entries()) {
    connections.text(['s1', 's2', 's3'], text)
    connections.flush(1_001 + at)
  }
  t.mock.timers.tick(frontendShellTuning.flushWindowMsMax)
  const abc = ['a', 'b', 'c'].map((text) => String(textFrame(text))).join('')
  const late = texts().map((written, at) => written.slice(before[at]))
  assert.deepEqual(late, [[String(textFrame('first')), abc], [abc], [abc]])
})

test('who is closed while the window is open still gets what was due', (t) => {
  const { connections, texts } = scene(t, { busy: 1 })
  connections.text(['s1'], 'a')
  connections.close('s1', 'drain')
  connections.flush(0)
  assert.deepEqual(texts()[0], [String(textFrame('a')), drainFrame])
})

test('a list of sessions that comes again reaches those of them that are still there', (t) => {
  const { connections, texts } = scene(t, { busy: 0 })
  const list = ['s1', 'gone', 's2']
  connections.text(list, 'a')
  connections.flush(0)
  connections.close('s1', 'drain')
  connections.text(list, 'b')
  connections.flush(1_000)
  const [a, b] = ['a', 'b'].map((text) => String(textFrame(text)))
  assert.deepEqual(texts(), [[a, drainFrame], [a, b], []])
})

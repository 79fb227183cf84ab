import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sentenceOf } from '@starling/protocol/error-codes'
import type { UpFrame } from '@starling/protocol/up'
import { Asks } from './asks.ts'
import { clientTuning } from './client-io.ts'
import { ReadMarkers } from './read-markers.ts'
import { RoomState } from './room-state.ts'

const tuning = { ...clientTuning, asksInFlightMax: 6, changesInFlightMax: 2, askMsMax: 60_000 }
const done = { ok: true, answer: { kind: 'done' } } as const

function at(ms: number) {
  return { ms, wallMs: 1_700_000_000_000 + ms }
}

function told(frames: readonly UpFrame[]): readonly string[] {
  return frames.map((frame) => `${frame.t} ${'room' in frame ? frame.room : ''}`.trim())
}

function roomOf(room: string): RoomState {
  const about = { room, kind: 'public', title: 't', topic: '', role: 'member' } as const
  return new RoomState({ ...about, members: 1, head: 9, readUpTo: 0 }, { entriesMax: 10 })
}

test('[P9] reads do not wait behind changes that wait for the log', () => {
  const asks = new Asks(tuning)
  const markers = new ReadMarkers(asks)
  for (const room of ['r1', 'r2', 'r3']) markers.read(at(0), roomOf(room), 7)
  asks.ask(at(0), { t: 'revoke', device: 'd1' }, () => {})
  for (const room of ['r1', 'r2']) asks.ask(at(0), { t: 'history', room }, () => {})
  assert.deepEqual(told(asks.due(at(0))), ['read r1', 'read r2', 'history r1', 'history r2'])
  asks.answered(at(1), 1, done)
  assert.deepEqual(told(asks.due(at(1))), ['read r3'])
  asks.reconnected(at(2))
  assert.deepEqual(told(asks.due(at(2))), ['read r2', 'read r3', 'history r1', 'history r2'])
})

test('[P9] a read marker is asked for again until the log is back, however long that takes', () => {
  const asks = new Asks(tuning)
  const markers = new ReadMarkers(asks)
  markers.read(at(0), roomOf('r1'), 7)
  const numbers: number[] = []
  for (let ms = 0; ms <= 200_000; ms += 1_000) {
    asks.tick(at(ms))
    for (const frame of asks.due(at(ms))) {
      assert.ok(frame.t === 'read')
      numbers.push(frame.ask)
      const say = sentenceOf('unavailable')
      const later = { ok: false, code: 'unavailable', retry: 'later', say, retryMs: 1_000 } as const
      asks.refused(at(ms), frame.ask, later)
    }
  }
  assert.equal(new Set(numbers).size, 4)
  asks.answered(at(200_001), numbers.at(-1)!, done)
  assert.deepEqual(told(asks.due(at(400_000))), [])
})

test('[E8] what is refused until this device has its keys is told to who asked, at once', () => {
  const asks = new Asks(tuning)
  const told: string[] = []
  const about = { claim: 'a'.repeat(22), room: 'r1', users: ['bob'] }
  const claim = { t: 'claim' as const, ...about }
  const ask = asks.ask(at(0), claim, (_, result) => told.push(result.ok ? 'ok' : result.code))
  assert.equal(asks.due(at(0)).length, 1)
  asks.refused(at(1), ask, {
    ok: false,
    code: 'no-leaf',
    retry: 'seal',
    say: sentenceOf('no-leaf'),
  })
  assert.deepEqual([told, asks.due(at(60_000))], [['no-leaf'], []])
})

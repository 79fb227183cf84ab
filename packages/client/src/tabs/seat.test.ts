import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OutboxItem } from '@starling/core/client/client-io'
import type { ClientSnapshot } from '@starling/core/client/snapshot'
import type { Entry } from '@starling/protocol/entry'
import { limits } from '@starling/protocol/limits'
import { Seat, seatEventsMax } from './seat.ts'
import type { HostPort, TabDown, TabEvent } from './tab-frames.ts'

const snapshot: ClientSnapshot = {
  connection: { kind: 'idle' },
  me: undefined,
  rooms: [],
  invitations: [],
  waiting: 0,
  limits,
}

function seated() {
  const frames: Extract<TabDown, { t: 'turn' }>[] = []
  const port: HostPort = {
    post: (frame) => {
      if (frame.t === 'turn') frames.push(frame)
    },
    onFrame: () => {},
    close: () => {},
  }
  return { seat: new Seat('tab', port, snapshot), frames }
}

function entry(room: string, index: number): TabEvent {
  return { kind: 'entry', event: { room, entry: { index } as Entry } }
}

function acked(outbox: string, number: number): TabEvent {
  const item = { outbox, number } as OutboxItem
  return { kind: 'acked', event: { kind: 'acked', item, index: number, at: 0 } }
}

test('[P7] a tab that does not take its turn is told the rest in one', () => {
  const { seat, frames } = seated()
  seat.listen(['entry'])
  for (let index = 1; index <= 5; index += 1) {
    seat.event(entry('r', index))
    seat.tell({ ...snapshot, waiting: index })
  }
  assert.equal(frames.length, 1)
  seat.took()
  seat.tell({ ...snapshot, waiting: 5 })
  assert.equal(frames.length, 2)
  assert.deepEqual(
    frames[1]!.events,
    [2, 3, 4, 5].map((index) => entry('r', index)),
  )
  assert.deepEqual(frames[1]!.change?.fields?.set, { waiting: 5 })
})

test('[P7] of a tab that sleeps too long entries become a gap, its own acks stay', () => {
  const { seat, frames } = seated()
  seat.listen(['entry', 'error'])
  seat.outboxes.add('own')
  seat.event(acked('own', 1))
  for (let index = 1; index <= seatEventsMax; index += 1) {
    seat.event(entry(index % 2 === 0 ? 'even' : 'odd', index))
  }
  seat.event(acked('another tab’s', 1))
  seat.tell(snapshot)
  const [{ events } = { events: [] }] = frames
  assert.deepEqual(events, [
    { kind: 'gap', event: { kind: 'gap', room: 'odd', from: 1, to: seatEventsMax - 1 } },
    { kind: 'gap', event: { kind: 'gap', room: 'even', from: 2, to: seatEventsMax } },
    acked('own', 1),
  ])
})

test('a tab is told what it listens to, and nothing when nothing changed', () => {
  const { seat, frames } = seated()
  seat.event(entry('r', 1))
  seat.event(acked('another tab’s', 1))
  seat.tell({ ...snapshot })
  assert.deepEqual(frames, [])
})

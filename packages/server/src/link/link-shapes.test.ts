import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LinkDown } from '@starling/core/link/down'
import type { AskFrame, LinkUp } from '@starling/core/link/up'
import type { Answer } from '@starling/protocol/down'
import { parseLinkDown, parseLinkUp } from './link-shapes.ts'

test('[E12] the device of a send crosses the link', () => {
  const op = { kind: 'sealed', gen: 1, epoch: 2, box: 'AAAA' } as const
  const send = { kind: 'send', room: 'r1', by: 'u1', outbox: 'o1', number: 1 } as const
  const body = { ...send, device: 'd1', op }
  const frame: LinkUp = { t: 'request', request: 1, after: 0, body }
  assert.deepEqual(parseLinkUp(frame), frame)
})

test('[E17] questions about keys, and their answers, cross the link', () => {
  const claim: AskFrame = { t: 'claim', ask: 1, claim: 'c1', room: 'r1', users: ['u2'] }
  const body = { kind: 'ask', by: 'u1', device: 'd1', frame: claim } as const
  const up: LinkUp = { t: 'request', request: 1, after: 0, body }
  assert.deepEqual(parseLinkUp(up), up)
  const answers: readonly Answer[] = [
    { kind: 'keys', user: 'u1', version: 0, devices: [] },
    { kind: 'claimed', packages: [] },
    { kind: 'commits', entries: [], head: 1, more: false },
    { kind: 'archived', rows: [], more: false },
    {
      ...{ kind: 'group', gen: 1, epoch: 0, groupInfo: 'AA', tree: ['AA', null] },
      ...{ leaves: [{ leaf: 0, user: 'u1', device: 'd1' }], removals: [], absent: [] },
    },
  ]
  for (const answer of answers) {
    const reply = { kind: 'answer', answer } as const
    const down: LinkDown = { t: 'reply', request: 1, position: 1, reply }
    assert.deepEqual(parseLinkDown(down), down)
  }
})

test('[E1] that a room is encrypted crosses the link with its summary', () => {
  const texts = { title: '', topic: '' }
  const counts = { members: 1, head: 1, readUpTo: 1 }
  const room = { room: 'r1', kind: 'private', role: 'owner', ...texts, ...counts } as const
  const identity = { user: 'u1', name: 'ann', isGuest: false, device: 'd1' }
  const rooms = [{ ...room, isEncrypted: true, history: 'all' } as const]
  const reply = { kind: 'identity', identity, rooms } as const
  const down: LinkDown = { t: 'reply', request: 1, position: 1, reply }
  assert.deepEqual(parseLinkDown(down), down)
})

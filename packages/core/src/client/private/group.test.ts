import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RoomState } from '../room-state.ts'
import { type GroupStatus, noGroup } from './cipher.ts'
import { type Group, groupLimits, isReady, newGroup, retryMs, stepOf, turnMs } from './group.ts'

const member: GroupStatus = { ...noGroup, state: 'member', gen: 1, epoch: 4, leaves: 5, leaf: 2 }

function groupOf(status: GroupStatus, facts: Partial<Group> = {}): Group {
  const about = { room: 'r', kind: 'private', title: '', topic: '', role: 'member' } as const
  const counts = { members: 2, head: 3, readUpTo: 0, isEncrypted: true } as const
  const room = new RoomState({ ...about, ...counts }, { entriesMax: 10 })
  return { ...newGroup(room, status), ...facts }
}

test('[E10] [E11] one step at a time, the most urgent first', () => {
  const due = { index: 3, atMs: 100 }
  const steps: [GroupStatus, Partial<Group>, number, string | undefined][] = [
    [noGroup, {}, 0, 'enter'],
    [noGroup, { welcomeUntilMs: 50 }, 49, undefined],
    [noGroup, { welcomeUntilMs: 50 }, 50, 'enter'],
    [{ ...member, state: 'removed' }, {}, 0, 'enter'],
    [{ ...member, state: 'broken' }, { isBehind: true }, 0, 'resync'],
    [member, {}, 0, undefined],
    [member, { isBehind: true, isStale: true }, 0, 'commits'],
    [member, { isStale: true, greeting: due }, 200, 'look'],
    [member, { isUpdateDue: true }, 0, 'look'],
    [member, { toAdd: new Set(['bob']) }, 0, 'look'],
    [member, { removal: due }, 99, undefined],
    [member, { removal: due }, 100, 'look'],
    [member, { greeting: due }, 100, 'greet'],
    [member, { greeting: due, blocked: ['bob'] }, 100, undefined],
    [member, { isBehind: true, isWorking: true }, 0, undefined],
    [member, { isBehind: true, notBeforeMs: 10 }, 9, undefined],
  ]
  for (const [status, facts, ms, step] of steps) {
    assert.equal(stepOf(groupOf(status, facts), ms), step, JSON.stringify([facts, ms]))
  }
})

test('[P10] nothing is sealed but by a member who is up to date and may write to everybody', () => {
  assert.equal(isReady(groupOf(member)), true)
  const unready: Partial<Group>[] = [
    ...[{ isBehind: true }, { isStale: true }, { isWorking: true }],
    { blocked: ['bob'] },
  ]
  for (const facts of unready) assert.equal(isReady(groupOf(member, facts)), false)
  assert.equal(isReady(groupOf(noGroup)), false)
})

test('[E11] whose turn it is goes round, and who caused it does not wait', () => {
  const turns = (index: number) =>
    [0, 1, 2, 3, 4].map((leaf) =>
      turnMs(groupOf({ ...member, leaf }), { index, isOwn: false, drawn: 0 }),
    )
  const { dutyMsMin, dutySlotMs } = groupLimits
  assert.equal(turns(7)[3], dutyMsMin)
  assert.equal(turns(8)[2], dutyMsMin)
  assert.equal(new Set(turns(9)).size, 5)
  assert.equal(Math.max(...turns(9)), dutyMsMin + 4 * dutySlotMs)
  assert.equal(turnMs(groupOf(member), { index: 7, isOwn: true, drawn: 0.9 }), 0)
})

test('[P7] pauses grow to a limit', () => {
  const pauses = Array.from({ length: 30 }, (_, tries) => retryMs(tries, 1))
  assert.equal(pauses[0], groupLimits.retryMsMin)
  assert.equal(pauses.at(-1), groupLimits.retryMsMax)
})

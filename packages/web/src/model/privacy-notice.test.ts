import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PrivacySnapshot, RoomPrivacy } from '@starling/client/api'
import { texts } from '../texts.ts'
import { lockLine } from './lock-line.ts'
import {
  accountNoticeOf,
  isSamePart,
  noticeOf,
  numbered,
  partsOf,
  verifiedIn,
} from './privacy-notice.ts'
import { message, room, timeline } from './snapshot-parts.test-fixture.ts'

const say = 'a sentence'

function told(privacy: Omit<RoomPrivacy, 'say'>) {
  return noticeOf({ privacy: { ...privacy, say } })
}

test('[U22] each kind of room says who can read it, and only encrypted ones have a lock', () => {
  const kinds = ['public', 'private', 'direct'] as const
  const plain = kinds.map((kind) => lockLine({ kind }))
  assert.deepEqual(
    plain.map(({ icon, word }) => `${icon} ${word}`),
    kinds.map(() => `open ${texts.lock.notEncrypted}`),
  )
  assert.equal(new Set(plain.map(({ text }) => text)).size, kinds.length)
  const { encrypted, byDevices } = texts.lock
  const locked = { icon: 'private', word: encrypted, text: byDevices }
  for (const kind of ['private', 'direct'] as const) {
    assert.deepEqual(lockLine({ kind, isEncrypted: true }), locked)
  }
})

test('[U23] what takes care of itself is told quietly, the rest with what can be done', () => {
  assert.deepEqual(noticeOf({}), { kind: 'none' })
  assert.deepEqual(told({ state: 'ready', code: 'ready' }), { kind: 'none' })
  assert.deepEqual(told({ state: 'preparing', code: 'joining' }), { kind: 'quiet', say })
  assert.deepEqual(told({ state: 'behind', code: 'catching-up' }), { kind: 'quiet', say })
  const needing = [
    { state: 'preparing', code: 'retrying', action: 'again' },
    { state: 'unlinked', code: 'not-linked', action: 'link' },
    { state: 'broken', code: 'cannot-catch-up', action: 'reset' },
    { state: 'blocked', code: 'identity-changed', action: 'verify' },
    { state: 'off', code: 'no-cipher', action: 'update' },
  ] as const
  for (const one of needing) {
    assert.deepEqual(told(one), { kind: 'told', say, action: one.action })
  }
  const full = told({ state: 'full', code: 'group-full' })
  assert.deepEqual(full, { kind: 'told', say, action: undefined })
})

test('[U24] an unlinked device says so, a linked one tells of those that wait', () => {
  const waiting = [
    { device: 'd1', label: 'Firefox' },
    { device: 'd2', label: 'Phone' },
  ]
  const privacy = (state: PrivacySnapshot['state']) => ({
    state,
    unlinked: waiting,
    hasRecoveryKey: false,
  })
  const nobody = () => false
  assert.deepEqual(accountNoticeOf(undefined, nobody), { kind: 'none' })
  assert.deepEqual(accountNoticeOf(privacy('off'), nobody), { kind: 'none' })
  assert.deepEqual(accountNoticeOf(privacy('unlinked'), nobody), { kind: 'unlinked' })
  const ready = privacy('ready')
  assert.deepEqual(accountNoticeOf(ready, nobody), { kind: 'waiting', ...waiting[0] })
  const later = accountNoticeOf(ready, (device) => device === 'd1')
  assert.deepEqual(later, { kind: 'waiting', ...waiting[1] })
  assert.deepEqual(
    accountNoticeOf(ready, () => true),
    { kind: 'none' },
  )
})

test('[U25] whoever was verified is so by their newest message', () => {
  const bob = { by: 'u-bob', isSealed: true } as const
  const lines = [
    message(1, { isSealed: true, isVerified: true }),
    message(2, { ...bob, isVerified: true }),
    message(3, bob),
  ]
  assert.deepEqual([...verifiedIn(room('hideout', { timeline: timeline({ lines }) }))], ['u-ada'])
})

test('[U24] a part of a recovery key is the same in either case, with letters for digits', () => {
  assert.deepEqual(partsOf(' JV2B-5E4J  2gpp\n'), ['JV2B', '5E4J', '2gpp'])
  assert.deepEqual(numbered(['a', 'b']), [
    { number: 1, part: 'a' },
    { number: 2, part: 'b' },
  ])
  assert.ok(isSamePart(' vlo1', 'V101'))
  assert.ok(!isSamePart('VL02', 'V101'))
})

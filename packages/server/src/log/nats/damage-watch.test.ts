import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DamageWatch } from './damage-watch.ts'
import { readStreamInfo, type StreamInfo } from './jetstream-api.ts'
import { quorumSilenceMs } from './leader-questions.ts'
import { natsTuning } from './nats-tuning.ts'

interface Said {
  readonly last?: number
  readonly messages?: number
  readonly incarnation?: string
  /** Since the leader heard of the others. */
  readonly activeMs?: number
}

function infoOf({
  last = 10,
  messages = last,
  incarnation = 'one',
  activeMs = 0,
}: Said): StreamInfo {
  const replica = (name: string) => ({ name, current: true, active: activeMs * 1_000_000 })
  const said = {
    config: {
      name: 'LOG',
      retention: 'limits',
      storage: 'file',
      num_replicas: 3,
      discard: 'new',
      metadata: { incarnation },
    },
    state: { messages, bytes: 1, first_seq: 1, last_seq: last },
    cluster: { leader: 'n1', replicas: [replica('n2'), replica('n3')] },
  }
  const read = readStreamInfo(JSON.stringify(said))
  assert.ok(read.ok)
  return read.value
}

const { damageMsMin, quorumSilenceMsMax } = natsTuning

test('[L12] a log that ends before what was seen went back, when that lasts', () => {
  const watch = new DamageWatch('LOG', 'one')
  assert.equal(watch.look(0, infoOf({ last: 10 }), 10), undefined)
  assert.equal(watch.suspicion, '')
  const why = 'The log ends at position 9, but 10 was there: it went back.'
  assert.equal(watch.look(1_000, infoOf({ last: 9 }), 10), undefined)
  assert.equal(watch.suspicion, why)
  assert.equal(watch.look(1_000 + damageMsMin - 1, infoOf({ last: 9 }), 10), undefined)
  assert.equal(watch.look(1_000 + damageMsMin, infoOf({ last: 9 }), 10), why)
})

test('[L12] what looked wrong for a moment is forgotten', () => {
  const watch = new DamageWatch('LOG', 'one')
  watch.look(0, infoOf({ last: 9 }), 10)
  watch.look(1, infoOf({ last: 10 }), 10)
  assert.equal(watch.suspicion, '')
  assert.equal(watch.look(damageMsMin, infoOf({ last: 9 }), 10), undefined)
})

test('[L12] a leader that hears no majority is not believed', () => {
  const watch = new DamageWatch('LOG', 'one')
  const alone = infoOf({ last: 9, activeMs: quorumSilenceMsMax + 1 })
  watch.look(0, alone, 10)
  assert.equal(watch.look(2 * damageMsMin, alone, 10), undefined)
  assert.equal(watch.suspicion, '')
})

test('[L12] a log that lacks records, and one that is gone, are damaged', () => {
  const lacking = new DamageWatch('LOG', 'one')
  lacking.look(0, infoOf({ messages: 9 }), 10)
  assert.match(
    lacking.look(damageMsMin, infoOf({ messages: 9 }), 10) ?? '',
    /^The log lacks records: it holds 9 of 10/,
  )
  const gone = new DamageWatch('LOG', 'one')
  gone.missing(0)
  assert.equal(gone.missing(damageMsMin), 'The stream LOG does not exist any more.')
})

test('[L12] a stream that was made again is known at once', () => {
  const watch = new DamageWatch('LOG', 'one')
  assert.equal(
    watch.look(0, infoOf({ last: 20, incarnation: 'two' }), 10),
    'The stream LOG was deleted and made again.',
  )
})

test('[L12] an empty log is sound', () => {
  const watch = new DamageWatch('LOG', 'one')
  watch.look(0, infoOf({ last: 0 }), 0)
  assert.equal(watch.suspicion, '')
})

test('[L13] a leader that never heard the others has no majority', () => {
  const { cluster, ...info } = infoOf({})
  const unheard = { name: 'n2', current: false, active: 0, offline: false, lag: 8 }
  const heard = { ...unheard, name: 'n3', current: true, active: 500_000_000 }
  const silence = (replicas: readonly (typeof heard)[]) =>
    quorumSilenceMs({ ...info, cluster: { ...cluster, replicas: [...replicas] } })
  assert.equal(silence([unheard, heard]), 500)
  assert.equal(silence([unheard, unheard]), Number.POSITIVE_INFINITY)
  assert.equal(silence([unheard, { ...heard, offline: true }]), Number.POSITIVE_INFINITY)
  assert.equal(silence([]), 0)
})

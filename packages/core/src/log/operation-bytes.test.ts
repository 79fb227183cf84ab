import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GroupBench, sendOf } from '../room/group-bench.test-fixture.ts'
import { bytesOf } from './operation-bytes.ts'
import type { LoggedOperation } from './record.ts'

test('[P7] an operation is reckoned with about the room that it takes in a record', () => {
  const bench = new GroupBench()
  const [ann, bob] = [bench.person('ann'), bench.person('bob')]
  bench.securedRoom('r1', ann)
  bench.letsIn('r1', ann, bob.user)
  const send = { room: 'r1', outbox: 'o1', number: 1 }
  const begin = bench.works(ann, 'operation', { kind: 'begin', room: 'r2', gen: 1 })
  const packages = bench.store.keys.packages(bob.device, 100).map((row) => row.package!)
  const rows = Array.from({ length: 200 }, (_, n) => ({ key: `e:r1:1:${n}`, box: 'A'.repeat(600) }))
  const ops: readonly LoggedOperation[] = [
    sendOf(ann, { ...send, op: bench.change(ann, 'r1', { add: [bob] }) }),
    sendOf(ann, { ...send, op: bench.seals(ann, 'r1', 'hello '.repeat(1_000)) }),
    sendOf(ann, { ...send, op: begin.op }),
    sendOf(ann, { ...send, op: { kind: 'post', text: 'hello '.repeat(1_000) } }),
    bench.operation(bob, { t: 'publish', packages }),
    bench.operation(ann, { t: 'claim', claim: 'c1', room: 'r1', users: [bob.user] }),
    bench.operation(ann, { t: 'archive', rows }),
    bench.operation(ann, { t: 'mail', device: ann.device, box: 'A'.repeat(2_000) }),
  ]
  for (const op of ops) {
    const { length } = JSON.stringify(op)
    const bytes = bytesOf(op)
    assert.ok(bytes >= length && bytes < length * 2 + 600, `${bytes} for ${length} of ${op.kind}`)
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClaimedPackage } from '@starling/protocol/down'
import { limits } from '@starling/protocol/limits'
import fc from 'fast-check'
import { Replica } from './apply.ts'
import { type BenchDevice, GroupBench } from './group-bench.test-fixture.ts'
import { MemoryStore } from './memory-store.ts'

/** Ann has a leaf in r1; Bob and Cyd are members without one. */
function scene() {
  const bench = new GroupBench()
  const [ann, bob, cyd] = [bench.person('ann'), bench.person('bob'), bench.person('cyd')]
  bench.securedRoom('r1', ann)
  for (const { user } of [bob, cyd]) bench.letsIn('r1', ann, user)
  return { bench, ann, bob, cyd }
}

function claim(bench: GroupBench, by: BenchDevice, room: string, users: readonly string[]) {
  const name = `c${bench.store.position}`
  return bench.applyOne(bench.operation(by, { t: 'claim', claim: name, room, users: [...users] }))
}

test('[E4] each package is given once; the same claim is answered the same', () => {
  const { bench, ann, bob } = scene()
  const first = bench.claims(ann, 'r1', [bob.user], 'c1')
  const second = bench.claims(ann, 'r1', [bob.user], 'c2')
  assert.deepEqual(first.packages.length, 1)
  assert.notEqual(first.packages[0]?.package, second.packages[0]?.package)
  assert.deepEqual(bench.claims(ann, 'r1', [bob.user], 'c1').packages, first.packages)
  const again = bench.operation(ann, { t: 'claim', claim: 'c1', room: 'r1', users: [bob.user] })
  assert.deepEqual(bench.replica.known(again), { ok: true, index: 0, at: 0 })
})

test('[E4] when none is left, or all ran out, the last resort is given, again and again', () => {
  const { bench, ann, bob, cyd } = scene()
  const { packages = 0 } = bench.keys(bob).mine ?? {}
  for (let n = 0; n < packages; n += 1) bench.claims(ann, 'r1', [bob.user])
  assert.equal(bench.keys(bob).mine?.packages, 0)
  const last = [1, 2].map(() => bench.claims(ann, 'r1', [bob.user]).packages[0]?.package)
  assert.deepEqual(last, Array(2).fill(bench.store.keys.device(bob.device)?.lastResort))
  bench.store.transact(bench.store.position + 1, () => {
    const { keys } = bench.store
    for (const row of keys.packages(cyd.device, 1_000)) keys.putPackage({ ...row, notAfter: 1 })
  })
  const late = bench.claims(ann, 'r1', [cyd.user]).packages[0]?.package
  assert.equal(late, bench.store.keys.device(cyd.device)?.lastResort)
  assert.equal(bench.keys(cyd).mine?.packages, 0)
})

test('[E4] what was given is not laid out again by a repeat of its publication', () => {
  const { bench, ann, bob } = scene()
  const before = bench.store.keys.packages(bob.device, 1_000).map((row) => row.package!)
  const given = bench.claims(ann, 'r1', [bob.user]).packages[0]!.package
  bench.settles(bob, { t: 'publish', packages: before })
  const after = bench.store.keys.packages(bob.device, 1_000).map((row) => row.package)
  assert.deepEqual(
    after,
    before.filter((one) => one !== given),
  )
})

test('[E5] only a member whose device has a leaf claims, and only in an encrypted room', () => {
  const { bench, ann, bob, cyd } = scene()
  const dan = bench.person('dan')
  const refusal = (by: BenchDevice, room: string) => {
    const outcome = claim(bench, by, room, [cyd.user])
    return outcome.ok ? undefined : outcome.code
  }
  assert.equal(refusal(bob, 'r1'), 'no-leaf')
  assert.equal(refusal(dan, 'r1'), 'not-member')
  assert.equal(refusal(ann, 'r9'), 'unknown-room')
  bench.room(ann.user, 'r2', 'private')
  assert.equal(refusal(ann, 'r2'), 'not-encrypted')
  assert.equal(refusal({ ...ann, device: bob.device }, 'r1'), 'no-leaf')
})

test('[E5] only certified devices of members that have no leaf are claimed', () => {
  const { bench, ann, bob, cyd } = scene()
  const dan = bench.person('dan')
  bench.secondDevice(bob, 'd-unlinked')
  bench.joinsByItself(cyd, 'r1')
  const all = [ann, bob, cyd, dan].map(({ user }) => user)
  const { packages } = bench.claims(ann, 'r1', [...all, 'u-nobody', bob.user])
  assert.deepEqual(
    packages.map(({ device }) => device),
    [bob.device],
  )
})

test('[P7] of a person only so many claims are remembered', () => {
  const { bench, ann } = scene()
  for (let n = 0; n <= limits.claimsPerPersonMax; n += 1) {
    bench.claims(ann, 'r1', [ann.user], `c${n}`)
  }
  assert.equal(bench.store.keys.claim(ann.user, 'c0'), undefined)
  assert.notEqual(bench.store.keys.claim(ann.user, 'c1'), undefined)
})

test('[L18] which package a claim got shows in the digest', () => {
  const { bench, ann, bob } = scene()
  const replicas = [false, true].map((isDamaged) => {
    const store = new MemoryStore()
    const replica = new Replica({ store })
    for (const record of bench.records) replica.apply(store.position + 1, record)
    const [first] = store.keys.packages(bob.device, 1)
    if (isDamaged) {
      const { package: _package, ...lost } = first!
      store.transact(store.position, () => store.keys.putPackage(lost))
    }
    return replica
  })
  const op = bench.operation(ann, { t: 'claim', claim: 'c1', room: 'r1', users: [bob.user] })
  const record = { id: 'claim', at: bench.at, ops: [op] }
  const [one, other] = replicas.map((replica) => replica.apply(1_000_000, record))
  assert.deepEqual(one?.outcomes, other?.outcomes)
  assert.notEqual(one?.digest, other?.digest)
})

const anyStep = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('claim' as const),
      by: fc.nat(1),
      claim: fc.constantFrom('c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8'),
      of: fc.subarray([2, 3], { minLength: 1 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('publish' as const), of: fc.constantFrom(2, 3) }),
  },
)

test('[E4] whoever claims, repeats and publishes in any order: no package is in two claims', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 30 }), (steps) => {
      const bench = new GroupBench()
      const names = ['ann', 'bob', 'cyd', 'dan']
      const devices = names.map((name) => bench.person(name))
      bench.securedRoom('r1', devices[0]!, devices[1]!)
      for (const { user } of devices.slice(2)) bench.letsIn('r1', devices[0]!, user)
      const laidOut = devices.map(({ device }) =>
        bench.store.keys.packages(device, 3).map((row) => row.package!),
      )
      const claims = new Map<string, readonly ClaimedPackage[]>()
      for (const step of steps) {
        if (step.kind === 'publish') {
          bench.settles(devices[step.of]!, { t: 'publish', packages: laidOut[step.of]! })
          continue
        }
        const by = devices[step.by]!
        const users = step.of.map((at) => devices[at]!.user)
        const { packages } = bench.claims(by, 'r1', users, step.claim)
        const key = `${by.user} ${step.claim}`
        assert.deepEqual(packages, claims.get(key) ?? packages)
        claims.set(key, packages)
      }
      const given = [...claims.values()].flat().map((one) => one.package)
      assert.equal(new Set(given).size, given.length)
    }),
    { numRuns: 25 },
  )
})

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { backendTuning } from '@starling/core/backend/backend-io'
import {
  type PeerDown,
  peerVersion,
  type SnapshotOffer,
  snapshotPartBytes,
  snapshotWindowBytes,
} from '@starling/core/link/peer'
import { limits } from '@starling/protocol/limits'
import { type LinkSecurity, linkTuning } from '../link/link-settings.ts'
import { scratchDirectory } from '../log/sqlite/scratch-directory.test-fixture.ts'
import { storeVersion } from '../store/schema.ts'
import { eventually } from '../telemetry/eventually.test-fixture.ts'
import { LimitCounts } from '../telemetry/limit-counts.ts'
import { silentTrace } from '../telemetry/trace.ts'
import { BackendLinks } from './backend-links.ts'
import { backendShellTuning } from './backend-settings.ts'
import { SnapshotGiver, type SnapshotSource } from './snapshot-giver.ts'
import { snapshotTuning } from './snapshot-settings.ts'
import {
  type PeerBackend,
  type SnapshotProgress,
  type SnapshotWant,
  takeSnapshot,
} from './snapshot-taker.ts'

const linkSecurity: LinkSecurity = { kind: 'key', clusterKey: 'k'.repeat(40) }
const bytes = 40 * snapshotPartBytes + 17

interface Giving {
  readonly peer: PeerBackend
  readonly links: BackendLinks
  readonly content: Buffer
  readonly copies: string[]
  readonly sentTo: Set<string>
}

interface Change {
  readonly source?: Partial<SnapshotSource> | null
  readonly behind?: string
  /** Of the file after it was offered. */
  readonly cutTo?: number
}

/** A backend that gives a copy of a file of chance. */
async function giving(t: TestContext, name: string, change: Change = {}): Promise<Giving> {
  const folder = scratchDirectory(t)
  const content = randomBytes(bytes)
  const copies: string[] = []
  const source: SnapshotSource = {
    identity: 'S/one',
    position: 9,
    copy: async () => {
      const path = join(folder, `copy-${copies.length}`)
      copies.push(path)
      writeFileSync(path, content.subarray(0, change.cutTo ?? bytes))
      const offer = { log: 'S/one', position: 9, recordId: 'r', digest: 'd', bytes }
      return { path, offer }
    },
    ...change.source,
  }
  const sentTo = new Set<string>()
  const links = new BackendLinks({
    settings: {
      ...{ name, rank: 'primary', listen: { host: '127.0.0.1', port: 0 }, linkSecurity },
      ...{ linkTuning, areGuestsAllowed: true, isRegistrationOpen: true, limits },
      ...{ tuning: backendTuning, shell: backendShellTuning },
    },
    trace: silentTrace(),
    limits: new LimitCounts(),
    snapshots: change.source === null ? undefined : source,
    behind: () => change.behind,
    onOpen: (link) => links.send(link, { t: 'hello', version: 1, backend: name, rank: 'primary' }),
    onFrame: () => assert.fail('no front-end is there'),
    onEnd: (link) => sentTo.add(link),
  })
  await links.start()
  t.after(() => links.abort())
  return { peer: { name, address: links.address }, links, content, copies, sentTo }
}

interface Taken {
  readonly path: string
  readonly progress: SnapshotProgress[]
  readonly outcome: Awaited<ReturnType<typeof takeSnapshot>>
}

async function take(
  t: TestContext,
  peers: readonly PeerBackend[],
  change: Partial<SnapshotWant> = {},
  onProgress: (progress: SnapshotProgress) => void = () => {},
): Promise<Taken> {
  const path = join(scratchDirectory(t), 'part')
  const progress: SnapshotProgress[] = []
  const want = { log: 'S/one', above: 3, path, check: async () => undefined, ...change }
  const outcome = await takeSnapshot(want, {
    ...{ name: 'asker', peers, security: linkSecurity, linkTuning, tuning: snapshotTuning },
    onProgress: (one) => {
      progress.push(one)
      onProgress(one)
    },
  })
  return { path, progress, outcome }
}

function refusals({ progress }: Taken): readonly string[] {
  return progress.flatMap((one) => (one.kind === 'refused' ? [`${one.from}: ${one.why}`] : []))
}

test('a copy arrives whole, with its figures, and nothing of it stays behind', async (t) => {
  const one = await giving(t, 'one')
  const taken = await take(t, [one.peer])
  assert.deepEqual(taken.outcome, {
    from: 'one',
    offer: { log: 'S/one', position: 9, recordId: 'r', digest: 'd', bytes },
  })
  assert.ok(readFileSync(taken.path).equals(one.content))
  assert.deepEqual(taken.progress[0], { kind: 'asking', from: 'one' })
  assert.deepEqual(taken.progress.at(-1), {
    ...{ kind: 'receiving', from: 'one', bytes, bytesAll: bytes },
  })
  await eventually(t, () => {
    assert.ok(!existsSync(one.copies[0]!))
    assert.equal(one.links.counts.snapshotsGivenTotal, 1)
  })
  assert.equal(one.sentTo.size, 1, 'the node was told that the link is not its own')
})

test('[P8] who has no copy of use says why, and the next one is asked', async (t) => {
  const all = [
    await giving(t, 'shared', { source: null }),
    await giving(t, 'strange', { source: { identity: 'S/two' } }),
    await giving(t, 'late', { source: { position: 3 } }),
    await giving(t, 'behind', { behind: 'catching up: 5 of 9' }),
    await giving(t, 'broken', {
      source: {
        copy: () => Promise.reject(Object.assign(new Error('disk full'), { code: 'ENOSPC' })),
      },
    }),
    await giving(t, 'good'),
  ]
  const nobody = { name: 'nobody', address: { host: '127.0.0.1', port: 1 } }
  const taken = await take(t, [nobody, ...all.map(({ peer }) => peer)])
  assert.equal(taken.outcome?.from, 'good')
  const [refused, ...others] = refusals(taken)
  assert.match(refused!, /^nobody: .*ECONNREFUSED/)
  assert.deepEqual(others, [
    'shared: no-snapshots: all backends share one store',
    'strange: other-log: it follows the log S/two',
    'late: not-ahead: it stands at 3',
    'behind: behind: catching up: 5 of 9',
    'broken: failed: disk full',
  ])
})

test('a backend that dies midway is left for the next', async (t) => {
  const dying = await giving(t, 'dying')
  const next = await giving(t, 'next')
  const taken = await take(t, [dying.peer, next.peer], {}, (one) => {
    if (one.kind === 'receiving' && one.from === 'dying') dying.links.abort()
  })
  assert.equal(taken.outcome?.from, 'next')
  assert.ok(readFileSync(taken.path).equals(next.content))
  assert.equal(refusals(taken).length, 1)
  await eventually(t, () => assert.ok(!existsSync(dying.copies[0]!)))
})

test('[P3] what is not what was offered is not taken', async (t) => {
  const short = await giving(t, 'short', { cutTo: snapshotPartBytes })
  assert.deepEqual(refusals(await take(t, [short.peer])), [
    `short: failed: the copy ended at ${snapshotPartBytes} of ${bytes} bytes`,
  ])
  const good = await giving(t, 'good')
  const seen: SnapshotOffer[] = []
  const check = async (offer: SnapshotOffer): Promise<string> => {
    seen.push(offer)
    return 'of no use'
  }
  const unwanted = await take(t, [good.peer], { check })
  assert.deepEqual([unwanted.outcome, refusals(unwanted)], [undefined, ['good: of no use']])
  assert.equal(seen.length, 1)
})

test('[P7] only so many copies are made at once', async (t) => {
  const gate = Promise.withResolvers<never>()
  const { peer, copies } = await giving(t, 'one', {
    source: {
      copy: () => {
        copies.push('')
        return gate.promise
      },
    },
  })
  const waiting = [take(t, [peer]), take(t, [peer])]
  await eventually(t, () => assert.equal(copies.length, snapshotTuning.snapshotsAtOnceMax))
  const third = await take(t, [peer])
  assert.deepEqual(refusals(third), ['one: busy: it gives 2 already'])
  gate.reject(Object.assign(new Error('enough'), { code: 'ECANCELED' }))
  for (const one of await Promise.all(waiting)) {
    assert.deepEqual(refusals(one), ['one: failed: enough'])
  }
  assert.deepEqual(refusals(await take(t, [peer])), ['one: failed: enough'], 'there is room again')
})

test('[P7] no more is sent than the asker has room for, and who stops is cut off', async (t) => {
  const path = join(scratchDirectory(t), 'copy')
  writeFileSync(path, randomBytes(bytes))
  const offer = { log: 'S/one', position: 9, recordId: 'r', digest: 'd', bytes }
  const frames: PeerDown[] = []
  const closed: string[] = []
  const giver = new SnapshotGiver({
    source: { identity: 'S/one', position: 9, copy: async () => ({ path, offer }) },
    behind: () => undefined,
    tuning: { ...snapshotTuning, stalledMsMax: 50 },
    trace: silentTrace(),
    send: (_link, frame) => frames.push(frame),
    closeLink: (_link, why) => closed.push(why),
  })
  const ask = { version: peerVersion, backend: 'b', log: 'S/one', store: storeVersion, above: 0 }
  giver.frame('l', { t: 'snapshot-ask', ...ask })
  const parts = () => frames.filter(({ t }) => t === 'snapshot-part').length
  const window = snapshotWindowBytes / snapshotPartBytes
  await eventually(t, () => assert.equal(parts(), window))
  giver.frame('l', { t: 'snapshot-got', bytes: 2 * snapshotPartBytes })
  await eventually(t, () => assert.equal(parts(), window + 2))
  await eventually(t, () => assert.deepEqual(closed, ['the other backend writes nothing']))
  await eventually(t, () => assert.ok(!existsSync(path)))
  assert.equal(parts(), window + 2)
})

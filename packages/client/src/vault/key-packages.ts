/** What this device leaves with the servers, so that others can add it while it is away. */
import type { KeysAnswer, Publication } from '@starling/core/client/private/cipher'
import { createKeyPackages, keyPackageLifetimeMsMax } from '@starling/mls/key-package'
import { ownOf, toText, type VaultJob } from './vault-job.ts'

const packagesWanted = 50
const packagesMin = 20
/** Private halves that are kept; what exceeds it was given out and never used. */
const packagesHeldMax = 300
const lastResortMsMax = 7 * 86_400_000

export interface PackageRecord {
  readonly bytes: string
  readonly privateBytes: string
  readonly isLastResort: boolean
  readonly madeAtMs: number
}

/** Undefined when the servers have enough. */
export async function replenish(
  job: VaultJob,
  mine: NonNullable<KeysAnswer['mine']>,
): Promise<Pick<Publication, 'packages' | 'lastResort'> | undefined> {
  const held = await heldPackages(job)
  const newest = Math.max(0, ...held.filter(isLastResort).map(([, { madeAtMs }]) => madeAtMs))
  const wantsLast = !mine.hasLastResort || job.nowMs - newest > lastResortMsMax
  const count = mine.packages < packagesMin ? packagesWanted - mine.packages : 0
  if (count === 0 && !wantsLast) return undefined
  const packages = await make(job, count, false)
  const [lastResort] = wantsLast ? await make(job, 1, true) : []
  return {
    ...(packages.length === 0 ? {} : { packages }),
    ...(lastResort === undefined ? {} : { lastResort }),
  }
}

async function make(job: VaultJob, count: number, isLast: boolean): Promise<string[]> {
  const options = { count, isLastResort: isLast, nowMs: job.nowMs }
  const made = await createKeyPackages(ownOf(job), options)
  return made.map(({ ref, bytes, privateBytes }) => {
    const record: PackageRecord = {
      bytes: toText(bytes),
      privateBytes: toText(privateBytes),
      isLastResort: isLast,
      madeAtMs: job.nowMs,
    }
    job.draft.putRecord(job.names.keyPackage(toText(ref)), record)
    return record.bytes
  })
}

type Held = readonly [ref: string, record: PackageRecord]

/** Without those that nobody can use any more, which are removed. */
async function heldPackages({ draft, names, nowMs }: VaultJob): Promise<readonly Held[]> {
  const prefix = names.keyPackage()
  const held: Held[] = []
  for (const key of await draft.keys(prefix)) {
    const record = await draft.record<PackageRecord>(key)
    if (record === undefined) continue
    if (nowMs - record.madeAtMs > keyPackageLifetimeMsMax) draft.remove(key)
    else held.push([key.slice(prefix.length), record])
  }
  const byAge = held.sort(([, a], [, b]) => a.madeAtMs - b.madeAtMs)
  const tooMany = byAge.slice(0, Math.max(0, byAge.length - packagesHeldMax))
  for (const [ref] of tooMany) draft.remove(names.keyPackage(ref))
  return byAge.slice(tooMany.length)
}

function isLastResort([, record]: Held): boolean {
  return record.isLastResort
}

/** It was used. The one of last resort may be used again. */
export function removePackage({ draft, names }: VaultJob, ref: string, held: PackageRecord): void {
  if (!held.isLastResort) draft.remove(names.keyPackage(ref))
}

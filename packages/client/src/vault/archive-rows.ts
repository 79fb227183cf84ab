/**
 * What the servers keep for a person's other and later devices: rows, each sealed under the archive
 * key and bound to the person and to its own name. Of a name the first row stands, so devices that
 * learn the same at once may all write it.
 *
 *   e:<room>:<gen>:<epoch>   the content key of an epoch
 *   s:<hash>                 a device that signs, with its certificate
 *   v:<user>:<count>         whether the person is verified, as of the count-th time
 */
import { MlsError } from '@starling/mls/mls-error'
import { openBox, sealBox } from '@starling/mls/sealed-box'
import type { ArchiveRow } from '@starling/protocol/down'
import { identityOf } from './identity-record.ts'
import { fromText, toText, type VaultJob } from './vault-job.ts'

/** Given with this job's result, and again at each start until the servers have it. */
export async function archive(job: VaultJob, row: string, value: Uint8Array): Promise<void> {
  const identity = await identityOf(job)
  if (identity === undefined) return
  const box = await sealBox(fromText(identity.archiveKey), purposeOf(job, row), value)
  job.draft.put(job.names.unkept(row), box)
  job.archive.push({ key: row, box: toText(box) })
}

/** Undefined for what was sealed otherwise: under a former archive key, or by nobody of ours. */
export async function openRow(
  job: VaultJob,
  { key: row, box }: ArchiveRow,
): Promise<Uint8Array | undefined> {
  const identity = await identityOf(job)
  if (identity === undefined) return undefined
  try {
    return await openBox(fromText(identity.archiveKey), purposeOf(job, row), fromText(box))
  } catch (error) {
    if (error instanceof MlsError) return undefined
    throw error
  }
}

export async function unkeptRows({ draft, names }: VaultJob): Promise<readonly ArchiveRow[]> {
  const prefix = names.unkept()
  const rows: ArchiveRow[] = []
  for (const key of await draft.keys(prefix)) {
    const box = await draft.bytes(key)
    if (box !== undefined) rows.push({ key: key.slice(prefix.length), box: toText(box) })
  }
  return rows
}

function purposeOf({ me }: VaultJob, row: string) {
  return { use: 'archive row', owner: JSON.stringify([me.user, row]) }
}

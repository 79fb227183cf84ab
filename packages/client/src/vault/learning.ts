/** What one's own archive at the servers tells. Rows that do not open are of a former key. */
import type { ArchiveRow } from '@starling/protocol/down'
import { openRow } from './archive-rows.ts'
import { learnOwnKey } from './group-records.ts'
import { identityOf } from './identity-record.ts'
import { learnSigner, learnVerified, readSigner } from './people.ts'
import type { VaultJob } from './vault-job.ts'

export async function learn(
  job: VaultJob,
  { rows, isLast }: { readonly rows: readonly ArchiveRow[]; readonly isLast: boolean },
): Promise<void> {
  for (const row of rows) {
    const value = await openRow(job, row)
    if (value !== undefined) await learnRow(job, row.key, value)
  }
  if (!isLast) return
  const identity = await identityOf(job)
  if (identity?.wantsArchive !== true) return
  const { wantsArchive: _, ...learned } = identity
  job.draft.putRecord(job.names.identity, learned)
}

async function learnRow(job: VaultJob, key: string, value: Uint8Array): Promise<void> {
  const [kind, ...parts] = key.split(':')
  const last = parts.pop() ?? ''
  if (kind === 'e') {
    const gen = Number(parts.pop())
    const room = parts.join(':')
    learnOwnKey(job, room, { gen, epoch: Number(last), key: value })
    job.learned.add(room)
  } else if (kind === 's') {
    await learnSigner(job, readSigner(value))
  } else if (kind === 'v') {
    await learnVerified(job, { user: parts.join(':'), count: Number(last), key: value })
  }
}

export function archiveKept({ draft, names }: VaultJob, rows: readonly string[]): void {
  for (const row of rows) draft.remove(names.unkept(row))
}

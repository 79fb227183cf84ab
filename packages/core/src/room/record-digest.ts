/**
 * The trail that applying records leaves: the digest after a record follows from the digest before
 * it and from what the record did. So one value speaks for the whole history, and replicas that
 * once came to different outcomes or entries have different digests ever after.
 */
import type { Applied } from './applied.ts'
import { Digest } from './digest.ts'
import type { Trail } from './store.ts'

export interface RecordDone extends Omit<Applied, 'digest'> {
  readonly recordId: string
  /** What neither outcomes nor entries show. */
  readonly notes?: readonly string[]
}

export function trailAfter(before: Trail, done: RecordDone): Trail {
  const digest = new Digest()
  digest.text(before.digest)
  digest.number(done.position)
  digest.text(done.recordId)
  digest.word(done.outcomes.length)
  for (const outcome of done.outcomes) {
    if (outcome.ok) {
      digest.number(outcome.index)
      digest.number(outcome.at)
    } else digest.text(outcome.code)
  }
  for (const { room, entries } of done.rooms) {
    digest.text(room)
    for (const entry of entries) digest.value(entry)
  }
  for (const note of done.notes ?? []) digest.text(note)
  return { recordId: done.recordId, digest: digest.toString() }
}

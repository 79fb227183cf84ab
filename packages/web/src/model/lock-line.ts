/** Who can read a room: a word for its head, and a sentence. The only place that says so. */
import type { RoomSnapshot } from '@starling/client/api'
import { texts } from '../texts.ts'

export interface LockLine {
  readonly icon: 'open' | 'private'
  readonly word: string
  readonly text: string
}

export function lockLine({
  kind,
  isEncrypted,
}: Pick<RoomSnapshot, 'kind' | 'isEncrypted'>): LockLine {
  const { lock } = texts
  if (isEncrypted) return { icon: 'private', word: lock.encrypted, text: lock.byDevices }
  return { icon: 'open', word: lock.notEncrypted, text: lock[kind] }
}

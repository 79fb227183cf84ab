/** One sentence on who can read a room. The only place that says so. */
import type { RoomKind } from '@starling/protocol/operation'
import { texts } from '../texts.ts'

export interface LockLine {
  readonly icon: 'open' | 'private'
  readonly text: string
}

export function lockLine(kind: RoomKind): LockLine {
  switch (kind) {
    case 'public':
      return { icon: 'open', text: texts.lock.public }
    case 'private':
      return { icon: 'private', text: texts.lock.private }
    case 'direct':
      return { icon: 'private', text: texts.lock.direct }
  }
}

/** What no server would take is refused where it is written, before it has a number. */
import type { ErrorCode } from '@starling/protocol/error-codes'
import type { Limits } from '@starling/protocol/limits'
import { upFrame } from '@starling/protocol/up'
import { isOverBytes } from '../text-size.ts'
import type { Composed } from './client-io.ts'

/** Undefined when it may be sent. */
export function reasonAgainst(at: {
  readonly room: string
  readonly op: Composed
  readonly limits: Limits
}): ErrorCode | undefined {
  const { room, op, limits } = at
  if (op.kind === 'title') return reasonAgainstTitle(op.title, limits)
  const probe = { t: 'send', room, outbox: 'o'.repeat(22), number: 2 ** 31, op } as const
  if (!upFrame.safeParse(probe).success) return 'invalid'
  if (op.kind === 'post' || op.kind === 'edit') {
    if (op.text.trim() === '') return 'message-empty'
    if (isOverBytes(op.text, limits.messageBytesMax)) return 'message-too-large'
  }
  return isOverBytes(JSON.stringify(probe), limits.frameBytesMax) ? 'frame-too-large' : undefined
}

/** Of a title that is sealed nobody else can say that it is too long. */
function reasonAgainstTitle(title: string, limits: Limits): ErrorCode | undefined {
  const isTooLong = [...title].length > limits.roomNameCharactersMax
  return title.trim() === '' || isTooLong ? 'name-invalid' : undefined
}

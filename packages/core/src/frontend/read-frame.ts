/**
 * From untrusted text to a frame that the verbs can rely on, or a coded refusal. Never throws.
 *
 * A send whose address is right but whose operation is not (too long, malformed, of a newer
 * protocol) is not refused here: it becomes a `void` operation, which consumes its number in the
 * log, since otherwise everything behind it in its outbox would be out of turn for ever.
 */
import type { ErrorCode } from '@starling/protocol/error-codes'
import type { Limits } from '@starling/protocol/limits'
import { id, index, type Operation } from '@starling/protocol/operation'
import { type UpFrame, upFrame } from '@starling/protocol/up'
import type { VoidOperation } from '../log/record.ts'
import { boxCharactersMax, codePoints, isOverBytes } from '../text-size.ts'

export interface SendFrame {
  readonly t: 'send'
  readonly room: string
  readonly outbox: string
  readonly number: number
  readonly op: Operation | VoidOperation
}
export type ReadFrame = Exclude<UpFrame, { t: 'send' }> | SendFrame

export type ReadResult =
  | { readonly ok: true; readonly frame: ReadFrame }
  | { readonly ok: false; readonly code: ErrorCode; readonly ask?: number }

const knownFrames: ReadonlySet<string> = new Set(
  upFrame.def.options.flatMap((o) => o.shape.t.def.values),
)

export function readFrame(text: string, limits: Limits): ReadResult {
  if (isOverBytes(text, limits.frameBytesMax)) return { ok: false, code: 'frame-too-large' }
  const json = parse(text)
  if (typeof json !== 'object' || json === null) return { ok: false, code: 'bad-frame' }
  const parsed = upFrame.safeParse(json)
  if (parsed.success) {
    const frame = parsed.data
    return { ok: true, frame: frame.t === 'send' ? withinLimits(frame, limits) : frame }
  }
  const { t, ask } = json as { t?: unknown; ask?: unknown }
  if (t === 'send') {
    const frame = voidSend(json)
    if (frame !== undefined) return { ok: true, frame }
  }
  const code = typeof t === 'string' && !knownFrames.has(t) ? 'unknown-frame' : 'bad-frame'
  return Number.isSafeInteger(ask) ? { ok: false, code, ask: ask as number } : { ok: false, code }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function voidSend(json: object): SendFrame | undefined {
  const { room, outbox, number } = json as { [name: string]: unknown }
  const head = { room: id.safeParse(room), outbox: id.safeParse(outbox), number }
  const numbered = index.safeParse(number)
  if (!head.room.success || !head.outbox.success || !numbered.success) return undefined
  return {
    t: 'send',
    room: head.room.data,
    outbox: head.outbox.data,
    number: numbered.data,
    op: { kind: 'void', code: 'invalid' },
  }
}

function withinLimits(frame: Extract<UpFrame, { t: 'send' }>, limits: Limits): SendFrame {
  const code = limitBroken(frame.op, limits)
  return code === undefined ? frame : { ...frame, op: { kind: 'void', code } }
}

function limitBroken(op: Operation, limits: Limits): ErrorCode | undefined {
  switch (op.kind) {
    case 'post':
    case 'edit':
      return isOverBytes(op.text, limits.messageBytesMax) ? 'message-too-large' : undefined
    case 'react':
      return isOverBytes(op.emoji, limits.reactionBytesMax) ? 'message-too-large' : undefined
    case 'sealed':
      return op.box.length > boxCharactersMax(limits) ? 'message-too-large' : undefined
    case 'topic':
      return isOverCharacters(op.topic, limits.topicCharactersMax) ? 'invalid' : undefined
    case 'create':
      return isOverCharacters(op.topic ?? '', limits.topicCharactersMax) ? 'invalid' : undefined
    case 'kick':
    case 'ban':
      return isOverCharacters(op.reason ?? '', limits.topicCharactersMax) ? 'invalid' : undefined
    default:
      return undefined
  }
}

function isOverCharacters(text: string, charactersMax: number): boolean {
  return text.length > charactersMax && codePoints(text) > charactersMax
}

/** Which message a command means: the picked one, else the last that fits. */
import type { MessageLine } from '@starling/client/api'
import type { RoomContext } from './command.ts'

export function targetMessage(
  { room, target }: RoomContext,
  fits: (message: MessageLine) => boolean,
): MessageLine | undefined {
  return room.timeline.lines.findLast(
    (line): line is MessageLine =>
      line.kind === 'message' &&
      line.deletedBy === undefined &&
      line.unreadable === undefined &&
      (target === undefined ? fits(line) : line.index === target),
  )
}

export function isOwn(message: MessageLine): boolean {
  return message.isOwn
}

export function isOthers(message: MessageLine): boolean {
  return !message.isOwn
}

export function isAny(): boolean {
  return true
}

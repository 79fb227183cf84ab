/** Builders for tests: a world, rooms, messages as the SDK shows them. */
import type {
  ClientSnapshot,
  MessageLine,
  RoomSnapshot,
  SendLine,
  SystemLine,
  TimelineLine,
  TimelineSnapshot,
} from '@starling/client/api'
import { limits } from '@starling/protocol/limits'

/** Tuesday 3 June 2025, 09:41 UTC. */
export const morning = Date.UTC(2025, 5, 3, 9, 41)
export const utc = (): number => 0

export const me = { user: 'u-me', name: 'me', isGuest: false, device: 'd-1' } as const

export function aWorld(change: Partial<ClientSnapshot> = {}): ClientSnapshot {
  return {
    connection: { kind: 'online', address: 'ws://localhost', user: me.user, name: me.name },
    me,
    rooms: [aRoom()],
    invitations: [],
    waiting: 0,
    limits,
    ...change,
  }
}

export function aTimeline(
  lines: readonly TimelineLine[] = [],
  change: Partial<TimelineSnapshot> = {},
): TimelineSnapshot {
  return {
    lines,
    sends: [],
    hasOlder: false,
    isLoadingOlder: false,
    hasNewer: false,
    isLoadingNewer: false,
    ...change,
  }
}

export function aRoom(change: Partial<RoomSnapshot> = {}): RoomSnapshot {
  const timeline = change.timeline ?? aTimeline()
  const last = timeline.lines.at(-1)
  const head = last?.index ?? 0
  return {
    room: 'r-garden',
    kind: 'public',
    title: 'garden',
    topic: '',
    role: 'member',
    isMuted: false,
    members: 12,
    head,
    lastAt: last?.at ?? 0,
    readUpTo: head,
    unread: 0,
    mentions: 0,
    online: [],
    onlineCount: 5,
    typing: [],
    ...change,
    timeline,
  }
}

export function aMessage(
  index: number,
  text: string,
  change: Partial<MessageLine> = {},
): MessageLine {
  return {
    kind: 'message',
    key: `k${index}`,
    index,
    at: morning + index * 20_000,
    by: 'u-ada',
    name: 'ada',
    text,
    isOwn: false,
    isMention: false,
    reactions: [],
    isChanging: false,
    ...change,
  }
}

export function mine(index: number, text: string, change: Partial<MessageLine> = {}): MessageLine {
  return aMessage(index, text, { by: me.user, name: me.name, isOwn: true, ...change })
}

export function messages(from: number, to: number): readonly MessageLine[] {
  return Array.from({ length: to - from + 1 }, (_, at) =>
    aMessage(from + at, `message ${from + at}`),
  )
}

export function aSystemLine(index: number, body: SystemLine['body'], name = 'bo'): SystemLine {
  return {
    kind: 'system',
    key: `k${index}`,
    index,
    at: morning + index * 20_000,
    by: `u-${name}`,
    name,
    body,
  }
}

export function aSend(number: number, text: string, change: Partial<SendLine> = {}): SendLine {
  const at = morning + 3_600_000 + number
  return {
    kind: 'send',
    key: `o-1:${number}`,
    state: 'pending',
    item: {
      room: 'r-garden',
      outbox: 'o-1',
      number,
      op: { kind: 'post', text },
      composedAt: at,
    },
    text,
    at,
    ...change,
  }
}

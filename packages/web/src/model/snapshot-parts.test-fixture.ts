/** Rooms and lines in the words of a test. */
import type {
  MessageLine,
  RoomSnapshot,
  SendLine,
  SystemLine,
  TimelineSnapshot,
} from '@starling/client/api'

const at0 = Date.UTC(2026, 4, 4, 12)
const minuteMs = 60_000

export function message(index: number, given: Partial<MessageLine> = {}): MessageLine {
  return {
    kind: 'message',
    key: `k${index}`,
    index,
    at: at0 + index * 1_000,
    by: 'u-ada',
    name: 'ada',
    text: `text ${index}`,
    isOwn: false,
    isMention: false,
    reactions: [],
    isChanging: false,
    ...given,
  }
}

export function send(number: number, given: Partial<SendLine> = {}): SendLine {
  const op = { kind: 'post', text: `send ${number}` } as const
  return {
    kind: 'send',
    key: `s${number}`,
    state: 'pending',
    item: { room: 'r', outbox: 'o', number, op, composedAt: at0 + minuteMs },
    text: op.text,
    at: at0 + minuteMs,
    ...given,
  }
}

export function system(index: number, body: SystemLine['body'], by = `u${index}`): SystemLine {
  return { kind: 'system', key: `k${index}`, index, at: at0 + index, by, name: by, body }
}

export function timeline(given: Partial<TimelineSnapshot> = {}): TimelineSnapshot {
  return {
    lines: [],
    sends: [],
    hasOlder: false,
    isLoadingOlder: false,
    hasNewer: false,
    isLoadingNewer: false,
    ...given,
  }
}

export function room(title: string, given: Partial<RoomSnapshot> = {}): RoomSnapshot {
  return {
    room: `r-${title}`,
    kind: 'public',
    title,
    topic: '',
    role: 'member',
    isMuted: false,
    members: 2,
    head: 0,
    lastAt: 0,
    readUpTo: 0,
    unread: 0,
    mentions: 0,
    online: [],
    onlineCount: 0,
    typing: [],
    timeline: timeline(),
    ...given,
  }
}

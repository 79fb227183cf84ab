/** Rules of the front-end node, removed. */
import type { Mutant } from './mutant.ts'

const requests = 'core/src/frontend/requests.ts'
const lanes = 'core/src/frontend/outbox-lanes.ts'
const feeds = 'core/src/frontend/feeds.ts'
const followers = 'core/src/frontend/followers.ts'
const fedRoom = 'core/src/frontend/fed-room.ts'
const node = 'core/src/frontend/frontend-node.ts'
const hello = 'core/src/frontend/verbs/hello.ts'
const typing = 'core/src/frontend/verbs/typing.ts'
const monitor = 'core/src/frontend/backend-monitor.ts'

export const frontendMutants: readonly Mutant[] = [
  {
    name: 'failover',
    without: 'What is in flight at a backend that is gone goes to the next one.',
    patches: [
      {
        file: requests,
        find: "this.#failAll(now, backend, 'resend: link closed', () => true)",
        replace: '',
      },
      {
        file: requests,
        find: "return this.#failAll(now, backend, 'resend: down', () => true)",
        replace: 'return',
      },
      { file: requests, find: '      this.#moveOverdue(now, backend)\n', replace: '' },
    ],
  },
  {
    name: 'resend-on-silence',
    without: 'What is in flight at a backend that hangs goes to the next one.',
    patches: [
      {
        file: requests,
        find: "if (status === 'active' || status === 'draining') return",
        replace: "if (status !== 'down') return",
      },
      { file: requests, find: '      this.#moveOverdue(now, backend)\n', replace: '' },
    ],
  },
  {
    name: 'senders-lanes',
    without: "One outbox's sends in flight are all at one backend.",
    patches: [
      {
        file: lanes,
        find: 'return decision?.backend === backend ? decision : undefined',
        replace: 'return decision',
      },
    ],
  },
  {
    name: 'resend-in-order',
    without: 'What is sent again goes before what waits behind it.',
    patches: [
      {
        file: lanes,
        find: 'lane.queued = [...again, ...lane.queued]',
        replace: 'lane.queued = [...lane.queued, ...again]',
      },
    ],
  },
  {
    name: 'reads-go-on',
    without: 'While no backend has the log, those without it are read from.',
    patches: [
      {
        file: monitor,
        find: 'this.#active.length > 0 ? this.#active : this.#cutOffTogether()',
        replace: 'this.#active',
      },
    ],
  },
  {
    name: 'sends-wait',
    without: 'While no backend has the log, what needs it waits instead of being refused.',
    patches: [
      {
        file: requests,
        find: 'this.waiting >= waitingRequestsMax && this.#backendsFor({ isLogNeeded })',
        replace: 'this.#backendsFor({ isLogNeeded })',
      },
    ],
  },
  {
    name: 'known-come-in',
    without: 'While no backend has the log, who was here before comes in all the same.',
    patches: [
      {
        file: requests,
        find: "    case 'token':\n    case 'guest':\n      return",
        replace: '      return',
      },
    ],
  },
  {
    name: 'typing-goes-on',
    without: 'While no backend has the log, typing is told all the same.',
    patches: [
      {
        file: typing,
        find: 'if (backend === undefined) return',
        replace: 'if (backend === undefined || desk.monitor.isOutage) return',
      },
    ],
  },
  {
    name: 'session-requests-bounded',
    without: 'A session has no more requests unanswered than its limit.',
    patches: [
      {
        file: requests,
        find: "if (isOver && asked.isInternal !== true) return 'too-many-in-flight'",
        replace: '',
      },
    ],
  },
  {
    name: 'feed-hole',
    without: 'A hole in a feed is noticed and asked for again.',
    patches: [{ file: feeds, find: 'if (frame.from > fed.next) {', replace: 'if (false) {' }],
  },
  {
    name: 'feed-overlap',
    without: 'Entries of a feed that were there before are dropped.',
    patches: [
      {
        file: feeds,
        find: 'frame.entries.slice(fed.next - frame.from)',
        replace: 'frame.entries',
      },
    ],
  },
  {
    name: 'feed-switch',
    without: 'The feed of a backend that is gone is asked of another.',
    patches: [
      { file: node, find: '    feeds.backendLost(backend)\n', replace: '' },
      { file: node, find: '    feeds.backendsChanged(now)\n', replace: '' },
    ],
  },
  {
    name: 'resume-from-index',
    without: 'A session goes on from the index that its client names.',
    patches: [{ file: hello, find: 'held: held ?? head', replace: 'held: head' }],
  },
  {
    name: 'blocked-gets-nothing',
    without: 'Nothing is sent to a client whose socket is full.',
    patches: [
      {
        file: fedRoom,
        find: '      if (!session.isBlocked) {\n        receivers.push',
        replace: '      if (true) {\n        receivers.push',
      },
    ],
  },
  {
    name: 'drained-reads-on',
    without: 'A session whose socket drained reads what it missed.',
    patches: [{ file: node, find: '    this.#desk.followers.hungry.add(session)\n', replace: '' }],
  },
  {
    name: 'told-of-room-first',
    without: 'A session is told of a room before any entry of it.',
    patches: [
      {
        file: followers,
        find: 'if (entry.follow !== undefined && (fed.placeOf(session) ?? 0) <= index) return',
        replace: '',
      },
    ],
  },
  {
    name: 'gone-follow-no-more',
    without: 'Whoever left or was kicked gets nothing more of the room.',
    patches: [
      {
        file: followers,
        find: 'if (entry.gone !== undefined) this.#gone(fed, entry.gone, index)',
        replace: '',
      },
      {
        file: followers,
        find: 'if (unfollow !== undefined) this.unfollow(session, unfollow)',
        replace: '',
      },
    ],
  },
]

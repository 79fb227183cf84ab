/**
 * Makes what is shown of a room. A line is made once for each state of its entry (entries are
 * replaced when they change, never changed), so drawing again costs a look-up for each.
 */
import type { Entry } from '@starling/protocol/entry'
import type { Composed, Me, OutboxItem } from './client-io.ts'
import type { EntryRun, Post } from './entry-run.ts'
import { keyOf, type Outbox } from './outbox.ts'
import type { Keeper } from './private/keeper.ts'
import { identitiesOf, isCounted, readableOf, unreadableLine } from './private/sealed-lines.ts'
import { reuseArray, reuseObject } from './reuse-parts.ts'
import type { RoomState } from './room-state.ts'
import type {
  MessageLine,
  Person,
  ReactionLine,
  ReplyPreview,
  RoomSnapshot,
  SendLine,
  TimelineLine,
  TimelineSnapshot,
} from './snapshot.ts'
import { onlyView } from './timeline.ts'

type Changing = Extract<Composed, { kind: 'edit' | 'delete' | 'react' }>

interface Cached<T> {
  readonly line: T
  /** The message it answers, as it was then. */
  readonly replied: Entry | undefined
}

const replyCharactersMax = 200

export class RoomView {
  readonly #me: Me
  readonly #mention: RegExp
  readonly #outbox: Outbox
  readonly #keeper: Keeper
  readonly #lines = new WeakMap<Entry, Cached<TimelineLine>>()
  readonly #sends = new WeakMap<OutboxItem, Cached<SendLine>>()

  constructor(me: Me, outbox: Outbox, keeper: Keeper) {
    this.#me = me
    this.#keeper = keeper
    this.#outbox = outbox
    this.#mention = mentionOf(me.name)
  }

  /** With the parts of the one `before` that did not change. */
  snapshot(
    room: RoomState,
    before: RoomSnapshot | undefined,
    view: string = onlyView,
  ): RoomSnapshot {
    const { peer } = room
    const timeline = this.#timeline(room, before?.timeline, view)
    const typing = room.typers
      .filter(({ user }) => user !== this.#me.user)
      .map(({ user, name }) => ({ user, name }))
    const about = {
      room: room.room,
      kind: room.kind,
      title: room.kind === 'direct' && peer !== undefined ? peer.name : room.title,
      topic: room.topic,
      role: room.role,
      isMuted: room.isMuted,
      members: room.members,
      head: room.head,
      lastAt: room.timeline.live.at(room.timeline.synced)?.at ?? 0,
      readUpTo: room.readUpTo,
      ...this.#unread(room),
      online: reuseArray(before?.online, [...room.online]),
      onlineCount: room.onlineCount,
      typing: isSameTyping(before?.typing, typing) ? before!.typing : typing,
      ...(peer === undefined ? {} : { peer }),
      timeline,
    }
    const privacy = this.#keeper.shownOf(room)
    if (privacy === undefined) return reuseObject(before, about)
    const sealed = { isEncrypted: true, privacy: reuseObject(before?.privacy, privacy) } as const
    return reuseObject(before, { ...about, ...sealed })
  }

  #timeline(room: RoomState, before: TimelineSnapshot | undefined, view: string): TimelineSnapshot {
    const { timeline } = room
    const run = timeline.shownIn(view)
    const isApart = timeline.isApartIn(view)
    const { sent, waiting } = this.#outbox.shown(room.room)
    const changing = waiting.filter(isChanging)
    const all = run.entries()
    const { divider, entries } = room.isEncrypted ? readableOf(all) : { entries: all }
    // Behind the divider nothing is to be read, unless something was, or there are keys for it.
    const isMoreBehind = room.sealed.firstRead < run.first || room.reach.isBeyond(all)
    const isMoreToRead = divider === undefined || isMoreBehind
    const lines = entries.flatMap((entry) => this.#line(run, entry, changing) ?? [])
    const echoes = sent.map(({ item }) => this.#send(run, item, 'sent'))
    const sends = waiting.flatMap((item) => {
      if (item.refused !== undefined) return [this.#send(run, item, 'failed')]
      return item.op.kind === 'post' ? [this.#send(run, item, 'pending')] : []
    })
    return reuseObject(before, {
      lines: reuseArray(before?.lines, lines),
      sends: reuseArray(before?.sends, isApart ? [] : [...echoes, ...sends]),
      ...(divider === undefined ? {} : { divider: reuseObject(before?.divider, divider) }),
      hasOlder: isMoreToRead && timeline.hasOlderIn(view),
      isLoadingOlder: room.loadsOlder.isLoading(timeline, view),
      hasNewer: isApart,
      isLoadingNewer: room.loadsNewer.isLoading(timeline, view),
    })
  }

  #line(run: EntryRun, entry: Entry, waiting: readonly OutboxItem[]): TimelineLine | undefined {
    if (entry.kind === 'edit' || entry.kind === 'delete' || entry.kind === 'react') return undefined
    const changes = waiting.flatMap(({ op }) =>
      isChangingOp(op) && op.target === entry.index ? [op] : [],
    )
    const replied =
      entry.kind === 'post' && entry.replyTo !== undefined ? run.at(entry.replyTo) : undefined
    const cached = this.#lines.get(entry)
    if (cached !== undefined && cached.replied === replied && changes.length === 0) {
      return cached.line
    }
    const line =
      entry.kind === 'post'
        ? this.#message(entry, replied)
        : (unreadableLine(entry, this.#me.user) ?? systemLine(run, entry))
    if (line === undefined) return undefined
    if (changes.length > 0 && line.kind === 'message') return this.#changed(line, changes)
    this.#lines.set(entry, { line, replied })
    return line
  }

  #message(post: Post, replied: Entry | undefined): MessageLine {
    const { index, at, by, name, text, editedAt, deletedBy, replyTo } = post
    return {
      kind: 'message',
      key: lineKey(post),
      index,
      at,
      by,
      name,
      text,
      isOwn: by === this.#me.user,
      isMention: by !== this.#me.user && this.#mention.test(text),
      reactions: (post.reactions ?? []).map((reaction) => ({
        ...reaction,
        isMine: reaction.users.includes(this.#me.user),
      })),
      isChanging: false,
      ...(post.isSealed === true ? { isSealed: true } : {}),
      ...(post.isVerified === true ? { isVerified: true } : {}),
      ...(editedAt === undefined ? {} : { editedAt }),
      ...(deletedBy === undefined ? {} : { deletedBy }),
      ...(replyTo === undefined ? {} : { replyTo: preview(replyTo, replied) }),
    }
  }

  /** One's own changes are shown before they are acknowledged. */
  #changed(line: MessageLine, changes: readonly Changing[]): MessageLine {
    let changed: MessageLine = { ...line, isChanging: true }
    for (const op of changes) {
      if (op.kind === 'edit') changed = { ...changed, text: op.text }
      else if (op.kind === 'delete') {
        changed = { ...changed, text: '', reactions: [], deletedBy: this.#me.user }
      } else changed = { ...changed, reactions: reacted(changed.reactions, op, this.#me.user) }
    }
    return changed
  }

  #send(run: EntryRun, item: OutboxItem, state: SendLine['state']): SendLine {
    const { op } = item
    const text = op.kind === 'post' || op.kind === 'edit' ? op.text : ''
    const replyTo = op.kind === 'post' ? op.replyTo : undefined
    const replied = replyTo === undefined ? undefined : run.at(replyTo)
    const cached = this.#sends.get(item)
    if (cached?.line.state === state && cached.replied === replied) return cached.line
    const line: SendLine = {
      kind: 'send',
      key: keyOf(item),
      state,
      item,
      text,
      at: item.composedAt,
      ...(replyTo === undefined ? {} : { replyTo: preview(replyTo, replied) }),
      ...(item.refused === undefined ? {} : { refusal: item.refused }),
    }
    this.#sends.set(item, { line, replied })
    return line
  }

  #isMention(post: Post): boolean {
    const line = this.#lines.get(post)?.line
    return line?.kind === 'message' ? line.isMention : this.#mention.test(post.text)
  }

  #unread(room: RoomState): { unread: number; mentions: number; firstUnread?: number } {
    const { live, synced } = room.timeline
    const marker = room.readUpTo
    let unread = Math.max(0, live.first - 1 - marker) + Math.max(0, room.head - synced)
    let mentions = 0
    let first: number | undefined
    for (const entry of live.entries(marker + 1)) {
      if (!isCounted(entry) || entry.by === this.#me.user) continue
      unread += 1
      first ??= entry.index
      const isDirect = room.kind === 'direct'
      if (isDirect || (entry.kind === 'post' && this.#isMention(entry))) mentions += 1
    }
    return { unread, mentions, ...(first === undefined ? {} : { firstUnread: first }) }
  }
}

function isSameTyping(before: readonly Person[] | undefined, now: readonly Person[]): boolean {
  return before?.length === now.length && before.every(({ user }, at) => user === now[at]!.user)
}

function systemLine(run: EntryRun, entry: Entry): TimelineLine | undefined {
  const { index, at, by, name } = entry
  const line = { kind: 'system', key: lineKey(entry), index, at, by, name } as const
  switch (entry.kind) {
    case 'commit': {
      const nameOf = (user: string) =>
        run.entries().findLast((other) => other.by === user)?.name ?? 'Somebody'
      const body = identitiesOf(entry, nameOf)
      return body && { ...line, body }
    }
    case 'title':
    case 'create':
    case 'join':
    case 'leave':
    case 'invite':
    case 'topic':
    case 'role':
    case 'kick':
    case 'ban':
    case 'mute':
      return { ...line, body: entry }
    default:
      return undefined
  }
}

function lineKey(entry: Entry): string {
  const { outbox, number } = entry
  return outbox !== undefined && number !== undefined ? keyOf({ outbox, number }) : `${entry.index}`
}

function preview(index: number, replied: Entry | undefined): ReplyPreview {
  if (replied?.kind !== 'post') return { index }
  return { index, name: replied.name, text: replied.text.slice(0, replyCharactersMax) }
}

function reacted(
  reactions: readonly ReactionLine[],
  op: Extract<Changing, { kind: 'react' }>,
  me: string,
): readonly ReactionLine[] {
  const known = reactions.find(({ emoji }) => emoji === op.emoji)
  const users = (known?.users ?? []).filter((user) => user !== me)
  const line = { emoji: op.emoji, users: op.on ? [...users, me] : users, isMine: op.on }
  const next =
    known === undefined ? [...reactions, line] : reactions.map((r) => (r === known ? line : r))
  return next.filter((reaction) => reaction.users.length > 0)
}

function isChanging(item: OutboxItem): boolean {
  return item.refused === undefined && isChangingOp(item.op)
}

function isChangingOp(op: Composed): op is Changing {
  return op.kind === 'edit' || op.kind === 'delete' || op.kind === 'react'
}

/** `@name`, not as a part of a longer word. */
function mentionOf(name: string): RegExp {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`(?<![\\p{L}\\p{N}_@])@${escaped}(?![\\p{L}\\p{N}_])`, 'iu')
}

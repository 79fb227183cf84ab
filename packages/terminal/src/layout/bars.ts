/** The single lines around the messages: the header, the rule above the composer, the status. */
import type { ClientSnapshot, RoomSnapshot } from '@starling/client/api'
import { activityCounts } from '@starling/client/navigation/room-order'
import { type Note, type UiState, viewOf } from '../model/state.ts'
import { isTroubleShown } from '../model/waking.ts'
import { sanitiseLine } from '../text/sanitise.ts'
import { widthOf } from '../text/width.ts'
import { lockWords, privacySentence } from './privacy-words.ts'
import { clipLine, type Line, lineWidth, type Span, span, spread } from './span.ts'

const hints = '? keys  Ctrl-K go to '
const shortHints = '? keys '
/** Less than this for who one is, and the hints go. */
const leftCellsMin = 18
/** Around the words in the rule. */
const noticeMargin = 4

export function headerLine(room: RoomSnapshot | undefined, width: number): Line {
  if (room === undefined) return [span(' Starling', 'strong')]
  const title = sanitiseLine(room.title)
  const mark = room.kind === 'direct' ? '' : '#'
  const topic = sanitiseLine(room.topic)
  const left: Line = [
    span(' '),
    span(`${mark}${title}`, 'strong'),
    span(lockWords(room) === '' ? '' : `  ${lockWords(room)}`, 'quiet'),
    span(topic === '' ? '' : `  ${topic}`, 'quiet'),
  ]
  return spread(left, [span(presence(room), 'quiet')], width)
}

function presence(room: RoomSnapshot): string {
  if (room.kind === 'direct') {
    const { peer } = room
    return peer !== undefined && room.online.includes(peer.user) ? ' here ' : ' away '
  }
  return ` ${room.onlineCount} of ${room.members} here `
}

/** The rule above the composer carries what changes often, so that nothing else has to move. */
export function noticeLine(
  state: UiState,
  room: RoomSnapshot | undefined,
  at: { readonly width: number; readonly isAtEnd: boolean },
): Line {
  const right = pill(state, room, at.isAtEnd)
  const rightWidth = lineWidth(right)
  const words = clipLine(notice(state, room, at.width), at.width - rightWidth - noticeMargin)
  const used = lineWidth(words)
  const left: Span[] = used === 0 ? [] : [span('─ ', 'quiet'), ...words, span(' ', 'quiet')]
  const fill = Math.max(0, at.width - rightWidth - lineWidth(left))
  return [...left, span('─'.repeat(fill), 'quiet'), ...right]
}

/** A sentence too long for the rule lies over the last messages instead. */
export function isLongNote({ text }: Note, width: number): boolean {
  return widthOf(sanitiseLine(text)) > width - noticeMargin
}

export function noteSpan({ text, isError }: Note): Span {
  return span(sanitiseLine(text), isError ? 'danger' : 'accent')
}

function notice(state: UiState, room: RoomSnapshot | undefined, width: number): Line {
  const { note, mode } = state
  if (note !== undefined && !isLongNote(note, width)) return [noteSpan(note)]
  switch (mode.kind) {
    case 'switcher':
      return [span('Go to', 'strong'), span('  ↑↓ Enter · Esc', 'quiet')]
    case 'panel':
      return [span('↑↓ Enter · Esc', 'quiet')]
    case 'prompt':
      return [span(sanitiseLine(mode.label), 'strong'), span('  Enter · Esc', 'quiet')]
    case 'page':
      return [span(mode.page.enter, 'strong'), span('  Enter · Esc', 'quiet')]
    case 'select':
      return [span('r reply  e edit  d delete  + react  u unread  Esc', 'quiet')]
    default:
      return room === undefined ? [] : (privacy(room) ?? typing(room))
  }
}

function privacy(room: RoomSnapshot): Line | undefined {
  const sentence = privacySentence(room)
  return sentence === undefined ? undefined : [span(sentence, 'accent')]
}

function typing(room: RoomSnapshot): Line {
  const names = room.typing.map(({ name }) => sanitiseLine(name))
  const [first, second] = names
  if (first === undefined) return []
  if (names.length === 1) return [span(`${first} is typing`, 'quiet')]
  if (names.length === 2) return [span(`${first} and ${second} are typing`, 'quiet')]
  return [span(`${names.length} people are typing`, 'quiet')]
}

function pill(state: UiState, room: RoomSnapshot | undefined, isAtEnd: boolean): Line {
  if (room === undefined) return []
  if (isAtEnd && !room.timeline.hasNewer) return []
  const words = room.unread > 0 ? `${room.unread} new ↓` : 'newest ↓'
  const back = state.back.length > 0 ? [span(' Esc back ', 'quiet')] : []
  return [
    ...back,
    span(` ${words} `, room.unread > 0 ? 'strong-accent' : 'accent'),
    span('─', 'quiet'),
  ]
}

export function statusLine(state: UiState, world: ClientSnapshot, width: number): Line {
  const trouble = isTroubleShown(state) ? troubleWords(state, world) : undefined
  const name = world.me === undefined ? '' : sanitiseLine(world.me.name)
  const who = `${name}${world.me?.isGuest === true ? ' (guest)' : ''}${linkWords(world)}`
  const counts = countSpans(state, world)
  const left: Line = [
    span(' '),
    trouble === undefined ? span(who, 'quiet') : span(trouble, 'strong-accent'),
  ]
  const room =
    width - lineWidth(counts) - (trouble === undefined ? leftCellsMin : lineWidth(left) + 1)
  const hint = room >= hints.length ? hints : room >= shortHints.length ? shortHints : ''
  return spread(left, [...counts, span(hint, 'quiet')], width)
}

function linkWords({ privacy }: ClientSnapshot): string {
  if (privacy?.state === 'unlinked') return ' · not linked: /link'
  const waiting = privacy?.unlinked.length ?? 0
  return waiting === 0 ? '' : ` · ${waiting} to /link`
}

function countSpans(state: UiState, world: ClientSnapshot): Line {
  const { mentions, unread } = activityCounts(world.rooms, state.room)
  const spans: Span[] = []
  if (mentions > 0) spans.push(span(`${mentions}@`, 'strong-accent'), span('  '))
  if (unread > 0) spans.push(span(`${unread} unread`, 'plain'), span('  '))
  return spans
}

function troubleWords(state: UiState, world: ClientSnapshot): string {
  const { connection, waiting } = world
  const queue = waiting > 0 ? `Offline · ${waiting} waiting` : ''
  switch (connection.kind) {
    case 'waiting': {
      const seconds = Math.max(1, Math.ceil((connection.untilMs - state.nowMs) / 1000))
      return queue === ''
        ? `Reconnecting in ${seconds} s · Ctrl-T try now`
        : `${queue} · in ${seconds} s · Ctrl-T try now`
    }
    case 'refused':
      return 'Not connected'
    case 'closed':
      return 'Closed'
    case 'online':
      return ''
    default: {
      const verb = world.me === undefined ? 'Connecting …' : 'Reconnecting …'
      return queue === '' ? verb : `${queue} · ${verb}`
    }
  }
}

/** What the text will do, above the composer. */
export function intentLine(state: UiState, width: number): Line | undefined {
  const { intent } = viewOf(state)
  if (intent.kind === 'post') return undefined
  if (intent.kind === 'edit') {
    return clipLine(
      [span(' Editing your message', 'accent'), span('  Esc gives up', 'quiet')],
      width,
    )
  }
  const verb = intent.kind === 'reply' ? 'Answer to' : 'About'
  const quoted = sanitiseLine(intent.text)
  return clipLine(
    [span(` ${verb} ${sanitiseLine(intent.name)}`, 'accent'), span(`  ${quoted}`, 'quiet')],
    width,
  )
}

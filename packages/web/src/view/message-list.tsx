/**
 * The list of a room's messages. Only rows near what is in sight are drawn; `ListPosition` keeps
 * what is looked at where it is.
 */
import type { RoomSnapshot } from '@starling/client/api'
import { type ReactNode, useEffect, useLayoutEffect, useReducer, useRef, useState } from 'react'
import { ListPosition, type ListView } from '../list/list-position.ts'
import { bottom } from '../list/place.ts'
import { indexOfRow, type Row, rowOfIndex } from '../model/rows.ts'
import type { Target } from '../model/ui-state.ts'
import type { Chat } from '../shell/chat.ts'
import { texts } from '../texts.ts'
import { useChat, useUi } from './chat-context.ts'

/** So much is left above or below when the next page is asked for. */
const loadBeyondPixels = 1_500
const settlesMax = 6
/** It scrolls with the keys, too. */
const focusable = { tabIndex: 0 }

export interface MessageListProps {
  readonly room: RoomSnapshot
  readonly rows: readonly Row[]
  readonly onView: (view: ListView) => void
  readonly children: (row: Row) => ReactNode
}

export function MessageList({ room, rows, onView, children }: MessageListProps) {
  const chat = useChat()
  const [, drawAgain] = useReducer((count: number) => count + 1, 0)
  const [position] = useState(
    () => new ListPosition(chat.heightsOf(room.room), chat.placeOf(room.room)),
  )
  const scroller = useRef<HTMLElement>(null)
  const above = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const below = useRef<HTMLDivElement>(null)
  const settles = useRef(0)
  const isEnd = !room.timeline.hasNewer
  const target = useUi((state) => (state.target?.room === room.room ? state.target : undefined))
  const isReached = target !== undefined && reach(position, target, room, rows)
  const range = position.rangeFor(rows, isEnd)
  const told = useRef({ room, onView })
  told.current = { room, onView }

  useLayoutEffect(() => {
    position.attach({
      scroller: scroller.current!,
      above: above.current!,
      content: content.current!,
      below: below.current!,
    })
    drawAgain()
    const observer = new ResizeObserver(() => {
      if (position.settle()) drawAgain()
      tell()
    })
    observer.observe(scroller.current!)
    observer.observe(content.current!)
    const tell = () => report(chat, position, told.current)
    const scrolled = () => {
      if (position.scrolled()) drawAgain()
      tell()
    }
    scroller.current!.addEventListener('scroll', scrolled, { passive: true })
    return () => observer.disconnect()
  }, [position, chat])

  useLayoutEffect(() => {
    const isThin = position.settle()
    settles.current = isThin ? settles.current + 1 : 0
    if (isThin && settles.current < settlesMax) drawAgain()
    if (target !== undefined && isReached) chat.arrived(target)
  })

  useEffect(() => report(chat, position, told.current))

  return (
    <section
      ref={scroller}
      className="messages"
      {...focusable}
      aria-label={texts.messagesIn(room.title)}
    >
      <div ref={above} />
      <div
        ref={content}
        className="rows"
        role="log"
        aria-live={isEnd && position.place.kind === 'bottom' ? 'polite' : 'off'}
        aria-relevant="additions"
        aria-label={texts.messages}
      >
        {rows.slice(range.from, range.to).map(children)}
      </div>
      <div ref={below} />
    </section>
  )
}

/** Puts the list at the target if it holds it. */
function reach(
  position: ListPosition,
  target: Target,
  { timeline }: RoomSnapshot,
  rows: readonly Row[],
): boolean {
  if (target.index === 0) {
    if (timeline.hasNewer) return false
    position.goTo(bottom)
    return true
  }
  const [first] = timeline.lines
  if (first === undefined) return !timeline.hasOlder
  const isUnread = !target.isFlashed
  if (first.index > target.index && timeline.hasOlder) return isUnread && !timeline.isLoadingOlder
  const at = rowOfIndex(rows, target.index)
  if (at === undefined) {
    if (timeline.hasNewer) return false
    position.goTo(bottom)
    return true
  }
  if (target.place !== undefined) {
    position.goTo(target.place)
    return true
  }
  const line = rows[at - 1]
  const row = isUnread && line?.kind === 'unread' ? line : rows[at]!
  position.show(row.key, indexOfRow(rows[at]!), target.part)
  return true
}

function report(
  chat: Chat,
  position: ListPosition,
  { room, onView }: { room: RoomSnapshot; onView: (view: ListView) => void },
): void {
  const view = position.view()
  const { timeline } = room
  chat.keepPlace(room.room, position.place)
  if (timeline.hasOlder && !timeline.isLoadingOlder && view.pixelsAbove < loadBeyondPixels) {
    chat.client.loadOlder(room.room)
  }
  if (timeline.hasNewer && !timeline.isLoadingNewer && view.pixelsBelow < loadBeyondPixels) {
    chat.client.loadNewer(room.room)
  }
  chat.saw(room.room, view)
  onView(view)
}

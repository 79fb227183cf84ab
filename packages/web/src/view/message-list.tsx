/**
 * The list of a room's messages. Only rows near what is in sight are drawn; `ListPosition` keeps
 * what is looked at where it is.
 */
import type { RoomSnapshot } from '@starling/client/api'
import {
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useReducer,
  useRef,
  useState,
} from 'react'
import { ListPosition, type ListView } from '../list/list-position.ts'
import { bottom } from '../list/place.ts'
import { indexOfRow, type Row, rowOfIndex } from '../model/rows.ts'
import type { Target } from '../model/ui-state.ts'
import type { Chat } from '../shell/chat.ts'
import { texts } from '../texts.ts'
import { useChat, useUi } from './chat-context.ts'

/** So much is left above or below when the next page is asked for. */
const loadBeyondPixels = 1_500
/** Rows that were never shown are measured when they are drawn, which may call for others. */
const settlesMax = 6

export interface MessageListProps {
  readonly room: RoomSnapshot
  readonly rows: readonly Row[]
  readonly onView: (view: ListView) => void
  readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void
  readonly children: (row: Row) => ReactNode
}

export function MessageList({ room, rows, onView, onKeyDown, children }: MessageListProps) {
  const chat = useChat()
  const isEnd = !room.timeline.hasNewer
  const target = useUi((state) => (state.target?.room === room.room ? state.target : undefined))
  const { position, elements } = useListPosition(room, onView, (made) => {
    const isReached = target !== undefined && reach(made, target, room, rows)
    made.rangeFor(rows, isEnd)
    return isReached ? target : undefined
  })
  const { from, to } = position.range
  // It scrolls with the keys, too.
  const activate = ({ target }: { target: EventTarget }) => {
    const { index } = (target as Element).closest<HTMLElement>('.message')?.dataset ?? {}
    if (index !== undefined) chat.ui.set({ active: Number(index) })
  }
  const keys = { tabIndex: 0, onKeyDown, onPointerOver: activate, onFocus: activate }
  return (
    <section
      ref={elements.scroller}
      className="messages"
      aria-label={texts.messagesIn(room.title)}
      {...keys}
    >
      <div ref={elements.above} />
      <div
        ref={elements.content}
        className="rows"
        role="log"
        aria-live={position.isAtBottom ? 'polite' : 'off'}
        aria-relevant="additions"
        aria-label={texts.messages}
      >
        {rows.slice(from, to).map(children)}
      </div>
      <div ref={elements.below} />
    </section>
  )
}

/** `aim` is called with each drawing: it finds the rows to draw, and the target if it is there. */
function useListPosition(
  room: RoomSnapshot,
  onView: (view: ListView) => void,
  aim: (position: ListPosition) => Target | undefined,
) {
  const chat = useChat()
  const [, drawAgain] = useReducer((count: number) => count + 1, 0)
  const [position] = useState(
    () => new ListPosition(chat.looking.heightsOf(room.room), chat.looking.placeOf(room.room)),
  )
  const elements = {
    scroller: useRef<HTMLElement>(null),
    above: useRef<HTMLDivElement>(null),
    content: useRef<HTMLDivElement>(null),
    below: useRef<HTMLDivElement>(null),
  }
  const { scroller, above, content, below } = elements
  const settles = useRef(0)
  const told = useRef({ room, onView })
  told.current = { room, onView }
  const reached = aim(position)

  useLayoutEffect(() => {
    const own = scroller.current!
    const tell = () => report(chat, position, told.current)
    position.attach({
      scroller: own,
      above: above.current!,
      content: content.current!,
      below: below.current!,
    })
    drawAgain()
    const observer = new ResizeObserver(() => {
      if (position.settle()) drawAgain()
      tell()
    })
    observer.observe(own)
    observer.observe(content.current!)
    const scrolled = () => {
      if (position.scrolled()) drawAgain()
      tell()
    }
    own.addEventListener('scroll', scrolled, { passive: true })
    return () => {
      observer.disconnect()
      own.removeEventListener('scroll', scrolled)
    }
  }, [position, chat, scroller, above, content, below])

  useLayoutEffect(() => {
    const isThin = position.settle()
    settles.current = isThin ? settles.current + 1 : 0
    if (isThin && settles.current < settlesMax) drawAgain()
    if (reached !== undefined) chat.looking.arrived(reached)
  })
  useEffect(() => report(chat, position, told.current))
  return { position, elements }
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
  chat.looking.keepPlace(room.room, position.place)
  if (timeline.hasOlder && !timeline.isLoadingOlder && view.pixelsAbove < loadBeyondPixels) {
    chat.client.loadOlder(room.room)
  }
  if (timeline.hasNewer && !timeline.isLoadingNewer && view.pixelsBelow < loadBeyondPixels) {
    chat.client.loadNewer(room.room)
  }
  chat.looking.saw(room.room, view)
  onView(view)
}

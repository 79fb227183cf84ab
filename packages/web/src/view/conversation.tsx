/** A room: its head, its messages, what is being typed, and the composer. */
import type { RoomSnapshot } from '@starling/client/api'
import { type KeyboardEvent, useCallback, useMemo, useRef, useState } from 'react'
import type { ListView } from '../list/list-position.ts'
import { newBelow } from '../model/new-below.ts'
import { type Grouping, type Row, rowsOf } from '../model/rows.ts'
import { texts } from '../texts.ts'
import { useChat, useRoom, useUi, useView, useWorld } from './chat-context.ts'
import { Composer } from './composer.tsx'
import { ConversationHead } from './conversation-head.tsx'
import { Icon } from './icon.tsx'
import { keyOnMessage } from './message-keys.ts'
import { MessageList } from './message-list.tsx'
import { MessageRow, SendRow } from './message-row.tsx'
import { RoomNotice, useQuietNotice } from './privacy-notices.tsx'
import { DayRow, DividerRow, MoreRow, StartRow, SystemRow, UnreadRow } from './rows.tsx'

export function Conversation({ room: id }: { readonly room: string }) {
  const room = useRoom(id)
  if (room === undefined) return <main className="conversation" />
  return (
    <main className="conversation" key={id}>
      <ConversationHead room={room} />
      <Messages room={room} />
      <Typing room={room} />
      <RoomNotice room={room} />
      <Composer room={room} />
    </main>
  )
}

function Messages({ room }: { readonly room: RoomSnapshot }) {
  const chat = useChat()
  const me = useWorld((world) => world.me)
  const rows = useRows(room)
  const [seen, setSeen] = useState<{ readonly isAtBottom: boolean; readonly upTo: number }>({
    isAtBottom: true,
    upTo: room.head,
  })
  const onView = useCallback(
    ({ isAtBottom, lastIndex = 0 }: ListView) => {
      setSeen((before) => {
        const head = chat.roomOf(room.room)?.head ?? 0
        const upTo = isAtBottom ? head : Math.max(lastIndex, before.upTo)
        return before.isAtBottom === isAtBottom && before.upTo === upTo
          ? before
          : { isAtBottom, upTo }
      })
    },
    [chat, room.room],
  )
  const user = me?.user ?? ''
  const name = me?.name ?? ''
  const self = useMemo(() => ({ user, name }), [user, name])
  const draw = (row: Row) => <RowOf key={row.key} row={row} room={room} me={self} />
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => keyOnMessage(event, chat, room)
  return (
    <div className="messages-pane">
      <MessageList room={room} rows={rows} onView={onView} onKeyDown={onKeyDown}>
        {draw}
      </MessageList>
      <Chips room={room} isAtBottom={seen.isAtBottom} count={newBelow(room, seen.upTo)} />
    </div>
  )
}

function useRows(room: RoomSnapshot): readonly Row[] {
  const { moments } = useChat()
  const me = useWorld((world) => world.me?.user ?? '')
  const { unreadAfter } = useView(room.room)
  const remembered = useRef<Grouping>(new Map())
  return useMemo(() => {
    const options = { unreadAfter, zone: moments.zone, me }
    const { rows, grouping } = rowsOf(room.timeline, options, remembered.current)
    remembered.current = grouping
    return rows
  }, [room.timeline, unreadAfter, moments, me])
}

function RowOf({
  row,
  room,
  me,
}: {
  readonly row: Row
  readonly room: RoomSnapshot
  readonly me: { readonly user: string; readonly name: string }
}) {
  return (
    <div className="row" data-key={row.key}>
      {contentOf(row, room, me)}
    </div>
  )
}

function contentOf(row: Row, room: RoomSnapshot, me: { user: string; name: string }) {
  switch (row.kind) {
    case 'start':
      return <StartRow room={room} />
    case 'more':
      return <MoreRow isBusy={room.timeline.isLoadingOlder || room.timeline.isLoadingNewer} />
    case 'day':
      return <DayRow at={row.at} />
    case 'divider':
      return <DividerRow line={row.line} />
    case 'unread':
      return <UnreadRow />
    case 'system':
      return <SystemRow lines={row.lines} />
    case 'message':
      return <MessageRow room={room} line={row.line} isHead={row.isHead} me={me.name} />
    case 'send':
      return <SendRow room={room.room} line={row.line} isHead={row.isHead} me={me} />
  }
}

/** Ways to somewhere else in the list, at its edges. */
function Chips({
  room,
  isAtBottom,
  count,
}: {
  readonly room: RoomSnapshot
  readonly isAtBottom: boolean
  readonly count: number
}) {
  const chat = useChat()
  const hasBack = useUi((state) => state.jumps > 0)
  const { unreadAfter } = useView(room.room)
  const [first] = room.timeline.lines
  const isUnreadAbove =
    unreadAfter !== undefined &&
    first !== undefined &&
    room.timeline.hasOlder &&
    first.index > unreadAfter + 1
  return (
    <>
      <div className="chips above">
        {hasBack ? (
          <button type="button" className="chip" onClick={() => void chat.looking.back()}>
            <Icon name="back" />
            {texts.back}
          </button>
        ) : null}
        {isUnreadAbove ? (
          <button
            type="button"
            className="chip"
            onClick={() => chat.looking.goToFirstUnread(room.room)}
          >
            <Icon name="up" />
            {texts.toFirstUnread}
          </button>
        ) : null}
      </div>
      <div className="chips below">
        {isAtBottom ? null : (
          <button
            type="button"
            className={count > 0 ? 'chip pill new' : 'chip pill'}
            onClick={() => chat.looking.goToNewest(room.room)}
          >
            {count > 0 ? texts.newBelow(count) : texts.toNewest}
            <Icon name="down" />
          </button>
        )}
      </div>
    </>
  )
}

/** Always as high, so that nothing moves when somebody types. */
function Typing({ room }: { readonly room: RoomSnapshot }) {
  const { typing } = room
  const quiet = useQuietNotice(room)
  return (
    <div className="typing" aria-live="off">
      <bdi>{typing.length === 0 ? quiet : texts.typing(typing.map(({ name }) => name))}</bdi>
    </div>
  )
}

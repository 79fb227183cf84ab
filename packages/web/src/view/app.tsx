/** The whole window. */

import { activityCounts } from '@starling/client/navigation/room-order'
import { useEffect } from 'react'
import { keyInWindow } from '../shell/window-keys.ts'
import { texts } from '../texts.ts'
import { useChat, useUi, useWorld } from './chat-context.ts'
import { ConnectionBar } from './connection-bar.tsx'
import { Conversation } from './conversation.tsx'
import { DetailsPane } from './details.tsx'
import { Dialogs } from './dialogs.tsx'
import { Entrance } from './entrance.tsx'
import { FarewellPlace } from './farewell-place.tsx'
import { Sidebar, Welcome } from './sidebar.tsx'

export function App() {
  const chat = useChat()
  const refused = useWorld(({ connection }) =>
    connection.kind === 'refused' ? connection : undefined,
  )
  const me = useWorld((world) => world.me)
  const isRegistering = useUi((state) => state.isRegistering)
  useTitle()
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => keyInWindow(event, chat)
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  }, [chat])
  if (refused !== undefined && !isRegistering) {
    return (
      <Entrance
        say={refused.say}
        way={me?.isGuest === true ? 'guest' : 'login'}
        name={me?.name ?? ''}
        onEnter={(credentials) => chat.comeIn(credentials)}
      />
    )
  }
  return <Panes />
}

function Panes() {
  const pane = useUi((state) => state.pane)
  const room = useUi((state) => state.room)
  const details = useUi((state) => state.details)
  const isThere = useWorld(({ rooms }) => rooms.some((one) => one.room === room))
  const shown = isThere && room !== undefined ? room : undefined
  const last = useUi((state) => state.farewell)
  const farewell = shown === undefined && last?.room === room ? last : undefined
  const hasPlace = shown !== undefined || farewell !== undefined
  return (
    <div className={`panes at-${hasPlace ? pane : 'rooms'}`}>
      <Sidebar />
      {shown !== undefined ? (
        <Conversation key={shown} room={shown} />
      ) : farewell !== undefined ? (
        <FarewellPlace farewell={farewell} />
      ) : (
        <Welcome />
      )}
      {shown !== undefined && details !== undefined ? <DetailsPane room={shown} /> : null}
      <ConnectionBar />
      <Notes />
      <Dialogs />
    </div>
  )
}

function Notes() {
  const notes = useUi((state) => state.notes)
  return (
    <div className="notes" role="status">
      {notes.map(({ id, text, isError }) => (
        <p key={id} className={isError ? 'note error' : 'note'}>
          {text}
        </p>
      ))}
    </div>
  )
}

/** The counts on the tab and on the installed program's sign. */
function useTitle(): void {
  const room = useUi((state) => state.room)
  const title = useWorld(({ rooms }) => rooms.find((one) => one.room === room)?.title)
  const rooms = useWorld((world) => world.rooms)
  const { mentions, unread } = activityCounts(rooms)
  useEffect(() => {
    const count = mentions > 0 ? `(${mentions}) ` : unread > 0 ? '• ' : ''
    document.title = `${count}${title === undefined ? '' : `${title} · `}${texts.product}`
    const badge = navigator as Partial<Pick<Navigator, 'setAppBadge' | 'clearAppBadge'>>
    if (mentions > 0) void badge.setAppBadge?.(mentions)
    else void badge.clearAppBadge?.()
  }, [mentions, unread, title])
}

/** The room's name and topic, and the ways to what belongs to it. */
import type { RoomSnapshot } from '@starling/client/api'
import { lockLine } from '../model/lock-line.ts'
import { maySetTopic } from '../model/permissions.ts'
import { verifiedIn } from '../model/privacy-notice.ts'
import type { Details } from '../model/ui-state.ts'
import { texts } from '../texts.ts'
import { useChat, useUi } from './chat-context.ts'
import { IconButton, VerifiedMark } from './controls.tsx'
import { Icon } from './icon.tsx'
import { RoomSign } from './sidebar.tsx'

export function ConversationHead({ room }: { readonly room: RoomSnapshot }) {
  const chat = useChat()
  const details = useUi((state) => state.details)
  const isPeerVerified = room.peer !== undefined && verifiedIn(room).has(room.peer.user)
  const toggle = (which: Details) => chat.show(details === which ? undefined : which)
  return (
    <header className="conversation-head">
      <IconButton
        icon="back"
        label={texts.rooms}
        className="only-narrow"
        onClick={() => chat.looking.showRooms()}
      />
      <div className="room-name">
        <h1>
          {room.kind === 'private' ? null : <RoomSign room={room} />}
          <span className="room-title">
            <bdi>{room.title}</bdi>
          </span>
          {isPeerVerified ? <VerifiedMark /> : null}
        </h1>
        <div className="about-room">
          <Lock room={room} />
          <Topic room={room} />
        </div>
      </div>
      <div className="head-acts">
        <IconButton
          icon="search"
          label={texts.search}
          isPressed={details === 'search'}
          onClick={() => toggle('search')}
        />
        {room.kind === 'direct' ? null : (
          <IconButton
            icon="people"
            label={texts.membersOnline(room.members, room.onlineCount)}
            className="with-count"
            isPressed={details === 'members'}
            badge={<span className="count">{room.members}</span>}
            onClick={() => toggle('members')}
          />
        )}
        <IconButton
          icon="info"
          label={texts.about}
          isPressed={details === 'about'}
          onClick={() => toggle('about')}
        />
      </div>
    </header>
  )
}

function Lock({ room }: { readonly room: RoomSnapshot }) {
  const chat = useChat()
  const { icon, word, text } = lockLine(room)
  return (
    <button
      type="button"
      className="lock"
      title={text}
      aria-label={text.startsWith(word) ? text : `${word}. ${text}`}
      onClick={() => chat.show('about')}
    >
      <Icon name={icon} />
      <span>{word}</span>
    </button>
  )
}

function Topic({ room }: { readonly room: RoomSnapshot }) {
  const chat = useChat()
  if (room.kind === 'direct') {
    const isOnline = room.peer !== undefined && room.online.includes(room.peer.user)
    return <p className="topic">{isOnline ? texts.online : texts.offline}</p>
  }
  if (room.topic === '' && !maySetTopic(room)) return null
  return (
    <button
      type="button"
      className="topic"
      title={room.topic}
      onClick={() =>
        maySetTopic(room) ? chat.open({ kind: 'topic', room: room.room }) : chat.show('about')
      }
    >
      <bdi>{room.topic === '' ? texts.addTopic : room.topic}</bdi>
    </button>
  )
}

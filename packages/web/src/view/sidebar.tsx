/** One's rooms: invitations, rooms, direct conversations. */
import type { Invitation, RoomSnapshot } from '@starling/client/api'
import { sidebarSections } from '@starling/client/navigation/room-order'
import { memo, useMemo, useRef, useSyncExternalStore } from 'react'
import { keptDraft } from '../model/ui-state.ts'
import { texts } from '../texts.ts'
import { useChat, useUi, useView, useWorld } from './chat-context.ts'
import { Avatar, Badge, IconButton, Presence } from './controls.tsx'
import { Icon } from './icon.tsx'
import { Menu } from './menu.tsx'
import { AccountNotice } from './privacy-notices.tsx'
import { useDrawnRows } from './use-drawn-rows.ts'

export function Sidebar() {
  const chat = useChat()
  return (
    <nav className="sidebar" aria-label={texts.rooms}>
      <header className="sidebar-head">
        <Self />
        <Menu
          label={texts.add}
          icon="plus"
          items={[
            { icon: 'search', label: texts.browseRooms, run: () => chat.open({ kind: 'browse' }) },
            { icon: 'plus', label: texts.createRoom, run: () => chat.open({ kind: 'create' }) },
            { icon: 'person', label: texts.newDirect, run: () => chat.open({ kind: 'direct' }) },
          ]}
        />
      </header>
      <button
        type="button"
        className="switcher-button"
        onClick={() => chat.open({ kind: 'switcher' })}
      >
        <Icon name="search" />
        <span>{texts.goTo}</span>
        <kbd>{texts.keys.switcher}</kbd>
      </button>
      <AccountNotice />
      <RoomLists />
    </nav>
  )
}

function Self() {
  const chat = useChat()
  const me = useWorld((world) => world.me)
  const isOnline = useWorld(({ connection }) => connection.kind === 'online')
  return (
    <button
      type="button"
      className="self"
      title={texts.settings}
      onClick={() => chat.open({ kind: 'settings' })}
    >
      <Avatar name={me?.name ?? ''} id={me?.user ?? ''} />
      <span className="self-name">
        <bdi>{me?.name ?? ''}</bdi>
      </span>
      <Presence isOnline={isOnline} />
      <span className="sr-only">{texts.settings}</span>
    </button>
  )
}

function RoomLists() {
  const rooms = useWorld((world) => world.rooms)
  const invitations = useInvitations()
  const here = useUi((state) => state.room)
  const sections = useMemo(() => sidebarSections(rooms), [rooms])
  const chat = useChat()
  return (
    <div className="room-lists">
      {invitations.length === 0 ? null : (
        <section className="room-section">
          <h2>{texts.invitations}</h2>
          <ul>
            {invitations.map((one) => (
              <InvitationRow key={one.room} invitation={one} />
            ))}
          </ul>
        </section>
      )}
      <RoomSection title={texts.rooms} rooms={sections.rooms} here={here} />
      {sections.rooms.length > 0 ? null : (
        <div className="nothing">
          <p>{texts.noRooms}</p>
          <button
            type="button"
            className="text-button"
            onClick={() => chat.open({ kind: 'browse' })}
          >
            {texts.browseRooms}
          </button>
        </div>
      )}
      {sections.directs.length === 0 ? null : (
        <RoomSection title={texts.directs} rooms={sections.directs} here={here} />
      )}
    </div>
  )
}

/** Those that can wait are found by their room's name, not shown. */
function useInvitations(): readonly Invitation[] {
  const { settings } = useChat()
  const all = useWorld((world) => world.invitations)
  const hidden = useSyncExternalStore(settings.subscribe, () =>
    all.map((one) => (settings.isHidden(one) ? '-' : '+')).join(''),
  )
  return all.filter((_, at) => hidden[at] === '+')
}

function RoomSection({
  title,
  rooms,
  here,
}: {
  readonly title: string
  readonly rooms: readonly RoomSnapshot[]
  readonly here: string | undefined
}) {
  const list = useRef<HTMLUListElement>(null)
  const picked = rooms.findIndex(({ room }) => room === here)
  const { from, to, style } = useDrawnRows(list, rooms.length, picked)
  return (
    <section className="room-section">
      <h2>{title}</h2>
      <ul ref={list} style={style}>
        {rooms.slice(from, to).map((room, at) => (
          <RoomRow
            key={room.room}
            room={room}
            isHere={room.room === here}
            position={from + at + 1}
            count={rooms.length}
          />
        ))}
      </ul>
    </section>
  )
}

interface RoomRowProps {
  readonly room: RoomSnapshot
  readonly isHere: boolean
  readonly position: number
  readonly count: number
}

const RoomRow = memo(
  function RoomRow({ room, isHere, position, count }: RoomRowProps) {
    const chat = useChat()
    const view = useView(room.room)
    const isDraft = !isHere && keptDraft(view).trim() !== ''
    const level = room.mentions > 0 ? 'wanted' : room.unread > 0 ? 'unread' : ''
    return (
      <li aria-posinset={position} aria-setsize={count}>
        <button
          type="button"
          className={`room-row ${level}`}
          aria-current={isHere ? 'page' : undefined}
          data-room={room.room}
          onClick={() => chat.looking.goTo(room.room)}
        >
          <RoomSign room={room} />
          <span className="room-title">
            <bdi>{room.title}</bdi>
          </span>
          {isDraft ? <Icon name="edit" /> : null}
          <span className="sr-only">{texts.roomState(room.unread, room.mentions, isDraft)}</span>
          <span aria-hidden="true">
            <Badge mentions={room.mentions} unread={room.unread} />
          </span>
        </button>
      </li>
    )
  },
  (a, b) =>
    a.isHere === b.isHere &&
    a.position === b.position &&
    a.count === b.count &&
    isSameRow(a.room, b.room),
)

function isSameRow(a: RoomSnapshot, b: RoomSnapshot): boolean {
  return (
    a.room === b.room &&
    a.title === b.title &&
    a.kind === b.kind &&
    a.unread === b.unread &&
    a.mentions === b.mentions &&
    (a.kind !== 'direct' || a.online === b.online)
  )
}

export function RoomSign({
  room,
}: {
  readonly room: Pick<RoomSnapshot, 'kind' | 'peer' | 'online' | 'isEncrypted'>
}) {
  if (room.kind === 'public') return <Icon name="room" />
  if (room.kind === 'private') return <Icon name={room.isEncrypted ? 'private' : 'people'} />
  const isOnline = room.peer !== undefined && room.online.includes(room.peer.user)
  return (
    <span className="sign">
      <Presence isOnline={isOnline} />
    </span>
  )
}

function InvitationRow({ invitation }: { readonly invitation: Invitation }) {
  const chat = useChat()
  const { room, title, byName } = invitation
  return (
    <li className="invitation">
      <span>
        <b>
          <bdi>{title}</bdi>
        </b>
        <small>{texts.invitedBy(byName)}</small>
      </span>
      <button
        type="button"
        className="text-button"
        aria-label={`${texts.notNow}: ${title}`}
        onClick={() => chat.settings.hideInvitation(invitation)}
      >
        {texts.notNow}
      </button>
      <button
        type="button"
        className="small-button"
        onClick={() => void chat.enter(chat.client.join(room))}
      >
        {texts.join}
      </button>
    </li>
  )
}

/** For a window without a room. */
export function Welcome() {
  const chat = useChat()
  const hasRooms = useWorld(({ rooms }) => rooms.length > 0)
  return (
    <main className="welcome">
      <div className="welcome-box">
        <h1>{hasRooms ? texts.welcomeBack : texts.welcome}</h1>
        <p>{hasRooms ? texts.pickRoom : texts.welcomeHint}</p>
        <div className="welcome-acts">
          <button type="button" className="button" onClick={() => chat.open({ kind: 'browse' })}>
            {texts.browseRooms}
          </button>
          <button
            type="button"
            className="button plain"
            onClick={() => chat.open({ kind: 'create' })}
          >
            {texts.createRoom}
          </button>
        </div>
        <p className="hint">{texts.keysHint}</p>
      </div>
      <IconButton
        icon="back"
        label={texts.rooms}
        className="only-narrow"
        onClick={() => chat.looking.showRooms()}
      />
    </main>
  )
}

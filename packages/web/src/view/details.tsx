/** The pane beside the conversation: members, what the room is, search. */
import type { Person, RoomSnapshot } from '@starling/client/api'
import { matchScore } from '@starling/client/navigation/match'
import type { Member } from '@starling/protocol/down'
import { type ReactNode, useMemo, useState } from 'react'
import { lockLine } from '../model/lock-line.ts'
import { mayInvite, maySetTopic, measuresAgainst, rankOf, rolesFor } from '../model/permissions.ts'
import { verifiedIn } from '../model/privacy-notice.ts'
import { texts } from '../texts.ts'
import { useChat, useRoom, useUi, useWorld } from './chat-context.ts'
import { Avatar, Empty, IconButton, Presence, VerifiedMark } from './controls.tsx'
import { Icon } from './icon.tsx'
import { LevelChoice } from './level-choice.tsx'
import { Menu, type MenuItem } from './menu.tsx'
import { SearchPane } from './search-pane.tsx'
import { useMembers } from './use-members.ts'

/** More rows than that are of no use without a search. */
const shownMax = 300

export function DetailsPane({ room: id }: { readonly room: string }) {
  const room = useRoom(id)
  const details = useUi((state) => state.details)
  if (room === undefined || details === undefined) return null
  switch (details) {
    case 'members':
      return (
        <Pane title={texts.membersTitle(room.members)}>
          <Members room={room} />
        </Pane>
      )
    case 'about':
      return (
        <Pane title={texts.about}>
          <About room={room} />
        </Pane>
      )
    case 'search':
      return (
        <Pane title={texts.search}>
          <SearchPane room={room} />
        </Pane>
      )
  }
}

function Pane({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const chat = useChat()
  return (
    <aside className="details" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <IconButton icon="close" label={texts.close} onClick={() => chat.show(undefined)} />
      </header>
      <div className="details-body">{children}</div>
    </aside>
  )
}

function Members({ room }: { readonly room: RoomSnapshot }) {
  const chat = useChat()
  const members = useMembers(room, true)
  const [find, setFind] = useState('')
  const online = new Set(room.online)
  const verified = useMemo(() => verifiedIn(room), [room])
  const isOnline = (member: Member) =>
    room.online.length > 0 ? online.has(member.user) : member.isOnline
  const found = members.filter(({ name }) => matchScore(name, find.trim()) !== undefined)
  const sorted = [...found].sort(byRankAndName)
  const here = sorted.filter(isOnline)
  const away = sorted.filter((member) => !isOnline(member))
  return (
    <>
      {members.length < 12 ? null : (
        <input
          type="search"
          className="filter"
          value={find}
          placeholder={texts.findMember}
          aria-label={texts.findMember}
          onChange={({ target }) => setFind(target.value)}
        />
      )}
      {mayInvite(room) ? (
        <button
          type="button"
          className="row-button"
          onClick={() => chat.open({ kind: 'invite', room: room.room })}
        >
          <Icon name="plus" />
          {texts.invite}
        </button>
      ) : null}
      <MemberList
        title={texts.onlineCount(here.length)}
        members={here}
        verified={verified}
        room={room}
        isOnline
      />
      <MemberList
        title={texts.offlineCount(away.length)}
        members={away}
        verified={verified}
        room={room}
      />
      {members.length > 0 && found.length === 0 ? <Empty title={texts.nobodyFound} /> : null}
    </>
  )
}

function byRankAndName(a: Member, b: Member): number {
  return rankOf(b.role) - rankOf(a.role) || a.name.localeCompare(b.name)
}

function MemberList({
  title,
  members,
  verified,
  room,
  isOnline = false,
}: {
  readonly title: string
  readonly members: readonly Member[]
  readonly verified: ReadonlySet<string>
  readonly room: RoomSnapshot
  readonly isOnline?: boolean
}) {
  if (members.length === 0) return null
  return (
    <section className="members">
      <h3>{title}</h3>
      <ul>
        {members.slice(0, shownMax).map((member) => (
          <MemberRow
            key={member.user}
            member={member}
            room={room}
            isOnline={isOnline}
            isVerified={verified.has(member.user)}
          />
        ))}
      </ul>
      {members.length > shownMax ? <p className="hint">{texts.moreMembers}</p> : null}
    </section>
  )
}

function MemberRow({
  member,
  room,
  isOnline,
  isVerified,
}: {
  readonly member: Member
  readonly room: RoomSnapshot
  readonly isOnline: boolean
  readonly isVerified: boolean
}) {
  const me = useWorld((world) => world.me?.user ?? '')
  const items = useMemberItems(member, room, me)
  return (
    <li className="member">
      <Avatar name={member.name} id={member.user} />
      <Presence isOnline={isOnline} />
      <span className="member-name">
        <bdi>{member.name}</bdi>
        {isVerified ? <VerifiedMark /> : null}
        {member.user === me ? <small> {texts.you}</small> : null}
      </span>
      <small className="role">
        {member.isMuted ? texts.isMuted : member.role === 'member' ? '' : texts.roles[member.role]}
      </small>
      {items.length === 0 ? null : (
        <Menu icon="more" label={texts.actOn(member.name)} items={items} />
      )}
    </li>
  )
}

function useMemberItems(member: Member, room: RoomSnapshot, me: string): readonly MenuItem[] {
  const chat = useChat()
  const { user, name } = member
  if (user === me) return []
  const measures = measuresAgainst(room, member, me).map((measure) => ({
    label: texts.measures[measure].act,
    isDanger: measure === 'kick' || measure === 'ban',
    run: () => chat.open({ kind: 'measure', room: room.room, measure, user, name }),
  }))
  const roles = rolesFor(room, member, me).map((role) => ({
    label: texts.makeRole[role],
    run: () => void chat.told(chat.client.role(room.room, { user }, role)),
  }))
  const talk = {
    icon: 'person',
    label: texts.talkWith(name),
    run: () => void chat.enter(chat.openDirect({ user })),
  } as const
  const verify = {
    icon: 'verified',
    label: texts.encryption.verify,
    run: () => chat.open({ kind: 'verify', user, name }),
  } as const
  return [
    ...(room.kind === 'direct' ? [] : [talk]),
    ...(room.isEncrypted ? [verify] : []),
    ...roles,
    ...measures,
  ]
}

function Safety({ peer }: { readonly peer: Person }) {
  const chat = useChat()
  return (
    <button
      type="button"
      className="text-button"
      onClick={() => chat.open({ kind: 'verify', ...peer })}
    >
      {texts.encryption.verify}
    </button>
  )
}

function About({ room }: { readonly room: RoomSnapshot }) {
  const chat = useChat()
  const { icon, text } = lockLine(room)
  const isDirect = room.kind === 'direct'
  return (
    <div className="about">
      <h3>
        <bdi>{isDirect ? room.title : `#${room.title}`}</bdi>
      </h3>
      {isDirect ? null : (
        <section>
          <h4>{texts.topic}</h4>
          <p dir="auto" className={room.topic === '' ? 'hint' : ''}>
            {room.topic === '' ? texts.noTopic : room.topic}
          </p>
          {maySetTopic(room) ? (
            <button
              type="button"
              className="text-button"
              onClick={() => chat.open({ kind: 'topic', room: room.room })}
            >
              {texts.changeTopic}
            </button>
          ) : null}
        </section>
      )}
      <section>
        <h4>{texts.privacy}</h4>
        <p className="lock-line">
          <Icon name={icon} />
          {text}
        </p>
        {room.isEncrypted && room.peer !== undefined ? <Safety peer={room.peer} /> : null}
      </section>
      <LevelChoice room={room} />
      {isDirect ? null : (
        <section className="about-acts">
          {mayInvite(room) ? (
            <button
              type="button"
              className="button plain"
              onClick={() => chat.open({ kind: 'invite', room: room.room })}
            >
              {texts.invite}
            </button>
          ) : null}
          <button
            type="button"
            className="button plain danger"
            onClick={() => chat.open({ kind: 'leave', room: room.room })}
          >
            {texts.leave}
          </button>
        </section>
      )}
    </div>
  )
}

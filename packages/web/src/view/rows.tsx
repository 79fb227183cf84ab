/** The rows of the list that are no messages. */
import type { DividerLine, RoomSnapshot, SystemLine } from '@starling/client/api'
import { lockLine } from '../model/lock-line.ts'
import { systemSentence } from '../model/system-sentence.ts'
import { texts } from '../texts.ts'
import { useChat, useWorld } from './chat-context.ts'
import { Icon } from './icon.tsx'

export function DayRow({ at }: { readonly at: number }) {
  const { moments } = useChat()
  return (
    <div className="day-row" data-day={at}>
      <span>{moments.day(at)}</span>
    </div>
  )
}

export function UnreadRow() {
  return (
    <div className="unread-row">
      <span>{texts.newMessages}</span>
    </div>
  )
}

export function MoreRow({ isBusy }: { readonly isBusy: boolean }) {
  return <div className="more-row">{isBusy ? texts.loading : ''}</div>
}

export function SystemRow({ lines }: { readonly lines: readonly SystemLine[] }) {
  const { moments } = useChat()
  const last = lines.at(-1)!
  return (
    <div className="system-row">
      <time className="gutter" dateTime={new Date(last.at).toISOString()}>
        {moments.clock(last.at)}
      </time>
      <span>
        <bdi>{systemSentence(lines)}</bdi>
        <Changed lines={lines} />
      </span>
    </div>
  )
}

/** Whoever was verified can be verified anew. */
function Changed({ lines }: { readonly lines: readonly SystemLine[] }) {
  const chat = useChat()
  const me = useWorld((world) => world.me?.user)
  const people = lines.flatMap(({ body }) => (body.kind === 'identities' ? body.people : []))
  const others = people.filter(({ user }) => user !== me)
  return others.map(({ user, name }) => (
    <button
      key={user}
      type="button"
      className="text-button"
      onClick={() => chat.open({ kind: 'verify', user, name })}
    >
      {texts.encryption.verifyOf(name)}
    </button>
  ))
}

export function DividerRow({ line }: { readonly line: DividerLine }) {
  return (
    <div className="divider-row">
      <Icon name="private" />
      <span>{line.say}</span>
    </div>
  )
}

export function StartRow({ room }: { readonly room: RoomSnapshot }) {
  const { icon, text } = lockLine(room)
  const isDirect = room.kind === 'direct'
  return (
    <div className="start-row">
      <h2>
        <bdi>{isDirect ? room.title : `#${room.title}`}</bdi>
      </h2>
      <p>{isDirect ? texts.directStart(room.title) : texts.roomStart(room.title)}</p>
      <p className="lock-line">
        <Icon name={icon} />
        {text}
      </p>
    </div>
  )
}

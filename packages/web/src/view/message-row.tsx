/** One message in the list, with what can be done with it. */
import type { MessageLine, ReactionLine, RoomSnapshot, SendLine } from '@starling/client/api'
import { memo } from 'react'
import { texts } from '../texts.ts'
import { useChat, useUi } from './chat-context.ts'
import { Avatar, VerifiedMark } from './controls.tsx'
import { Icon } from './icon.tsx'
import { Markdown } from './markdown.tsx'
import { MessageActions } from './message-actions.tsx'
import { Unreadable } from './unreadable.tsx'

export interface MessageRowProps {
  readonly room: Pick<RoomSnapshot, 'room' | 'kind' | 'role' | 'isMuted'>
  readonly line: MessageLine
  readonly isHead: boolean
  readonly me: string
}

export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { room, line, isHead, me } = props
  const isFlashed = useUi(({ flash }) => flash?.room === room.room && flash.index === line.index)
  const isActive = useUi(({ active }) => active === line.index)
  const states = [
    isHead ? 'head' : '',
    line.isMention ? 'for-me' : '',
    line.isChanging ? 'changing' : '',
    isFlashed ? 'flash' : '',
  ]
  return (
    <article
      className={`message ${states.join(' ')}`}
      aria-label={texts.messageBy(line.name)}
      tabIndex={-1}
      data-index={line.index}
    >
      {line.replyTo === undefined ? null : <Quote room={room.room} line={line} />}
      <Head {...line} isHead={isHead} />
      <div className="body">
        {line.unreadable !== undefined ? (
          <Unreadable room={room.room} line={line} cause={line.unreadable} />
        ) : line.deletedBy === undefined ? (
          <Markdown text={line.text} me={me} />
        ) : (
          <p className="deleted">
            {line.deletedBy === line.by ? texts.deleted : texts.deletedByModerator}
          </p>
        )}
        {line.editedAt === undefined || line.deletedBy !== undefined ? null : (
          <span className="edited">{texts.edited}</span>
        )}
        <Reactions room={room.room} line={line} />
      </div>
      {canActOn(line) && isActive ? <MessageActions room={room} line={line} /> : null}
    </article>
  )
}, isSame)

export function canActOn({ deletedBy, unreadable }: MessageLine): boolean {
  return deletedBy === undefined && unreadable === undefined
}

function isSame(a: MessageRowProps, b: MessageRowProps): boolean {
  return (
    a.line === b.line &&
    a.isHead === b.isHead &&
    a.me === b.me &&
    a.room.room === b.room.room &&
    a.room.role === b.room.role &&
    a.room.isMuted === b.room.isMuted
  )
}

interface HeadProps {
  readonly by: string
  readonly name: string
  readonly at: number
  readonly isHead: boolean
  readonly isVerified?: true
}

function Head({ by, name, at, isHead, isVerified }: HeadProps) {
  const { moments } = useChat()
  const time = (
    <time dateTime={new Date(at).toISOString()} title={moments.full(at)}>
      {isHead ? moments.time(at) : moments.clock(at)}
    </time>
  )
  if (!isHead) return <span className="gutter">{time}</span>
  return (
    <>
      <Avatar name={name} id={by} />
      <header className="by">
        <b>
          <bdi>{name}</bdi>
        </b>
        {isVerified ? <VerifiedMark /> : null}
        {time}
      </header>
    </>
  )
}

function Quote({
  room,
  line,
}: {
  readonly room: string
  readonly line: Pick<MessageLine | SendLine, 'replyTo'>
}) {
  const chat = useChat()
  const { replyTo } = line
  if (replyTo === undefined) return null
  const text = replyTo.text === '' ? texts.deleted : replyTo.text
  return (
    <button
      type="button"
      className="quote"
      onClick={() => void chat.looking.jump(room, replyTo.index)}
    >
      <Icon name="reply" />
      <b>
        <bdi>{replyTo.name ?? texts.earlierMessage}</bdi>
      </b>
      <span>
        <bdi>{text ?? ''}</bdi>
      </span>
    </button>
  )
}

function Reactions({ room, line }: { readonly room: string; readonly line: MessageLine }) {
  if (line.reactions.length === 0) return null
  return (
    <div className="reactions">
      {line.reactions.map((reaction) => (
        <Reaction key={reaction.emoji} room={room} line={line} reaction={reaction} />
      ))}
    </div>
  )
}

function Reaction({
  room,
  line,
  reaction,
}: {
  readonly room: string
  readonly line: MessageLine
  readonly reaction: ReactionLine
}) {
  const chat = useChat()
  const { emoji, users, isMine } = reaction
  return (
    <button
      type="button"
      className="reaction"
      aria-pressed={isMine}
      aria-label={texts.reactionBy(emoji, users.length)}
      onClick={() => chat.writing.react(room, line, emoji)}
    >
      <span>{emoji}</span>
      <span>{users.length}</span>
    </button>
  )
}

export interface SendRowProps {
  readonly room: string
  readonly line: SendLine
  readonly isHead: boolean
  readonly me: { readonly user: string; readonly name: string }
}

/** One's own message on its way. It stands exactly as it will stand when it has arrived. */
export const SendRow = memo(function SendRow({ room, line, isHead, me }: SendRowProps) {
  const chat = useChat()
  const isEdit = line.item.op.kind !== 'post'
  return (
    <article
      className={`message ${line.state} ${isHead ? 'head' : ''}`}
      aria-label={texts.messageBy(me.name)}
      tabIndex={-1}
    >
      {line.replyTo === undefined ? null : <Quote room={room} line={line} />}
      <Head by={me.user} name={me.name} at={line.at} isHead={isHead} />
      <div className="body">
        <Markdown
          text={line.text === '' ? texts.changeOf(line.item.op.kind) : line.text}
          me={me.name}
        />
        {line.state !== 'failed' ? null : (
          <p className="failure" role="alert">
            <Icon name="warning" />
            <span>
              {isEdit ? texts.changeFailed : texts.sendFailed} {line.refusal?.say}
            </span>
            <button type="button" className="text-button" onClick={() => chat.writing.retry(line)}>
              {texts.retry}
            </button>
            <button type="button" className="text-button" onClick={() => chat.writing.drop(line)}>
              {texts.discard}
            </button>
          </p>
        )}
      </div>
    </article>
  )
})

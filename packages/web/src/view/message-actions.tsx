/** What can be done with a message: a bar at its edge while it is pointed at or has the focus. */
import type { MessageLine, RoomSnapshot } from '@starling/client/api'
import { useState } from 'react'
import { mayDelete, mayWrite } from '../model/permissions.ts'
import type { Chat } from '../shell/chat.ts'
import { texts } from '../texts.ts'
import { useChat } from './chat-context.ts'
import { IconButton } from './controls.tsx'
import type { IconName } from './icon.tsx'
import { Menu } from './menu.tsx'

type Room = Pick<RoomSnapshot, 'room' | 'kind' | 'role' | 'isMuted'>

export interface MessageAct {
  readonly icon: IconName
  readonly label: string
  /** The letter that does it while the message has the focus. */
  readonly letter: string
  readonly run: () => void
  readonly isDanger?: true
}

export function actsFor(chat: Chat, room: Room, line: MessageLine): readonly MessageAct[] {
  const { index, name, text } = line
  const at = { room: room.room, index }
  const writing: readonly MessageAct[] = [
    {
      icon: 'smile',
      label: texts.acts.react,
      letter: '+',
      run: () => chat.open({ kind: 'react', ...at }),
    },
    {
      icon: 'reply',
      label: texts.acts.reply,
      letter: 'r',
      run: () => chat.writing.setIntent(room.room, { kind: 'reply', index, name, text }),
    },
    ...(line.isOwn
      ? [
          {
            icon: 'edit',
            label: texts.acts.edit,
            letter: 'e',
            run: () => chat.writing.edit(room.room, line),
          } as const,
        ]
      : []),
  ]
  return [
    ...(mayWrite(room) ? writing : []),
    { icon: 'copy', label: texts.acts.copy, letter: 'c', run: () => void chat.copy(text) },
    {
      icon: 'link',
      label: texts.acts.link,
      letter: 'l',
      run: () => void chat.copy(chat.linkTo(room.room, index)),
    },
    {
      icon: 'unread',
      label: texts.acts.unread,
      letter: 'u',
      run: () => chat.looking.markUnreadFrom(room.room, index),
    },
    ...(mayDelete(room, line)
      ? [
          {
            icon: 'delete',
            label: texts.acts.delete,
            letter: 'd',
            isDanger: true,
            run: () => chat.open({ kind: 'delete', ...at, text }),
          } as const,
        ]
      : []),
  ]
}

export function MessageActions({
  room,
  line,
}: {
  readonly room: Room
  readonly line: MessageLine
}) {
  const chat = useChat()
  const [isOpen, setOpen] = useState(false)
  const acts = actsFor(chat, room, line)
  const quick = acts.filter(({ letter }) => '+re'.includes(letter))
  return (
    <div className={`actions ${isOpen ? 'open' : ''}`}>
      {quick.map(({ icon, label, run }) => (
        <IconButton key={icon} icon={icon} label={label} onClick={run} />
      ))}
      <Menu
        label={texts.acts.more}
        icon="more"
        onOpen={setOpen}
        items={acts.map(({ icon, label, run, isDanger = false }) => ({
          icon,
          label,
          run,
          isDanger,
        }))}
      />
    </div>
  )
}

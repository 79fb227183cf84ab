/** What the word at the cursor could become, above the composer. */
import type { RoomSnapshot } from '@starling/client/api'
import { type KeyboardEvent, useEffect, useId, useMemo, useState } from 'react'
import { type Completion, completionOf, type NamedEmoji, wantsEmoji } from '../model/completion.ts'
import { texts } from '../texts.ts'
import { useChat, useWorld } from './chat-context.ts'
import { useMembers } from './use-members.ts'

export interface CompletionState {
  readonly id: string
  readonly found: Completion | undefined
  readonly picked: number
  readonly activeId: string | undefined
  readonly pick: (at: number) => void
  readonly close: () => void
  /** True when the key was for the list. */
  readonly onKey: (event: KeyboardEvent, take: (at: number) => void) => boolean
}

const none: readonly NamedEmoji[] = []

export function useCompletion(room: RoomSnapshot, text: string, cursor: number): CompletionState {
  const world = useWorld((snapshot) => snapshot)
  const id = useId()
  const [closedFor, setClosedFor] = useState<string>()
  const [picked, setPicked] = useState({ text: '', at: 0 })
  const isNaming = /(?:^|\s)@\S*$/.test(text.slice(0, cursor))
  const members = useMembers(room, isNaming)
  const emojis = useEmojiNames(wantsEmoji(text, cursor))
  const found = useMemo(
    () =>
      closedFor === text || text === ''
        ? undefined
        : completionOf(text, cursor, { world, room, members, emojis }),
    [closedFor, text, cursor, world, room, members, emojis],
  )
  const count = found?.candidates.length ?? 0
  const at = picked.text === text ? Math.min(picked.at, Math.max(0, count - 1)) : 0
  const move = (step: number) => setPicked({ text, at: (at + step + count) % count })
  return {
    id,
    found,
    picked: at,
    activeId: found === undefined ? undefined : `${id}-${at}`,
    pick: (to) => setPicked({ text, at: to }),
    close: () => setClosedFor(text),
    onKey: (event, take) => {
      if (found === undefined || event.altKey || event.ctrlKey || event.metaKey) return false
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        move(event.key === 'ArrowDown' ? 1 : -1)
      } else if (event.key === 'Escape') {
        setClosedFor(text)
        event.stopPropagation()
      } else if ((event.key === 'Enter' && !event.shiftKey) || event.key === 'Tab') take(at)
      else return false
      return true
    },
  }
}

function useEmojiNames(isWanted: boolean): readonly NamedEmoji[] {
  const chat = useChat()
  const [emojis, setEmojis] = useState(none)
  useEffect(() => {
    if (isWanted) void chat.writing.emojis().then(({ all }) => setEmojis(all))
  }, [chat, isWanted])
  return emojis
}

export function CompletionList({
  completion,
  onTake,
}: {
  readonly completion: CompletionState
  readonly onTake: (at: number) => void
}) {
  const { id, found, picked } = completion
  return (
    <div id={id} className="completion" role="listbox" aria-label={texts.completions} tabIndex={-1}>
      {found?.candidates.map(({ key, label, detail }, at) => (
        <div
          key={key}
          id={`${id}-${at}`}
          role="option"
          tabIndex={-1}
          aria-selected={at === picked}
          onPointerMove={() => completion.pick(at)}
          onPointerDown={(event) => {
            // The composer keeps the focus.
            event.preventDefault()
            onTake(at)
          }}
        >
          <b>
            <bdi>{label}</bdi>
          </b>
          <span>
            <bdi>{detail}</bdi>
          </span>
        </div>
      ))}
    </div>
  )
}

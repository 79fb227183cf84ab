/** All emoji by group, and by name. What was picked lately comes first. */
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import type { NamedEmoji } from '../model/completion.ts'
import type { EmojiBook } from '../text/emoji.ts'
import { texts } from '../texts.ts'
import { useChat } from './chat-context.ts'

export interface EmojiPickerProps {
  readonly onPick: (emoji: string) => void
  readonly onClose: () => void
}

export function EmojiPicker({ onPick, onClose }: EmojiPickerProps) {
  const chat = useChat()
  const picker = useRef<HTMLDivElement>(null)
  const [book, setBook] = useState<EmojiBook>()
  const [query, setQuery] = useState('')
  useEffect(() => {
    void chat.writing.emojis().then((loaded) => setBook(loaded))
  }, [chat])
  const pick = (emoji: string) => {
    chat.writing.pickedEmoji(emoji)
    onPick(emoji)
    onClose()
  }
  /** Their names may be on their way still. */
  const pickFirst = async () => {
    const [first] = (await chat.writing.emojis()).find(query)
    if (first !== undefined) pick(first.emoji)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key === 'Escape') {
      event.stopPropagation()
      onClose()
    }
    moveInGrid(event)
  }
  return (
    <div
      ref={picker}
      className="emoji-picker"
      role="dialog"
      aria-label={texts.emoji}
      tabIndex={-1}
      onKeyDown={onKeyDown}
      onBlur={({ relatedTarget }) => {
        if (relatedTarget !== null && !picker.current?.contains(relatedTarget)) onClose()
      }}
    >
      <input
        ref={(input) => input?.focus()}
        type="search"
        value={query}
        placeholder={texts.findEmoji}
        aria-label={texts.findEmoji}
        onChange={({ target }) => setQuery(target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return
          // The composer has the focus by the time that the key would write a new line.
          event.preventDefault()
          if (query.trim() !== '') void pickFirst()
        }}
      />
      <div className="emoji-groups">
        {book === undefined ? null : query.trim() !== '' ? (
          <Group name={texts.found} emojis={book.find(query)} onPick={pick} />
        ) : (
          <>
            <Group name={texts.recent} emojis={chat.writing.recentEmojis()} onPick={pick} />
            {book.groups.map(({ name, emojis }) => (
              <Group key={name} name={name} emojis={emojis} onPick={pick} />
            ))}
          </>
        )}
      </div>
    </div>
  )
}

function Group({
  name,
  emojis,
  onPick,
}: {
  readonly name: string
  readonly emojis: readonly NamedEmoji[]
  readonly onPick: (emoji: string) => void
}) {
  if (emojis.length === 0) return null
  return (
    <section className="emoji-group">
      <h3>{name}</h3>
      <div>
        {emojis.map(({ emoji, name: own }) => (
          <button
            key={own}
            type="button"
            aria-label={own}
            title={own}
            onClick={() => onPick(emoji)}
          >
            {emoji}
          </button>
        ))}
      </div>
    </section>
  )
}

function moveInGrid(event: KeyboardEvent<HTMLElement>): void {
  const all = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('.emoji-group button')]
  const at = all.indexOf(document.activeElement as HTMLButtonElement)
  const columns = Math.max(1, Math.floor((all[0]?.parentElement?.clientWidth ?? 1) / 36))
  const steps: { readonly [key: string]: number } = {
    ArrowRight: 1,
    ArrowLeft: -1,
    ArrowDown: at === -1 ? 1 : columns,
    ArrowUp: -columns,
  }
  const step = steps[event.key]
  if (step === undefined || (at === -1 && event.key !== 'ArrowDown')) return
  event.preventDefault()
  all[Math.max(0, Math.min(all.length - 1, at + step))]?.focus()
}

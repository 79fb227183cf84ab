/** Ctrl-K: to any room, person or invitation by a few letters. */
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { type Choice, type SwitcherItem, switcherItems } from '../model/switcher.ts'
import type { Chat } from '../shell/chat.ts'
import { texts } from '../texts.ts'
import { useChat, useUi, useWorld } from './chat-context.ts'
import { Badge } from './controls.tsx'
import { Icon } from './icon.tsx'
import { Modal } from './modal.tsx'

export function SwitcherDialog() {
  const chat = useChat()
  const world = useWorld((snapshot) => snapshot)
  const here = useUi((state) => state.room)
  const id = useId()
  const [query, setQuery] = useState('')
  const [picked, setPicked] = useState(0)
  const items = switcherItems(world, query, here)
  const at = Math.min(picked, Math.max(0, items.length - 1))
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) setPicked((at + step + items.length) % Math.max(1, items.length))
    else if (event.key === 'Enter') choose(chat, items[at]?.choice)
    else return
    event.preventDefault()
  }
  return (
    <Modal title={texts.goTo} isBare>
      <div className="switcher">
        <input
          type="search"
          role="combobox"
          aria-expanded="true"
          aria-controls={id}
          aria-activedescendant={items[at] === undefined ? undefined : `${id}-${at}`}
          aria-label={texts.goTo}
          placeholder={texts.goToHint}
          data-first="true"
          dir="auto"
          value={query}
          onKeyDown={onKeyDown}
          onChange={({ target }) => {
            setQuery(target.value)
            setPicked(0)
          }}
        />
        <div
          id={id}
          role="listbox"
          aria-label={texts.goTo}
          className="switcher-items"
          tabIndex={-1}
        >
          {items.map((item, index) => (
            <Item
              key={item.key}
              id={`${id}-${index}`}
              item={item}
              isPicked={index === at}
              onPick={() => choose(chat, item.choice)}
            />
          ))}
        </div>
      </div>
    </Modal>
  )
}

function Item({
  id,
  item,
  isPicked,
  onPick,
}: {
  readonly id: string
  readonly item: SwitcherItem
  readonly isPicked: boolean
  readonly onPick: () => void
}) {
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (isPicked) element.current?.scrollIntoView({ block: 'nearest' })
  }, [isPicked])
  return (
    <div
      ref={element}
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={isPicked}
      className={item.unread > 0 ? 'unread' : ''}
      onPointerUp={onPick}
    >
      <Icon name={item.icon} />
      <b>
        <bdi>{item.label}</bdi>
      </b>
      <span>
        <bdi>{item.detail}</bdi>
      </span>
      <Badge mentions={item.mentions} unread={item.unread} />
    </div>
  )
}

function choose(chat: Chat, choice: Choice | undefined): void {
  if (choice === undefined) return
  chat.open(undefined)
  switch (choice.kind) {
    case 'room':
      return chat.looking.goTo(choice.room)
    case 'accept':
      return void chat.enter(chat.client.join(choice.room))
    case 'join':
      return void chat.enter(chat.client.join(`#${choice.title}`))
    case 'direct':
      return void chat.enter(chat.openDirect(choice.name))
    case 'create':
      return void chat.enter(chat.client.createRoom({ title: choice.title }))
  }
}

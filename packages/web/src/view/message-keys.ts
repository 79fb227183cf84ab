/**
 * Keys in the list: arrows go from message to message, letters act on the one that has the focus,
 * as its menu shows. Only rows that are drawn can have it; the next ones are drawn as it moves.
 */
import type { MessageLine, RoomSnapshot } from '@starling/client/api'
import type { KeyboardEvent } from 'react'
import type { Chat } from '../shell/chat.ts'
import { actsFor } from './message-actions.tsx'
import { canActOn } from './message-row.tsx'

export function keyOnMessage(
  event: KeyboardEvent<HTMLElement>,
  chat: Chat,
  room: RoomSnapshot,
): void {
  const target = event.target as HTMLElement
  if (event.altKey || event.ctrlKey || event.metaKey || target.closest('.menu')) return
  const message = target.closest<HTMLElement>('.message')
  const isOnMessage = target === message
  if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
    const isOnList = target.classList.contains('messages')
    if (!isOnMessage && !(isOnList && event.key === 'ArrowUp')) return
    event.preventDefault()
    move(event.currentTarget, message, event.key === 'ArrowUp' ? -1 : 1)
    return
  }
  if (!isOnMessage) return
  const index = Number(message?.dataset.index)
  const line = room.timeline.lines.find(
    (one): one is MessageLine => one.kind === 'message' && one.index === index,
  )
  if (line === undefined || !canActOn(line)) return
  const act = actsFor(chat, room, line).find(({ letter }) => letter === event.key)
  if (act === undefined) return
  event.preventDefault()
  act.run()
}

function move(pane: HTMLElement, from: HTMLElement | null, step: -1 | 1): void {
  const all = [...pane.querySelectorAll<HTMLElement>('.message')]
  const at = from === null ? all.length : all.indexOf(from)
  const next = all[at + step]
  next?.focus()
  next?.scrollIntoView({ block: 'nearest' })
}

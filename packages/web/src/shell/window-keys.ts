/** Keys that work wherever one is. */
import type { Chat } from './chat.ts'

export function keyInWindow(event: KeyboardEvent, chat: Chat): void {
  if (event.defaultPrevented || event.isComposing) return
  if (act(event, chat)) event.preventDefault()
}

function act(event: KeyboardEvent, chat: Chat): boolean {
  const { key, altKey, shiftKey } = event
  const isCommand = event.ctrlKey || event.metaKey
  const { dialog, details, room, jumps } = chat.ui.get()
  if (isCommand && !altKey && key.toLowerCase() === 'k') {
    chat.open(dialog?.kind === 'switcher' ? undefined : { kind: 'switcher' })
    return true
  }
  if (dialog !== undefined) return false
  if (isCommand && !altKey && key.toLowerCase() === 'f' && shiftKey && room !== undefined) {
    chat.show('search')
    return true
  }
  if (altKey && !isCommand && (key === 'ArrowUp' || key === 'ArrowDown')) {
    chat.looking.goToNeighbour(key === 'ArrowUp' ? -1 : 1, shiftKey)
    return true
  }
  if (altKey && !isCommand && key === 'ArrowLeft' && jumps > 0) {
    void chat.looking.back()
    return true
  }
  if (key === '?' && !isCommand && !isWriting(event.target)) {
    chat.open({ kind: 'keys' })
    return true
  }
  if (key === 'Escape') return backOut(chat, details !== undefined, jumps > 0)
  if (isLetter(event) && !isWriting(event.target)) focusComposer()
  return false
}

/** Esc: out of the pane at the side, then of a jump, then to the newest. */
function backOut(chat: Chat, hasDetails: boolean, hasJumped: boolean): boolean {
  const { room } = chat.ui.get()
  if (hasDetails) {
    chat.show(undefined)
    focusComposer()
  } else if (hasJumped) void chat.looking.back()
  else if (room !== undefined) {
    chat.looking.goToNewest(room)
    focusComposer()
  }
  return true
}

/** A key that writes something, outside of the list, whose messages have letters of their own. */
function isLetter({ key, ctrlKey, metaKey, altKey, target }: KeyboardEvent): boolean {
  const isElsewhere = (target as Element | null)?.closest('.message, button, a, [popover]') === null
  return key.length === 1 && key !== ' ' && !ctrlKey && !metaKey && !altKey && isElsewhere
}

function isWriting(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null
  return element?.closest('input, textarea, select') !== null
}

function focusComposer(): void {
  document.querySelector<HTMLTextAreaElement>('.composer textarea')?.focus()
}

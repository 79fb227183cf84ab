/**
 * Where one writes. Enter sends, Shift-Enter begins a line; on a device without a keyboard there is
 * a button to send and Enter begins a line.
 */
import type { RoomSnapshot } from '@starling/client/api'
import {
  type ClipboardEvent,
  type KeyboardEvent,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { completed } from '../model/completion.ts'
import { mayWrite } from '../model/permissions.ts'
import type { Intent } from '../model/ui-state.ts'
import { texts } from '../texts.ts'
import { useChat, useUi, useView } from './chat-context.ts'
import { CompletionList, useCompletion } from './completion-list.tsx'
import { IconButton } from './controls.tsx'
import { EmojiPicker } from './emoji-picker.tsx'
import { Icon } from './icon.tsx'

/** Longer pastes are offered as a code block. */
const plainPasteLinesMax = 5

export function Composer({ room }: { readonly room: RoomSnapshot }) {
  const view = useView(room.room)
  return (
    <div className="composer">
      <IntentBar room={room.room} intent={view.intent} />
      {mayWrite(room) ? <Writing room={room} /> : <p className="muted-note">{texts.youAreMuted}</p>}
    </div>
  )
}

function IntentBar({ room, intent }: { readonly room: string; readonly intent: Intent }) {
  const chat = useChat()
  if (intent.kind === 'post') return null
  return (
    <div className="intent">
      <Icon name={intent.kind === 'reply' ? 'reply' : 'edit'} />
      <span dir="auto">
        {intent.kind === 'reply' ? (
          <>
            {texts.replyTo(intent.name)} <q>{intent.text}</q>
          </>
        ) : (
          texts.editing
        )}
      </span>
      <IconButton
        icon="close"
        label={texts.cancel}
        onClick={() => chat.writing.stopComposing(room)}
      />
    </div>
  )
}

function Writing({ room }: { readonly room: RoomSnapshot }) {
  const [isPicking, setPicking] = useState(false)
  const { field, draft, completion, pasted, insert, take, send, onKeyDown, onPaste, ...text } =
    useWriting(room)
  return (
    <>
      {completion.found === undefined ? null : (
        <CompletionList completion={completion} onTake={take} />
      )}
      {pasted}
      {isPicking ? <EmojiPicker onPick={insert} onClose={() => setPicking(false)} /> : null}
      <div className="writing">
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          value={draft}
          placeholder={placeholderOf(room)}
          aria-label={placeholderOf(room)}
          aria-autocomplete="list"
          aria-controls={completion.found === undefined ? undefined : completion.id}
          aria-activedescendant={completion.activeId}
          enterKeyHint="send"
          onChange={({ target }) => text.onWrite(target.value, target.selectionStart)}
          onSelect={({ currentTarget }) => text.onCursor(currentTarget.selectionStart)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          onBlur={() => completion.close()}
        />
        <IconButton
          icon="smile"
          label={texts.emoji}
          isPressed={isPicking}
          onClick={() => setPicking(!isPicking)}
        />
        <IconButton
          icon="send"
          label={texts.send}
          className={draft.trim() === '' ? 'send' : 'send ready'}
          onClick={send}
        />
      </div>
    </>
  )
}

function useWriting(room: RoomSnapshot) {
  const chat = useChat()
  const field = useRef<HTMLTextAreaElement>(null)
  const { draft, intent } = useView(room.room)
  const hasDialog = useUi(({ dialog }) => dialog !== undefined)
  const [cursor, setCursor] = useState(draft.length)
  const [pasted, setPasted] = useState<Pasted>()
  const completion = useCompletion(room, draft, cursor)
  useHeight(field, draft)
  useFocus(field, { isPosting: intent.kind === 'post', room: room.room, hasDialog })
  const write = (text: string, at: number) => {
    chat.writing.draft(room.room, text)
    setCursor(at)
    queueMicrotask(() => field.current?.setSelectionRange(at, at))
  }
  const insert = (text: string) => {
    const at = field.current?.selectionStart ?? draft.length
    write(draft.slice(0, at) + text + draft.slice(at), at + text.length)
    field.current?.focus()
  }
  const take = (at: number) => {
    const candidate = completion.found?.candidates[at]
    if (completion.found === undefined || candidate === undefined) return
    const next = completed(draft, completion.found, candidate)
    write(next.text, next.cursor)
  }
  const send = () => {
    if (!chat.writing.send(room.room)) return
    setPasted(undefined)
    setCursor(0)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if (completion.onKey(event, take)) return event.preventDefault()
    if (keyInComposer(event, { room, draft, intent, send, chat })) event.preventDefault()
  }
  const onPaste = (event: ClipboardEvent) => {
    const text = event.clipboardData.getData('text/plain').replaceAll('\r\n', '\n')
    if (text.split('\n').length > plainPasteLinesMax) setPasted({ text })
  }
  const onWrite = (text: string, at: number) => {
    chat.writing.draft(room.room, text)
    setCursor(at)
  }
  const offer =
    pasted === undefined || !draft.includes(pasted.text) ? null : (
      <PasteOffer
        pasted={pasted}
        draft={draft}
        onWrite={write}
        onDone={() => {
          setPasted(undefined)
          field.current?.focus()
        }}
      />
    )
  const keys = { onKeyDown, onPaste, onWrite, onCursor: setCursor }
  return { field, draft, completion, pasted: offer, insert, take, send, ...keys }
}

interface Pasted {
  readonly text: string
}

function PasteOffer({
  pasted,
  draft,
  onWrite,
  onDone,
}: {
  readonly pasted: Pasted
  readonly draft: string
  readonly onWrite: (text: string, cursor: number) => void
  readonly onDone: () => void
}) {
  const makeCode = () => {
    const code = asCode(pasted.text)
    const at = draft.indexOf(pasted.text)
    onWrite(
      draft.replace(pasted.text, () => code),
      at + code.length,
    )
    onDone()
  }
  return (
    <div className="intent" role="status">
      <span>{texts.longPaste}</span>
      <button type="button" className="text-button" onClick={makeCode}>
        {texts.asCode}
      </button>
      <button type="button" className="text-button" onClick={onDone}>
        {texts.asText}
      </button>
    </div>
  )
}

function asCode(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}\n${text.replace(/\n$/, '')}\n${fence}\n`
}

interface ComposerKeys {
  readonly room: RoomSnapshot
  readonly draft: string
  readonly intent: Intent
  readonly send: () => void
  readonly chat: ReturnType<typeof useChat>
}

function keyInComposer(event: KeyboardEvent, keys: ComposerKeys): boolean {
  const { room, draft, intent, chat } = keys
  const isPlain = !event.altKey && !event.ctrlKey && !event.metaKey
  switch (event.key) {
    case 'Enter':
      if (event.shiftKey || event.altKey || isTouch()) return false
      keys.send()
      return true
    case 'Escape':
      if (intent.kind === 'post') return false
      chat.writing.stopComposing(room.room)
      event.stopPropagation()
      return true
    case 'ArrowUp':
      return isPlain && draft === '' && intent.kind === 'post' && chat.writing.editLast(room.room)
    default:
      return false
  }
}

function placeholderOf({ kind, title }: RoomSnapshot): string {
  return kind === 'direct' ? texts.messageTo(title) : texts.messageIn(title)
}

function isTouch(): boolean {
  return matchMedia('(pointer: coarse)').matches
}

/** As high as what is written, up to a limit that the style sheet sets. */
function useHeight(field: RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const element = field.current
    if (element === null || CSS.supports('field-sizing', 'content')) return
    element.style.height = '0'
    element.style.height = text === '' ? '' : `${element.scrollHeight}px`
  }, [field, text])
}

/** On a touch screen the keyboard would cover what one came to read. */
function useFocus(
  field: RefObject<HTMLTextAreaElement | null>,
  when: { readonly room: string; readonly isPosting: boolean; readonly hasDialog: boolean },
): void {
  const { room, isPosting, hasDialog } = when
  useEffect(() => {
    if (hasDialog || room === '' || (isTouch() && isPosting)) return
    field.current?.focus()
    const { length } = field.current?.value ?? ''
    field.current?.setSelectionRange(length, length)
  }, [field, room, isPosting, hasDialog])
}

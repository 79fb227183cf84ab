/** Writing, changing and reacting. Nothing here waits: the SDK's outbox does. */
import type { MessageLine, RoomSnapshot, Sending, SendLine } from '@starling/client/api'
import type { SharedClient } from '@starling/client/connect-shared'
import { type Command, readWritten } from '../model/commands.ts'
import type { NamedEmoji } from '../model/completion.ts'
import {
  composed,
  editing,
  type Intent,
  keptDraft,
  viewOf,
  withIntent,
  withView,
} from '../model/ui-state.ts'
import { type EmojiBook, loadEmojis, withEmoji } from '../text/emoji.ts'
import type { Drafts } from './drafts.ts'
import type { KeptText } from './kept-text.ts'
import type { UiStore } from './ui-store.ts'

const recentKey = 'emoji'
const recentMax = 16
const usualEmojis = ['👍', '❤️', '😄', '🎉', '😮', '😢', '🙏', '👀']

export interface WritingHost {
  readonly client: SharedClient
  readonly ui: UiStore
  readonly drafts: Drafts
  readonly kept: KeptText
  readonly roomOf: (room: string) => RoomSnapshot | undefined
  readonly command: (room: string, command: Command) => void
  /** Nothing was written in a message that is being edited: it should go. */
  readonly emptied: (room: string, index: number) => void
  readonly posted: (room: string) => void
  readonly say: (text: string) => void
}

export class Writing {
  readonly #host: WritingHost
  #emojis: Promise<EmojiBook> | undefined
  #emojiBook: EmojiBook | undefined

  constructor(host: WritingHost) {
    this.#host = host
    host.drafts.onOther((room, text) => this.#draftedElsewhere(room, text))
  }

  draft(room: string, text: string): void {
    const { ui, drafts, client } = this.#host
    ui.change((state) => withView(state, room, { draft: text }))
    if (viewOf(ui.get(), room).intent.kind !== 'edit') drafts.set(room, text)
    client.typing(room, text.trim() !== '' && !text.startsWith('/'))
  }

  setIntent(room: string, intent: Intent): void {
    this.#host.ui.change((state) => withIntent(state, room, intent))
  }

  edit(room: string, line: MessageLine): void {
    this.#host.ui.change((state) => editing(state, room, line))
  }

  /** Not while a later one is on its way: it would not be the last. */
  editLast(room: string): boolean {
    const timeline = this.#host.roomOf(room)?.timeline
    if (timeline?.sends.some(({ state }) => state !== 'failed')) return false
    const own = timeline?.lines.findLast(
      (line): line is MessageLine =>
        line.kind === 'message' &&
        line.isOwn &&
        line.deletedBy === undefined &&
        line.unreadable === undefined,
    )
    if (own === undefined) return false
    this.edit(room, own)
    return true
  }

  stopComposing(room: string): void {
    this.#host.ui.change((state) => {
      const { intent } = viewOf(state, room)
      if (intent.kind === 'reply') return withIntent(state, room, { kind: 'post' })
      return intent.kind === 'edit' ? composed(state, room) : state
    })
  }

  /** False when nothing was sent and the text is to stay. */
  send(room: string): boolean {
    const { ui, client, drafts } = this.#host
    const { draft, intent } = viewOf(ui.get(), room)
    const text = draft.replace(/\s+$/, '')
    if (text === '') {
      if (intent.kind === 'edit') this.#host.emptied(room, intent.index)
      return false
    }
    const isTaken =
      intent.kind === 'edit'
        ? this.#isTaken(client.edit(room, intent.index, this.#withEmoji(text)))
        : this.#write(room, text, intent)
    if (!isTaken) return false
    ui.change((state) => composed(state, room))
    drafts.set(room, keptDraft(viewOf(ui.get(), room)))
    drafts.flush()
    return true
  }

  /** False when it is not even taken into the outbox. */
  post(room: string, text: string, intent: Intent = { kind: 'post' }): boolean {
    const { client, ui } = this.#host
    const options = intent.kind === 'reply' ? { replyTo: intent.index } : {}
    if (!this.#isTaken(client.post(room, this.#withEmoji(text), options))) return false
    ui.change((state) => withView(state, room, { unreadAfter: undefined, isKeptUnread: false }))
    this.#host.posted(room)
    return true
  }

  retry(line: SendLine): void {
    this.#host.client.retry(line.item)
  }

  drop(line: SendLine): void {
    this.#host.client.drop(line.item)
  }

  react(room: string, line: Pick<MessageLine, 'index' | 'reactions'>, emoji: string): void {
    const isMine = line.reactions.some((one) => one.emoji === emoji && one.isMine)
    this.#host.client.react(room, line.index, { emoji, on: !isMine })
  }

  /** Loads the names of emoji, once. */
  emojis(): Promise<EmojiBook> {
    this.#emojis ??= loadEmojis().then((book) => {
      this.#emojiBook = book
      return book
    })
    return this.#emojis
  }

  pickedEmoji(emoji: string): void {
    const others = this.recentEmojis().map((one) => one.emoji)
    const recent = [emoji, ...others.filter((other) => other !== emoji)].slice(0, recentMax)
    this.#host.kept.set(recentKey, recent.join(' '))
  }

  recentEmojis(): readonly NamedEmoji[] {
    const kept = (this.#host.kept.get(recentKey) ?? '').split(' ').filter((emoji) => emoji !== '')
    return (kept.length > 0 ? kept : usualEmojis).map((emoji) => ({ emoji, name: emoji }))
  }

  #write(room: string, text: string, intent: Intent): boolean {
    const written = readWritten(text)
    switch (written.kind) {
      case 'wrong':
        this.#host.say(written.say)
        return false
      case 'command':
        this.#host.command(room, written.command)
        return true
      case 'message':
        return this.post(room, written.text, intent)
    }
  }

  /** Too long, for one: what was written stays in the composer. */
  #isTaken({ item }: Sending): boolean {
    if (item.refused === undefined) return true
    this.#host.say(item.refused.say)
    return false
  }

  #withEmoji(text: string): string {
    return this.#emojiBook === undefined ? text : withEmoji(text, this.#emojiBook)
  }

  #draftedElsewhere(room: string, text: string): void {
    const { ui } = this.#host
    const { isFocused, room: here } = ui.get()
    if (isFocused && room === here) return
    ui.change((state) => withView(state, room, { draft: text }))
  }
}

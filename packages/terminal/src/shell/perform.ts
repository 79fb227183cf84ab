/** Carries out what the model decided: acts become calls of the SDK, answers become events. */
import type { SendLine, StarlingClient } from '@starling/client/api'
import type { CommandUi } from '../commands/command.ts'
import { runCommand } from '../commands/run-command.ts'
import type { Act, Event, Pick } from '../model/state.ts'
import type { Screen } from '../screen/terminal-screen.ts'
import type { Drafts } from './drafts.ts'

export interface Performer {
  readonly client: StarlingClient
  readonly screen: Screen
  readonly drafts: Drafts
  readonly room: () => string | undefined
  readonly dispatch: (event: Event) => void
  readonly ask: CommandUi['ask']
  readonly answer: (id: number, text: string | undefined) => void
  readonly quit: () => void
}

export function perform(act: Act, by: Performer): void {
  const { client, screen } = by
  switch (act.kind) {
    case 'post':
      client.post(act.room, act.text, act.replyTo === undefined ? {} : { replyTo: act.replyTo })
      return
    case 'edit':
      client.edit(act.room, act.target, act.text)
      return
    case 'delete':
      client.delete(act.room, act.target)
      return
    case 'react':
      client.react(act.room, act.target, { emoji: act.emoji, on: act.on })
      return
    case 'retry':
    case 'drop':
      onFailed(act, by)
      return
    case 'command':
      void command(act.text, act.target, by)
      return
    case 'pick':
      void take(act.pick, by)
      return
    case 'open':
      by.drafts.keepRoom(act.room)
      client.open(act.room)
      return
    case 'load-older':
      client.loadOlder(act.room)
      return
    case 'load-newer':
      client.loadNewer(act.room)
      return
    case 'load-around':
      void loadAround(act, by)
      return
    case 'show-newest':
      client.showNewest(act.room)
      return
    case 'mark-read':
      client.markRead(act.room, act.upTo)
      return
    case 'mark-unread':
      client.markUnreadFrom(act.room, act.index)
      return
    case 'typing':
      client.typing(act.room, act.isTyping)
      return
    case 'save-draft':
      by.drafts.keep(act.room, act.text)
      return
    case 'load-people':
      void loadPeople(act.room, by)
      return
    case 'answer':
      by.answer(act.id, act.text)
      return
    case 'ring':
      screen.ring()
      return
    case 'try-now':
      client.tryNow()
      return
    case 'quit':
      by.quit()
      return
    case 'suspend':
      screen.suspend()
      return
    case 'repaint':
      screen.repaint()
  }
}

function onFailed(act: Extract<Act, { kind: 'retry' | 'drop' }>, by: Performer): void {
  const room = by.client.snapshot().rooms.find((one) => one.room === act.room)
  const failed = room?.timeline.sends.find(
    (send: SendLine) => send.state === 'failed' && (act.key ?? send.key) === send.key,
  )
  if (failed === undefined) {
    by.dispatch({ kind: 'note', text: 'Nothing here failed to send', isError: false })
  } else if (act.kind === 'retry') by.client.retry(failed.item)
  else by.client.drop(failed.item)
}

async function loadPeople(room: string, by: Performer): Promise<void> {
  const page = await by.client.members(room)
  if (page.ok) by.dispatch({ kind: 'people', room, members: page.value.items })
}

async function loadAround(
  { room, index }: { readonly room: string; readonly index: number },
  by: Performer,
): Promise<void> {
  const found = await by.client.loadAround(room, index)
  if (found.ok && found.value) by.dispatch({ kind: 'world' })
  else by.dispatch({ kind: 'jump-failed', say: found.ok ? 'That message is gone.' : found.say })
}

async function command(text: string, target: number | undefined, by: Performer): Promise<void> {
  const { client } = by
  const here = by.room()
  const room = client.snapshot().rooms.find((one) => one.room === here)
  await runCommand({ client, room, target, ui: uiOf(by) }, text)
}

function uiOf(by: Performer): CommandUi {
  const { dispatch, ask } = by
  return {
    ask,
    note: (text) => dispatch({ kind: 'note', text, isError: false }),
    fail: (text) => dispatch({ kind: 'note', text, isError: true }),
    panel: (title, items) => dispatch({ kind: 'panel', title, items }),
    go: (room) => dispatch({ kind: 'go', room }),
    jump: (room, index) => dispatch({ kind: 'jump', room, index }),
    reply: ({ index, name, text }) =>
      dispatch({ kind: 'compose', text: '', intent: { kind: 'reply', index, name, text } }),
    edit: ({ index, text }) =>
      dispatch({ kind: 'compose', text, intent: { kind: 'edit', index, draft: '' } }),
    togglePeople: () => dispatch({ kind: 'toggle-people' }),
    bare: () => dispatch({ kind: 'bare' }),
    quit: by.quit,
  }
}

async function take(pick: Pick, by: Performer): Promise<void> {
  const { client, dispatch } = by
  switch (pick.kind) {
    case 'room':
      return dispatch({ kind: 'go', room: pick.room })
    case 'message':
      return dispatch({ kind: 'jump', room: pick.room, index: pick.index })
    case 'command':
      return command(pick.text, undefined, by)
    case 'join':
      return went(client.join(pick.room), by)
    case 'create':
      return went(client.createRoom({ title: pick.title }), by)
    case 'direct':
      return went(client.openDirect({ user: pick.user }), by)
  }
}

async function went(
  entering: ReturnType<StarlingClient['join']>,
  { dispatch }: Performer,
): Promise<void> {
  const entered = await entering
  if (entered.ok) dispatch({ kind: 'go', room: entered.value })
  else dispatch({ kind: 'note', text: entered.say, isError: true })
}

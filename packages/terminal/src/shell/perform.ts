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
  readonly page: CommandUi['page']
  readonly answer: (id: number, text: string | undefined) => void
  readonly quit: () => void
}

type Performances = {
  readonly [K in Act['kind']]: (act: Extract<Act, { kind: K }>, by: Performer) => void
}

const performances: Performances = {
  post: ({ room, text, replyTo }, { client }) =>
    void client.post(room, text, replyTo === undefined ? {} : { replyTo }),
  edit: ({ room, target, text }, { client }) => void client.edit(room, target, text),
  delete: ({ room, target }, { client }) => void client.delete(room, target),
  react: ({ room, target, emoji, on }, { client }) =>
    void client.react(room, target, { emoji, on }),
  retry: onFailed,
  drop: onFailed,
  command: ({ text, target }, by) => void command(text, target, by),
  pick: ({ pick }, by) => void take(pick, by),
  open: ({ room }, { client, drafts }) => {
    drafts.keepRoom(room)
    client.open(room)
  },
  'load-older': ({ room }, { client }) => client.loadOlder(room),
  'load-newer': ({ room }, { client }) => client.loadNewer(room),
  'load-around': (act, by) => void loadAround(act, by),
  'show-newest': ({ room }, { client }) => client.showNewest(room),
  'mark-read': ({ room, upTo }, { client }) => client.markRead(room, upTo),
  'mark-unread': ({ room, index }, { client }) => client.markUnreadFrom(room, index),
  typing: ({ room, isTyping }, { client }) => client.typing(room, isTyping),
  'save-draft': ({ room, text }, { drafts }) => drafts.keep(room, text),
  'load-people': ({ room }, by) => void loadPeople(room, by),
  answer: ({ id, text }, { answer }) => answer(id, text),
  ring: (_, { screen }) => screen.ring(),
  'try-now': (_, { client }) => client.tryNow(),
  quit: (_, { quit }) => quit(),
  suspend: (_, { screen }) => screen.suspend(),
  repaint: (_, { screen }) => screen.repaint(),
}

export function perform(act: Act, by: Performer): void {
  // The table's type pairs each kind with its act; the call itself cannot show that.
  const performed = performances[act.kind] as (act: Act, by: Performer) => void
  performed(act, by)
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
  const { dispatch, ask, page } = by
  return {
    ask,
    page,
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

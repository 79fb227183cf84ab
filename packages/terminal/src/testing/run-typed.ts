/** A command as typed, with a person who answers what the test says. */
import type { CommandUi } from '../commands/command.ts'
import { runCommand } from '../commands/run-command.ts'
import { FakeClient } from './fake-client.ts'
import { aMessage, aRoom, aTimeline, aWorld, mine } from './world.ts'

const room = aRoom({ timeline: aTimeline([aMessage(1, 'hello'), mine(2, 'mine')]) })
const invitation = { room: 'r-secret', title: 'secret', by: 'u-ada', byName: 'ada', at: 0 }

export interface Run {
  readonly client: FakeClient
  readonly said: readonly (readonly unknown[])[]
}

/** What a command that was typed asks the SDK, and what it says. */
export async function run(
  text: string,
  given: {
    client?: FakeClient
    answers?: readonly (string | undefined)[]
    target?: number
    isGoingOn?: boolean
  } = {},
): Promise<Run> {
  const client =
    given.client ?? new FakeClient(aWorld({ rooms: [room], invitations: [invitation] }))
  const said: unknown[][] = []
  const answers = [...(given.answers ?? [])]
  const say =
    (name: string) =>
    (...words: readonly unknown[]) =>
      void said.push([name, ...words])
  const ui: CommandUi = {
    note: say('note'),
    fail: say('fail'),
    panel: say('panel'),
    go: say('go'),
    jump: say('jump'),
    reply: say('reply'),
    edit: say('edit'),
    togglePeople: say('togglePeople'),
    bare: say('bare'),
    quit: say('quit'),
    page: async (page) => {
      said.push(['page', page.title])
      return given.isGoingOn ?? true
    },
    ask: async (label) => {
      said.push(['ask', label])
      return answers.shift()
    },
  }
  const here = client.snapshot().rooms[0]
  await runCommand({ client, ui, room: here, target: given.target }, text)
  return { client, said }
}

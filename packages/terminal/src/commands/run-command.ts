/** Runs what was typed after a slash. The checks that every command shares are made here, once. */
import type { RoomSnapshot } from '@starling/client/api'
import type { CommandContext } from './command.ts'
import { commandNamed, commands } from './commands.ts'

export interface CommandCall extends Omit<CommandContext, 'commands'> {
  readonly room: RoomSnapshot | undefined
}

export async function runCommand(call: CommandCall, text: string): Promise<void> {
  const [, name = '', rest = ''] = /^\/(\S*)\s*([\s\S]*)$/.exec(text) ?? []
  const argument = rest.trim()
  const command = commandNamed(name.toLowerCase())
  if (command === undefined) {
    call.ui.fail(`There is no command /${name}; /help lists them. Begin with // to send a slash.`)
    return
  }
  if (command.isArgumentNeeded && argument === '') {
    call.ui.fail(`Type /${command.name} ${command.usage}`)
    return
  }
  if (command.needs === 'nothing') {
    await command.run({ ...call, commands }, argument)
    return
  }
  const { room } = call
  if (room === undefined) {
    call.ui.fail(`/${command.name} needs a room; Ctrl-K goes to one.`)
    return
  }
  await command.run({ ...call, commands, room }, argument)
}

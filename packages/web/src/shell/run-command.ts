/** Does what a command says; a refusal is told in passing. */
import type { Command } from '../model/commands.ts'
import { texts } from '../texts.ts'
import type { Chat } from './chat.ts'

export async function runCommand(chat: Chat, room: string, command: Command): Promise<void> {
  const { client } = chat
  const { kind } = command
  switch (kind) {
    case 'join':
      return void (await chat.enter(client.join(`#${command.title}`)))
    case 'direct': {
      const opened = await chat.openDirect(command.name)
      if (!opened.ok) return void chat.note(opened.say, true)
      chat.looking.goTo(opened.value)
      if (command.text !== '') chat.writing.post(opened.value, command.text)
      return
    }
    case 'invite':
      if (await chat.told(client.invite(room, command.name))) {
        chat.note(texts.invited(command.name))
      }
      return
    case 'topic':
      return void client.topic(room, command.topic)
    case 'kick':
      return void (await chat.told(client.kick(room, command.name)))
    case 'ban':
    case 'unban':
      return void (await chat.told(client.ban(room, command.name, { on: kind === 'ban' })))
    case 'mute':
    case 'unmute':
      return void (await chat.told(client.mute(room, command.name, kind === 'mute')))
    case 'leave':
      return chat.open({ kind: 'leave', room })
    case 'shrug':
      return void chat.writing.post(room, command.text)
  }
}

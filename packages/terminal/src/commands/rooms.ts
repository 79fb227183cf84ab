import { sanitiseLine } from '../text/sanitise.ts'
import { granted, type PlainCommand } from './command.ts'

export const roomsCommand: PlainCommand = {
  name: 'rooms',
  aliases: ['list'],
  usage: '[words]',
  summary: 'Public rooms to enter',
  completes: 'nothing',
  needs: 'nothing',
  isArgumentNeeded: false,
  async run({ client, ui }, argument) {
    const page = granted(ui, await client.directory(argument === '' ? {} : { find: argument }))
    if (page === undefined) return
    const items = page.items.map((room) => ({
      label: `#${sanitiseLine(room.title)}`,
      detail: [room.isMember ? 'you are in' : `${room.members} people`, sanitiseLine(room.topic)]
        .filter((part) => part !== '')
        .join(' · '),
      pick: room.isMember
        ? ({ kind: 'room', room: room.room } as const)
        : ({ kind: 'join', room: room.room } as const),
    }))
    ui.panel(page.more ? 'Rooms (the first of many)' : 'Rooms', items)
  },
}

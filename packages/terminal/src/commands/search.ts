import { sanitiseLine } from '../text/sanitise.ts'
import { granted, type PlainCommand } from './command.ts'

export const searchCommand: PlainCommand = {
  name: 'search',
  aliases: ['find'],
  usage: 'words',
  summary: 'Find messages in your rooms',
  completes: 'nothing',
  needs: 'nothing',
  isArgumentNeeded: true,
  async run({ client, ui }, argument) {
    const page = granted(ui, await client.search(argument))
    if (page === undefined) return
    const titles = new Map(client.snapshot().rooms.map((room) => [room.room, room.title]))
    const items = page.items.map(({ room, entry, excerpt }) => ({
      label: sanitiseLine(`${entry.name} in ${titles.get(room) ?? 'a room'}`),
      detail: sanitiseLine(excerpt),
      pick: { kind: 'message', room, index: entry.index } as const,
    }))
    ui.panel(items.length === 0 ? `Nothing found for “${argument}”` : `“${argument}”`, items)
  },
}

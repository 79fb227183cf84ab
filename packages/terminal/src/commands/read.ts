import type { PlainCommand } from './command.ts'

export const readCommand: PlainCommand = {
  name: 'read',
  usage: '',
  summary: 'Mark everything in every room as read',
  completes: 'nothing',
  needs: 'nothing',
  isArgumentNeeded: false,
  run({ client, ui }) {
    const unread = client.snapshot().rooms.filter((room) => room.unread > 0)
    for (const { room } of unread) client.markRead(room)
    ui.note(unread.length === 0 ? 'Nothing was unread.' : `${unread.length} rooms marked as read.`)
  },
}

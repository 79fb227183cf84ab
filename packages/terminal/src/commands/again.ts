import { type RoomCommand, refuse } from './command.ts'

export const againCommand: RoomCommand = {
  name: 'again',
  usage: '',
  summary: 'Fetch the keys of this encrypted room now',
  completes: 'nothing',
  needs: 'room',
  isArgumentNeeded: false,
  async run({ client, ui, room }) {
    if (room.isEncrypted !== true) {
      ui.note('This room is not encrypted; everything in it can be read.')
      return
    }
    const tried = await client.privacy.tryAgain(room.room)
    if (tried.ok) ui.note('Asking for the keys …')
    else refuse(ui, tried)
  },
}

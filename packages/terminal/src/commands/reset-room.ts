import { type RoomCommand, refuse } from './command.ts'

export const resetRoomCommand: RoomCommand = {
  name: 'reset-room',
  usage: '',
  summary: 'Begin the encryption of this room anew, when it is broken',
  completes: 'nothing',
  needs: 'room',
  isArgumentNeeded: false,
  async run({ client, ui, room }) {
    if (room.isEncrypted !== true) {
      ui.fail('This room is not encrypted.')
      return
    }
    const sure = await ui.page({
      title: 'Begin the encryption of this room anew?',
      parts: [
        {
          text:
            'New keys are made, and everybody’s devices come in again by themselves. What ' +
            'could be read before can be read after.',
          tone: 'plain',
        },
        {
          text: 'It helps when devices cannot get the keys; otherwise nobody needs it.',
          tone: 'quiet',
        },
      ],
      enter: 'Begin anew',
    })
    if (!sure) return
    const done = await client.privacy.resetRoom(room.room)
    if (done.ok) ui.note('The encryption of this room has begun anew.')
    else refuse(ui, done)
  },
}

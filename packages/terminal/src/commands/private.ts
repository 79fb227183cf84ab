import { makeRoom } from './make-room.ts'

export const privateCommand = makeRoom('private', {
  name: 'private',
  summary: 'Make a private room, for those you invite',
})

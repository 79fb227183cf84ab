import { makeRoom } from './make-room.ts'

export const createCommand = makeRoom('public', {
  name: 'create',
  usage: 'name [topic]',
  summary: 'Make a public room; public rooms are not encrypted',
})

import { makeRoom } from './make-room.ts'

export const privateCommand = makeRoom('private', {
  name: 'private',
  usage: '[--history] [--plain] name [topic]',
  summary:
    'Make an encrypted room for those you invite; --history: they read what was before, ' +
    '--plain: not encrypted',
})

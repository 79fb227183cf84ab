import { makeRoom } from './make-room.ts'

export const createCommand = makeRoom('public', { name: 'create', summary: 'Make a public room' })

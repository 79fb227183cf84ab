import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Entry } from '@starling/protocol/entry'
import { Invitations } from './invitations.ts'

function invited(index: number, room: string, title: string): Entry {
  const head = { index, at: 0, by: 'u-ada', name: 'ada' }
  return { ...head, kind: 'invited', room, roomKind: 'private', title }
}

it('an invitation to a room whose title is sealed is called after who invites', () => {
  const invitations = new Invitations()
  invitations.note([invited(1, 'r-1', ''), invited(2, 'r-2', 'den')])
  const titles = invitations.shown.map(({ title }) => title)
  assert.deepEqual(titles, ['Private room of ada', 'den'])
})

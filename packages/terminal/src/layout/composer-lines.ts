/** The composer: what is being written, behind its prompt. */
import type { ClientSnapshot, RoomSnapshot } from '@starling/client/api'
import { type Geometry, prompt } from '../model/geometry.ts'
import type { UiState } from '../model/state.ts'
import { sanitiseLine } from '../text/sanitise.ts'
import { clipLine, type Line, span } from './span.ts'

export function composerLines(
  state: UiState,
  at: {
    readonly geometry: Geometry
    readonly world: ClientSnapshot
    readonly room: RoomSnapshot | undefined
  },
): readonly Line[] {
  const { rows } = at.geometry.composer
  const isEmpty = rows.length === 1 && rows[0] === ''
  const first = span(` ${prompt}`, 'accent')
  if (isEmpty)
    return [clipLine([first, span(placeholder(state, at.room), 'quiet')], at.geometry.main)]
  return rows.map((row, number): Line => [number === 0 ? first : span('   '), span(row)])
}

function placeholder({ mode }: UiState, room: RoomSnapshot | undefined): string {
  if (mode.kind === 'switcher') return 'a room, @person or #room'
  if (mode.kind === 'prompt' || room === undefined) return ''
  if (room.isMuted) return 'You are muted here'
  const title = sanitiseLine(room.title)
  return `Message ${room.kind === 'direct' ? title : `#${title}`}`
}

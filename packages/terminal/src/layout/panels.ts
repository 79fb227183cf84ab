/** What may lie over the messages: a list to pick from, people, candidates of a completion. */
import type { ClientSnapshot, RoomSnapshot } from '@starling/client/api'
import type { Member } from '@starling/protocol/down'
import type { Candidate, Completion, PanelItem, UiState } from '../model/state.ts'
import { sanitiseLine } from '../text/sanitise.ts'
import { clip, fit, widthOf } from '../text/width.ts'
import { wrap } from '../text/wrap.ts'
import { clipLine, emptyLine, fitLine, type Line, retone, span, spread } from './span.ts'

const completionRowsMax = 6

export interface PanelView {
  readonly title?: string
  readonly items: readonly PanelItem[]
  readonly picked: number
}

interface Size {
  readonly width: number
  readonly rows: number
}

export function panelLines(panel: PanelView, { width, rows }: Size): readonly Line[] {
  const { items, picked, title } = panel
  const head: Line[] =
    title === undefined ? [] : [[span(` ${sanitiseLine(title)}`, 'strong')], emptyLine]
  const hasDetail = items.some(({ detail }) => detail !== undefined && detail !== '')
  const isStacked = hasDetail && width < stackedBelow
  const room = Math.max(1, Math.floor((rows - head.length) / (isStacked ? 2 : 1)))
  const start = Math.max(0, Math.min(picked - Math.floor(room / 2), items.length - room))
  const widest = Math.max(8, ...items.map(({ label }) => widthOf(label)))
  const cells = Math.min(widest, Math.floor(width * (hasDetail ? 0.55 : 1)) - 3)
  const lines = items.slice(start, start + room).flatMap((item, at): readonly Line[] => {
    const laid = isStacked ? stacked(item, width) : [beside(item, cells, width)]
    return start + at === picked ? laid.map((line) => retone(line, 'picked')) : laid
  })
  return [...head, ...lines]
}

/** In a narrow pane the detail stands under the label instead of beside it. */
const stackedBelow = 50

function beside({ label, detail = '' }: PanelItem, cells: number, width: number): Line {
  return fitLine([span(' '), span(fit(label, cells)), span(`  ${detail}`, 'quiet')], width)
}

function stacked({ label, detail = '' }: PanelItem, width: number): readonly Line[] {
  return [fitLine([span(` ${label}`)], width), fitLine([span(`   ${detail}`, 'quiet')], width)]
}

export function peopleLines(
  state: UiState,
  at: { readonly room: RoomSnapshot; readonly world: ClientSnapshot } & Size,
): readonly Line[] {
  const { room, width } = at
  const online = new Set(room.online)
  const members = [...(state.people.get(room.room) ?? [])]
  // Without the ids of who is online the answer of the member list is the newest that is known.
  const isHere = (one: Member) => (online.size > 0 ? online.has(one.user) : one.isOnline)
  members.sort((a, b) => Number(isHere(b)) - Number(isHere(a)) || compareNames(a.name, b.name))
  const lines = members.map((member): Line => {
    const role = member.isMuted ? 'muted' : member.role === 'member' ? '' : member.role
    const name = clip(sanitiseLine(member.name), width - 4)
    const left: Line = [
      span(isHere(member) ? ' • ' : '   ', 'accent'),
      span(name, isHere(member) ? 'plain' : 'quiet'),
    ]
    return spread(left, [span(role === '' ? '' : `${role} `, 'quiet')], width)
  })
  if (lines.length <= at.rows) return lines
  const more = lines.length - at.rows + 1
  return [...lines.slice(0, at.rows - 1), [span(`   and ${more} more`, 'quiet')]]
}

function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Over the last rows of the list, so that nothing moves. */
export function completionLines(completion: Completion, width: number): readonly Line[] {
  const { candidates, picked } = completion
  const start = Math.max(
    0,
    Math.min(picked - completionRowsMax + 1, candidates.length - completionRowsMax),
  )
  const shown = candidates.slice(start, start + completionRowsMax)
  const cells = Math.min(Math.max(...shown.map(({ text }) => widthOf(text))), Math.floor(width / 2))
  return shown.map((candidate, at) => {
    const line = candidateLine(candidate, cells, width)
    return start + at === picked ? retone(line, 'picked') : line
  })
}

function candidateLine({ text, detail }: Candidate, cells: number, width: number): Line {
  const line: Line = [span('   '), span(fit(text.trimEnd(), cells)), span(`  ${detail}`, 'quiet')]
  return fitLine(clipLine(line, width), width)
}

/** Nobody is anywhere yet: what one can do. */
export function lobbyLines(world: ClientSnapshot, width: number): readonly Line[] {
  const isIn = world.me !== undefined
  const lines = isIn
    ? [
        'You are in no room yet.',
        '',
        '/rooms         see the public rooms',
        '/create name   make one',
        '/private name  make one for those you invite, encrypted',
        '/msg @person   talk with somebody alone',
        '/help          everything else',
      ]
    : ['Connecting …']
  return lines.map((text) => clipLine([span(`  ${text}`, 'quiet')], width))
}

/** The server will not have one: why, and what to do; over the last rows of the list. */
export function refusalLines({ connection }: ClientSnapshot, width: number): readonly Line[] {
  if (connection.kind !== 'refused') return []
  const remedy = connection.retry === 'login' ? '/login name  or  /register name' : ''
  const words = wrap(sanitiseLine(connection.say), width - 3)
  const lines = words.map((row): Line => [span(`  ${row}`, 'danger')])
  if (remedy !== '') lines.push([span(`  ${remedy}`, 'quiet')])
  return [emptyLine, ...lines, emptyLine]
}

/**
 * What Ctrl-K offers: one's rooms by activity and match, and what else the words could mean. The
 * room one is in comes last: nobody goes where they are.
 */
import type { ClientSnapshot } from '@starling/client/api'
import { bestMatches } from '@starling/client/navigation/match'
import { byActivity } from '@starling/client/navigation/room-order'
import { sanitiseLine } from '../text/sanitise.ts'
import type { PanelItem, Pick } from './state.ts'

const itemsMax = 200

export function switcherItems(
  world: ClientSnapshot,
  query: string,
  here: string | undefined,
): readonly PanelItem[] {
  const typed = query.replace(/^[#@]/, '').trim()
  const wantsPerson = query.startsWith('@')
  const wantsRoom = query.startsWith('#')
  const rooms = [...world.rooms]
    .filter(({ kind }) => (wantsPerson ? kind === 'direct' : !wantsRoom || kind !== 'direct'))
    .sort((a, b) => Number(a.room === here) - Number(b.room === here) || byActivity(a, b))
  const found = bestMatches(rooms, typed, ({ title }) => title).slice(0, itemsMax)
  const items: PanelItem[] = found.map((room) => ({
    label: `${room.kind === 'direct' ? '@' : '#'}${sanitiseLine(room.title)}`,
    detail: unreadDetail(room.mentions, room.unread) || sanitiseLine(room.topic),
    pick: { kind: 'room', room: room.room },
  }))
  for (const { room, title, byName } of bestMatches(world.invitations, typed, (one) => one.title)) {
    items.push({
      label: `#${sanitiseLine(title)}`,
      detail: `${sanitiseLine(byName)} invited you`,
      pick: { kind: 'join', room },
    })
  }
  return typed === '' ? items : [...items, ...elsewhere(items, typed, { wantsPerson, wantsRoom })]
}

function elsewhere(
  items: readonly PanelItem[],
  typed: string,
  wants: { readonly wantsPerson: boolean; readonly wantsRoom: boolean },
): readonly PanelItem[] {
  const more: PanelItem[] = []
  const offer = (label: string, detail: string, pick: Pick) => {
    if (!items.some((item) => item.label.toLowerCase() === label.toLowerCase())) {
      more.push({ label, detail, pick })
    }
  }
  if (!wants.wantsPerson) {
    offer(`#${typed}`, 'Join this room', { kind: 'command', text: `/join #${typed}` })
  }
  if (!wants.wantsRoom && !/\s/.test(typed)) {
    offer(`@${typed}`, 'Talk with this person', { kind: 'command', text: `/msg @${typed}` })
  }
  if (!wants.wantsPerson) {
    offer(`#${typed}`, 'Create this room', { kind: 'create', title: typed })
  }
  return more
}

function unreadDetail(mentions: number, unread: number): string {
  if (mentions > 0) return `${mentions} for you, ${unread} unread`
  return unread > 0 ? `${unread} unread` : ''
}

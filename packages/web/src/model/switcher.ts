/**
 * What Ctrl-K offers: one's rooms by activity and match, and what else the words could mean. The
 * room one is in comes last: nobody goes where they are.
 */
import type { ClientSnapshot, RoomSnapshot } from '@starling/client/api'
import { bestMatches } from '@starling/client/navigation/match'
import { byActivity } from '@starling/client/navigation/room-order'
import { texts } from '../texts.ts'

const itemsMax = 50

export type Choice =
  | { readonly kind: 'room'; readonly room: string }
  | { readonly kind: 'accept'; readonly room: string }
  | { readonly kind: 'join'; readonly title: string }
  | { readonly kind: 'direct'; readonly name: string }
  | { readonly kind: 'create'; readonly title: string }

export interface SwitcherItem {
  readonly key: string
  readonly label: string
  readonly detail: string
  readonly icon: 'room' | 'private' | 'person' | 'plus'
  readonly mentions: number
  readonly unread: number
  readonly choice: Choice
}

export function switcherItems(
  world: Pick<ClientSnapshot, 'rooms' | 'invitations'>,
  query: string,
  here: string | undefined,
): readonly SwitcherItem[] {
  const typed = query.replace(/^[#@]/, '').trim()
  const wantsPerson = query.startsWith('@')
  const wantsRoom = query.startsWith('#')
  const rooms = world.rooms
    .filter(({ kind }) => (wantsPerson ? kind === 'direct' : !wantsRoom || kind !== 'direct'))
    .sort((a, b) => Number(a.room === here) - Number(b.room === here) || byActivity(a, b))
  const found = bestMatches(rooms, typed, ({ title }) => title).slice(0, itemsMax)
  const items = found.map(roomItem)
  for (const { room, title, byName } of bestMatches(world.invitations, typed, (one) => one.title)) {
    const choice = { kind: 'accept', room } as const
    items.push(quiet(`invited-${room}`, title, texts.switcher.invitedBy(byName), choice))
  }
  return typed === '' ? items : [...items, ...elsewhere(items, typed, { wantsPerson, wantsRoom })]
}

function roomItem(room: RoomSnapshot): SwitcherItem {
  const { kind, title, topic, mentions, unread } = room
  return {
    key: room.room,
    label: title,
    detail: topic,
    icon: kind === 'direct' ? 'person' : kind === 'private' ? 'private' : 'room',
    mentions,
    unread,
    choice: { kind: 'room', room: room.room },
  }
}

function quiet(key: string, label: string, detail: string, choice: Choice): SwitcherItem {
  const icon = choice.kind === 'direct' ? 'person' : choice.kind === 'create' ? 'plus' : 'room'
  return { key, label, detail, icon, mentions: 0, unread: 0, choice }
}

function elsewhere(
  items: readonly SwitcherItem[],
  typed: string,
  wants: { readonly wantsPerson: boolean; readonly wantsRoom: boolean },
): readonly SwitcherItem[] {
  const isThere = (icon: SwitcherItem['icon'][]) =>
    items.some(
      (item) => icon.includes(item.icon) && item.label.toLowerCase() === typed.toLowerCase(),
    )
  const more: SwitcherItem[] = []
  if (!wants.wantsRoom && !/\s/.test(typed) && !isThere(['person'])) {
    const choice = { kind: 'direct', name: typed } as const
    more.push(quiet('direct', typed, texts.switcher.talkWith, choice))
  }
  if (!wants.wantsPerson && !isThere(['room', 'private'])) {
    const join = { kind: 'join', title: typed } as const
    const create = { kind: 'create', title: typed } as const
    more.push(quiet('join', typed, texts.switcher.join, join))
    more.push(quiet('create', typed, texts.switcher.create, create))
  }
  return more
}

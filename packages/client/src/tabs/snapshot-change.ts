/**
 * What changed from one snapshot to the next, small enough to be copied from thread to thread: a
 * part that is the same object is not in it, and of a timeline's lines only the run that differs.
 * `applyChange(before, changeOf(before, after))` says the same as `after`, and keeps the objects of
 * `before` that did not change, so that `===` goes on telling what to draw again.
 */
import type {
  ClientSnapshot,
  RoomSnapshot,
  TimelineLine,
  TimelineSnapshot,
} from '@starling/core/client/snapshot'

/** Fields of an object that have another value now, and those that are gone. */
export interface FieldsChange<T> {
  readonly set: Partial<T>
  readonly gone: readonly (keyof T)[]
}

/** `remove` lines from the place `at` give way to these. */
export interface LinesChange {
  readonly at: number
  readonly remove: number
  readonly insert: readonly TimelineLine[]
}

type About = Omit<RoomSnapshot, 'timeline'>
type Around = Omit<TimelineSnapshot, 'lines'>

export interface RoomChange {
  readonly room: string
  readonly about?: FieldsChange<About>
  readonly timeline?: FieldsChange<Around>
  readonly lines?: LinesChange
}

export interface SnapshotChange {
  readonly fields?: FieldsChange<Omit<ClientSnapshot, 'rooms'>>
  /** Ids of all rooms in their order, when rooms came, went or moved. */
  readonly order?: readonly string[]
  readonly rooms: readonly RoomChange[]
}

/** Undefined when nothing changed. */
export function changeOf(
  before: ClientSnapshot,
  after: ClientSnapshot,
): SnapshotChange | undefined {
  if (before === after) return undefined
  const { rooms: roomsBefore, ...restBefore } = before
  const { rooms: roomsAfter, ...restAfter } = after
  const fields = fieldsChange(restBefore, restAfter)
  const known = new Map(roomsBefore.map((room) => [room.room, room]))
  const rooms = roomsAfter.flatMap((room) => roomChange(known.get(room.room), room) ?? [])
  const isSameOrder =
    roomsBefore.length === roomsAfter.length &&
    roomsBefore.every(({ room }, at) => room === roomsAfter[at]!.room)
  if (fields === undefined && isSameOrder && rooms.length === 0) return undefined
  return {
    rooms,
    ...(fields === undefined ? {} : { fields }),
    ...(isSameOrder ? {} : { order: roomsAfter.map(({ room }) => room) }),
  }
}

export function applyChange(before: ClientSnapshot, change: SnapshotChange): ClientSnapshot {
  const { rooms: roomsBefore, ...rest } = before
  const changed = new Map(change.rooms.map((room) => [room.room, room]))
  const known = new Map(roomsBefore.map((room) => [room.room, room]))
  const order = change.order ?? roomsBefore.map(({ room }) => room)
  const isSame = change.order === undefined && change.rooms.length === 0
  const rooms = isSame
    ? roomsBefore
    : order.map((room) => roomAfter(known.get(room), changed.get(room)))
  return { ...fieldsAfter(rest, change.fields), rooms }
}

function roomChange(before: RoomSnapshot | undefined, after: RoomSnapshot): RoomChange | undefined {
  if (before === after) return undefined
  const { timeline: timelineBefore, ...aboutBefore } = before ?? noRoom
  const { timeline: timelineAfter, ...aboutAfter } = after
  const about = fieldsChange(aboutBefore as About, aboutAfter)
  const { lines: linesBefore, ...aroundBefore } = timelineBefore
  const { lines: linesAfter, ...aroundAfter } = timelineAfter
  const timeline = fieldsChange(aroundBefore as Around, aroundAfter)
  const lines = linesChange(linesBefore, linesAfter)
  return {
    room: after.room,
    ...(about === undefined ? {} : { about }),
    ...(timeline === undefined ? {} : { timeline }),
    ...(lines === undefined ? {} : { lines }),
  }
}

function roomAfter(before: RoomSnapshot | undefined, change: RoomChange | undefined): RoomSnapshot {
  if (change === undefined) {
    if (before === undefined) throw new Error('a room that nothing was told about')
    return before
  }
  const { timeline, ...about } = before ?? noRoom
  const { lines, ...around } = timeline
  const isTimelineSame = change.timeline === undefined && change.lines === undefined
  return {
    ...fieldsAfter(about as About, change.about),
    timeline: isTimelineSame
      ? timeline
      : {
          ...fieldsAfter(around as Around, change.timeline),
          lines: linesAfterChange(lines, change.lines),
        },
  }
}

/** Before the first word about a room: every field of it is news. */
const noRoom = { timeline: { lines: [] } } as unknown as RoomSnapshot

function fieldsChange<T extends object>(before: T, after: T): FieldsChange<T> | undefined {
  const keys = Object.keys(after) as (keyof T)[]
  const changed = keys.filter((key) => before[key] !== after[key])
  const gone = (Object.keys(before) as (keyof T)[]).filter((key) => !Object.hasOwn(after, key))
  if (changed.length === 0 && gone.length === 0) return undefined
  const set = Object.fromEntries(changed.map((key) => [key, after[key]])) as Partial<T>
  return { set, gone }
}

function fieldsAfter<T extends object>(before: T, change: FieldsChange<T> | undefined): T {
  if (change === undefined) return before
  const after = { ...before, ...change.set }
  for (const key of change.gone) delete after[key]
  return after
}

function linesChange(
  before: readonly TimelineLine[],
  after: readonly TimelineLine[],
): LinesChange | undefined {
  if (before === after) return undefined
  const shorter = Math.min(before.length, after.length)
  let same = 0
  while (same < shorter && before[same] === after[same]) same += 1
  let end = 0
  while (end < shorter - same && before.at(-1 - end) === after.at(-1 - end)) end += 1
  const remove = before.length - same - end
  const insert = after.slice(same, after.length - end)
  return remove === 0 && insert.length === 0 ? undefined : { at: same, remove, insert }
}

function linesAfterChange(
  before: readonly TimelineLine[],
  change: LinesChange | undefined,
): readonly TimelineLine[] {
  if (change === undefined) return before
  const { at, remove, insert } = change
  return [...before.slice(0, at), ...insert, ...before.slice(at + remove)]
}

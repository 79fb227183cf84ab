/**
 * What became of what was sealed. Beside the ledger's judgement (nothing lost, doubled, moved),
 * [P10]: each device reads by itself what it must, and nobody opens what they may not, though they
 * kept their keys and are given all that is in the log.
 */
import type { KeysContent, OpenedBox } from '@starling/core/client/private/cipher'
import type { Entry } from '@starling/protocol/entry'
import { until } from '../../cluster/until.ts'
import type { Verdict } from '../ledger.ts'
import type { Circle } from './circle.ts'
import type { CircleDevice } from './device.ts'
import type { Unread } from './device-process.ts'
import { entitlementOf, sealedOf, staysOf, strangersOf } from './entitlement.ts'
import { keepTrying } from './keep-trying.ts'
import type { Person } from './person.ts'
import { type ServerView, viewRooms } from './server-view.ts'

const readMsMax = 60_000
const lookEveryMs = 500
const examplesMax = 5

type Truth = ReadonlyMap<string, readonly Entry[]>
type Views = ReadonlyMap<string, ServerView>

export interface CircleVerdict {
  readonly verdict: Verdict
  readonly troubles: readonly string[]
  readonly views: Views
}

/** When all is calm. */
export async function judgeCircle(
  circle: Circle,
  addresses: readonly string[],
): Promise<CircleVerdict> {
  await circle.settle()
  const { truth, views } = await settledRooms(circle, addresses)
  note(circle, truth, views)
  const verdict = circle.ledger.judge(truth)
  const troubles: string[] = []
  for (const [room, view] of views) {
    troubles.push(...few(strangersOf(view)))
    const { removals, absent } = view.group
    if (removals.length > 0) troubles.push(`${room} keeps ${removals.length} leaves that must go`)
    for (const one of absent) troubles.push(`${room} has no leaf of ${one.user} ${one.device}`)
  }
  for (const person of circle.people) {
    for (const device of person.living) {
      troubles.push(...few(await unreadOf(device, { person, truth, views })))
    }
  }
  return { verdict, troubles, views }
}

/** What newcomers need may still be told to them: until all have seen what stands there. */
async function settledRooms(
  circle: Circle,
  addresses: readonly string[],
): Promise<{ readonly truth: Truth; readonly views: Views }> {
  const { first } = circle.owner
  let views: Views = new Map()
  let truth: Truth = new Map()
  const areSettled = async () => {
    views = await viewRooms(addresses, first.directory, circle.rooms)
    const read = circle.rooms.map(async (room) => [room, await historyOf(first, room)] as const)
    truth = new Map(await Promise.all(read))
    return circle.rooms.every((room) => {
      const { length } = truth.get(room)!
      return views.get(room)!.entries.length === length && circle.haveAllSeen(room, length)
    })
  }
  const what = 'encrypted rooms of which all have seen all'
  await until(areSettled, { what, ms: readMsMax, everyMs: lookEveryMs })
  return { truth, views }
}

/** When all devices are closed. */
export async function judgeSecrecy(circle: Circle, views: Views): Promise<readonly string[]> {
  const rooms = new Map(
    [...views].map(([room, { entries }]) => {
      const isShared = entries.some((entry) => entry.kind === 'create' && entry.history === 'all')
      return [room, { entries, isHistoryShared: isShared }] as const
    }),
  )
  const troubles: string[] = []
  for (const person of circle.people) {
    for (const device of person.devices) {
      const opened = await keepTrying(device.directory, rooms)
      for (const [room, boxes] of opened) {
        const { must, may } = entitlementOf(views.get(room)!, readerOf(person, device))
        if (device === circle.owner.first) noteContents(circle, room, boxes)
        const read = [...boxes].flatMap(([index, box]) => (box.ok ? [index] : []))
        const stolen = read.filter((index) => !may.has(index))
        const missed = [...must].filter((index) => !read.includes(index))
        troubles.push(...few(stolen.map((index) => `${device.name} opens ${room} ${index}`)))
        troubles.push(...few(missed.map((index) => `${device.name} cannot open ${room} ${index}`)))
      }
    }
  }
  return troubles
}

function noteContents(circle: Circle, room: string, boxes: ReadonlyMap<number, OpenedBox>): void {
  for (const [index, box] of boxes) {
    if (!box.ok) continue
    const { kind, from, to } = box.content as Partial<KeysContent>
    circle.note(room, `${index} is ${kind}${kind === 'keys' ? ` ${from} to ${to}` : ''}`)
  }
}

/** By itself, within a time. */
async function unreadOf(
  device: CircleDevice,
  { person, truth, views }: { person: Person; truth: Truth; views: Views },
): Promise<readonly string[]> {
  let found: readonly string[] = []
  const look = async () => {
    found = []
    for (const room of Object.keys(device.state.rooms)) {
      const { must } = entitlementOf(views.get(room)!, readerOf(person, device))
      const read = await historyOf(device, room)
      const missed = [
        ...differences(truth.get(room)!, read, must),
        ...(await shown(device, room, must)),
      ]
      found = [...found, ...missed.map((what) => `${room}: ${what}`)]
    }
    return found.length === 0
  }
  try {
    await until(() => look(), { what: 'what must be read', ms: readMsMax, everyMs: lookEveryMs })
    return []
  } catch (error) {
    if (found.length === 0) throw error
    return found.map((what) => `${device.name} in ${what}`)
  }
}

function differences(
  truth: readonly Entry[],
  read: readonly Entry[],
  must: ReadonlySet<number>,
): readonly string[] {
  const found = new Map(read.map((entry) => [entry.index, entry]))
  return truth.flatMap((entry) => {
    const { index } = entry
    if (!must.has(index)) return []
    const one = found.get(index)
    if (one === undefined) return [`${index} is not in the history`]
    if (one.kind === 'unreadable') return [`${index} is not read: ${one.why}`]
    if (one.kind !== entry.kind) return [`${index} is read as ${one.kind}, not ${entry.kind}`]
    const isSame = one.kind !== 'post' || (entry.kind === 'post' && one.text === entry.text)
    return isSame ? [] : [`${index} is read otherwise`]
  })
}

/** Lines that stay unreadable where they are shown. */
async function shown(
  device: CircleDevice,
  room: string,
  must: ReadonlySet<number>,
): Promise<readonly string[]> {
  const unread = await device.insist<readonly Unread[]>('unread', room)
  if (!unread.ok) return [unread.say]
  return unread.value.flatMap(({ index, code }) => {
    return must.has(index) ? [`${index} is shown as ${code}`] : []
  })
}

async function historyOf(device: CircleDevice, room: string): Promise<readonly Entry[]> {
  const read = await device.insist<readonly Entry[]>('history', room)
  if (!read.ok) throw new Error(`${device.name} may not read ${room}: ${read.say}`)
  return read.value
}

/**
 * What a process was killed before it could tell: an ack whose message stands, and a refusal of who
 * was sent out of the room.
 */
function note(circle: Circle, truth: Truth, views: Views): void {
  for (const send of circle.ledger.sends) {
    if (send.ackedAtMs !== undefined || send.refused !== undefined) continue
    const entry = truth.get(send.room)!.find((one) => one.kind === 'post' && one.text === send.text)
    if (entry !== undefined) {
      send.ackedAtMs = performance.now()
      send.index = entry.index
      continue
    }
    const person = circle.people.find(({ devices }) =>
      devices.some(({ name }) => name === send.client),
    )
    const stays = staysOf(views.get(send.room)!.entries, person!.user)
    const hasLeft = stays.some(({ to }) => to < Number.POSITIVE_INFINITY)
    if (hasLeft) send.refused = 'not-member'
  }
}

function readerOf(person: Person, device: CircleDevice) {
  const { revokedAtMs } = device
  return { user: person.user, isLinked: true, revokedAtMs }
}

export function sealedCount(views: Views): number {
  return [...views.values()].reduce((sum, { entries }) => sum + sealedOf(entries).length, 0)
}

function few(what: readonly string[]): readonly string[] {
  const more = what.length - examplesMax
  return more > 0 ? [...what.slice(0, examplesMax), `… and ${more} more`] : what
}

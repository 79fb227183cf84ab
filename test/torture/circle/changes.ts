/**
 * What people of encrypted rooms do beside writing: they let somebody in, leave, send somebody out,
 * take another device, throw one out. Each waits for what it brought about, not for an answer, for
 * servers and devices die meanwhile; how long it took is noted.
 */
import type { Result } from '@starling/client/api'
import type { CircleDevice } from './device.ts'
import type { Person } from './person.ts'

export interface Scene {
  /** Owns all rooms and stays. */
  readonly owner: Person
  readonly people: readonly Person[]
  readonly rooms: readonly string[]
  readonly devicesMax: number
  /** How long something took, for the report. */
  readonly took: (what: string, ms: number) => void
}

export interface Change {
  readonly what: string
  readonly weight: number
  readonly person: Person
  readonly act: () => Promise<void>
}

/** Whatever can be done now. Of the owner nothing is, but that devices come and go. */
export function changesOf(scene: Scene): readonly Change[] {
  return scene.people
    .filter(({ isBusy }) => !isBusy)
    .flatMap((person) => [
      ...scene.rooms.flatMap((room) => ofMembership(scene, person, room)),
      ...ofDevices(scene, person),
    ])
}

function ofMembership(scene: Scene, person: Person, room: string): readonly Change[] {
  if (person === scene.owner) return []
  if (!person.isIn(room)) {
    return [{ what: 'join', weight: 3, person, act: () => enter(scene, person, room) }]
  }
  return [
    { what: 'leave', weight: 0.5, person, act: () => leave(person, room) },
    { what: 'kick', weight: 1, person, act: () => kick(scene, person, room) },
  ]
}

function ofDevices(scene: Scene, person: Person): readonly Change[] {
  const { living, first } = person
  const last = living.at(-1)
  const arrivals: readonly Change[] = [
    { what: 'link', weight: 1, person, act: () => link(scene, person) },
    { what: 'restore', weight: 0.5, person, act: () => restore(scene, person) },
  ]
  if (living.length < scene.devicesMax) return arrivals
  if (last === undefined || last === first) return []
  return [{ what: 'revoke', weight: 2, person, act: () => revoke(person, last) }]
}

export async function enter(scene: Scene, person: Person, room: string): Promise<void> {
  const { owner, took } = scene
  const { first } = person
  const asked = await owner.first.insist('invite', room, person.user)
  const isAsked = first.until(({ invitations }) => invitations.includes(room), 'an invitation')
  await orSaid(isAsked, asked)
  const since = performance.now()
  const joined = await first.insist('join', room)
  await orSaid(
    first.until(({ rooms }) => rooms[room] !== undefined, 'the room'),
    joined,
  )
  await first.until(({ rooms }) => rooms[room] === 'ready', 'the keys of the room')
  took('join', performance.now() - since)
}

async function leave(person: Person, room: string): Promise<void> {
  await person.first.insist('leave', room)
  await isOut(person, room)
}

async function kick(scene: Scene, person: Person, room: string): Promise<void> {
  const said = await scene.owner.first.insist('kick', room, person.user)
  await orSaid(isOut(person, room), said)
}

async function isOut(person: Person, room: string): Promise<void> {
  const gone = ({ rooms }: { readonly rooms: object }) => !Object.hasOwn(rooms, room)
  await Promise.all(person.living.map((device) => device.until(gone, 'an end of the room')))
}

async function link(scene: Scene, person: Person): Promise<void> {
  const device = await unlinkedDevice(person)
  const since = performance.now()
  const said = await person.first.insist('link', device.state.linkCode ?? '')
  await orSaid(isReady(person, device), said)
  scene.took('link', performance.now() - since)
}

async function restore(scene: Scene, person: Person): Promise<void> {
  const device = await unlinkedDevice(person)
  const since = performance.now()
  const said = await device.insist('restore', person.recoveryKey)
  await orSaid(isReady(person, device), said)
  scene.took('restore', performance.now() - since)
}

async function unlinkedDevice(person: Person): Promise<CircleDevice> {
  const device = await person.arrive()
  await device.until(({ account, linkCode }) => {
    return account === 'unlinked' && linkCode !== undefined
  }, 'a code')
  return device
}

/** In all rooms of its person. */
async function isReady(person: Person, device: CircleDevice): Promise<void> {
  await device.until(({ account, rooms }) => {
    const all = Object.keys(person.first.state.rooms)
    return account === 'ready' && all.every((room) => rooms[room] === 'ready')
  }, 'the keys of all rooms')
}

async function revoke(person: Person, device: CircleDevice): Promise<void> {
  const said = await person.first.insist('revoke', device.device)
  const isRefused = device.until(({ connection }) => connection.startsWith('refused'), 'an end')
  await orSaid(isRefused, said)
  device.revokedAtMs = Date.now()
  await device.close()
}

/** What was answered tells why it did not come about. */
async function orSaid(done: Promise<void>, said: Result<unknown>): Promise<void> {
  try {
    await done
  } catch (error) {
    if (said.ok) throw error
    throw new Error(`${said.code}, ${said.say} ${(error as Error).message}`)
  }
}

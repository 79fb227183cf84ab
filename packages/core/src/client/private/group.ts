/**
 * Where this device stands with the group of one encrypted room, and what is to be done next. Facts
 * come in as they are learned (a status from the cipher, a refusal, an entry); `stepOf` looks at
 * all of them and names one step, so that it does not matter in which order they came.
 */
import type { RoomState } from '../room-state.ts'
import type { GroupStatus } from './cipher.ts'

export const groupLimits = {
  /** From coming into the room until one joins without having been welcomed. */
  welcomeMsMax: 2_000,
  /** Before one does what others may do as well: at least so long … */
  dutyMsMin: 500,
  /** … and so much longer for each device whose turn is before. */
  dutySlotMs: 500,
  /** After a group was begun anew each device comes back at a moment drawn from so much time. */
  returnMsPerLeaf: 100,
  retryMsMin: 300,
  retryMsMax: 60_000,
  /** Tries without success until the person is told that something is the matter. */
  quietTriesMax: 3,
  /** Own keys are renewed when something is sent, not more often than so. */
  updateMsMin: 24 * 3_600_000,
  /** Rooms whose groups are worked on at once; one, of those that nobody looks at. */
  stepsMax: 4,
  quietStepsMax: 1,
  /** Boxes with keys of earlier epochs for those who came; the newest epochs. */
  keysContentsMax: 100,
} as const

/**
 * `enter`: begin the group, or join it. `resync`: join it again. `commits`: fetch those that were
 * missed. `look`: compare with the servers' picture and do what is due there. `greet`: tell those
 * who came what they cannot know.
 */
export type Step = 'enter' | 'resync' | 'commits' | 'look' | 'greet'

/** What others may do as well: who does it is a matter of whose turn it is. */
export interface Duty {
  /** Of the entry that made it necessary. */
  readonly index: number
  readonly atMs: number
}

export interface Group {
  readonly room: RoomState
  status: GroupStatus
  isWorking: boolean
  /** Commits were missed, or may have been. */
  isBehind: boolean
  /** Something was sealed under this epoch, so there is one. */
  sealedAt: { readonly gen: number; readonly epoch: number }
  /** The servers hold another picture of the group than this device. */
  isStale: boolean
  isUpdateDue: boolean
  /** Something waits to be sealed. */
  isWanted: boolean
  welcomeUntilMs: number
  /** Its welcome was waited for once. */
  wasAwaited: boolean
  beginAtMs: number | undefined
  removal: Duty | undefined
  greeting: Duty | undefined
  /** People whose devices are to be added. */
  readonly toAdd: Set<string>
  blocked: readonly string[]
  isFull: boolean
  tries: number
  notBeforeMs: number
}

export function newGroup(room: RoomState, status: GroupStatus): Group {
  return {
    room,
    status,
    isWorking: false,
    isBehind: false,
    sealedAt: { gen: 0, epoch: 0 },
    isStale: false,
    isUpdateDue: false,
    isWanted: false,
    welcomeUntilMs: 0,
    wasAwaited: false,
    beginAtMs: undefined,
    removal: undefined,
    greeting: undefined,
    toAdd: new Set(),
    blocked: [],
    isFull: false,
    tries: 0,
    notBeforeMs: 0,
  }
}

export function stepOf(group: Group, nowMs: number): Step | undefined {
  if (group.isWorking || nowMs < group.notBeforeMs) return undefined
  switch (group.status.state) {
    case 'none':
    case 'removed':
      return nowMs < group.welcomeUntilMs ? undefined : 'enter'
    case 'broken':
      return 'resync'
    case 'member':
      if (group.isBehind) return 'commits'
      if (group.isStale || group.isUpdateDue || group.toAdd.size > 0) return 'look'
      if (group.removal !== undefined && group.removal.atMs <= nowMs) return 'look'
      if (group.greeting === undefined || group.blocked.length > 0) return undefined
      return group.greeting.atMs <= nowMs ? 'greet' : undefined
  }
}

/** What is sealed now would be taken. */
export function isReady(group: Group): boolean {
  const { status, isBehind, isStale, isWorking, blocked } = group
  if (status.state !== 'member' || isBehind || isStale || blocked.length > 0) return false
  return !isWorking
}

/**
 * When it is this device's turn: at once when its own act made it necessary, else by its place
 * among the leaves, counted from another one each time, so that the next ones need not act.
 */
export function turnMs(
  { status: { leaf, leaves } }: Group,
  at: { readonly index: number; readonly isOwn: boolean; readonly drawn: number },
): number {
  if (at.isOwn) return 0
  const place = leaves === 0 ? 0 : (Math.max(0, leaf) + at.index) % leaves
  return groupLimits.dutyMsMin + (place + at.drawn) * groupLimits.dutySlotMs
}

export function retryMs(tries: number, drawn: number): number {
  const { retryMsMin, retryMsMax } = groupLimits
  return Math.min(retryMsMax, retryMsMin * 2 ** Math.min(tries, 20)) * (0.5 + 0.5 * drawn)
}

/**
 * Who must and who may read what was sealed [P10], from what the servers' order says alone.
 *
 * A member's device must read what was sealed in an epoch in which it had a leaf, or another device
 * of its person: their archive brings it. Where the history is for all it must read all. Who was
 * sent out, and a device that was thrown out, may read what it could until then, if it got it in
 * time. Nobody else may. What is sealed while somebody is no member may have no leaf of theirs.
 */
import type { Leaf } from '@starling/protocol/down'
import type { Entry } from '@starling/protocol/entry'
import { epochKey, type ServerView } from './server-view.ts'

type Sealed = Extract<Entry, { kind: 'sealed' }>

export interface Reader {
  readonly user: string
  /** It is certified by its person, or was: it may read what they may. */
  readonly isLinked: boolean
  /** On the wall clock. */
  readonly revokedAtMs: number | undefined
}

export interface Entitlement {
  readonly must: ReadonlySet<number>
  readonly may: ReadonlySet<number>
}

export function entitlementOf(view: ServerView, reader: Reader): Entitlement {
  const { user, isLinked, revokedAtMs } = reader
  const stays = staysOf(view.entries, user)
  const lastMemberAt = stays.at(-1)?.to ?? 0
  const isShared = isHistoryShared(view.entries)
  const must = new Set<number>()
  const may = new Set<number>()
  for (const entry of sealedOf(view.entries)) {
    const leaves = view.leaves.get(epochKey(entry)) ?? []
    const isOfPerson = leaves.some((leaf) => leaf.user === user)
    const isBeforeEnd = revokedAtMs === undefined || entry.at <= revokedAtMs
    const isForAll = isShared && entry.index <= lastMemberAt
    if (isLinked && isBeforeEnd && (isOfPerson || isForAll)) may.add(entry.index)
    const isIn = isLinked && revokedAtMs === undefined && lastMemberAt === Number.POSITIVE_INFINITY
    if (isIn && (isOfPerson || isShared)) must.add(entry.index)
  }
  return { must, may }
}

/** Of leaves of people who were no members when something was sealed for them. */
export function strangersOf(view: ServerView): readonly string[] {
  const users = new Set([...view.leaves.values()].flat().map(({ user }) => user))
  const stays = new Map([...users].map((user) => [user, staysOf(view.entries, user)]))
  return sealedOf(view.entries).flatMap((entry) => {
    const leaves = view.leaves.get(epochKey(entry)) ?? []
    const isIn = ({ user }: Leaf) =>
      stays.get(user)!.some(({ from, to }) => from <= entry.index && entry.index < to)
    return leaves
      .filter((leaf) => !isIn(leaf))
      .map(({ user, device }) => `${entry.index} is sealed for ${user} ${device}, no member then`)
  })
}

export function sealedOf(entries: readonly Entry[]): readonly Sealed[] {
  return entries.filter((entry): entry is Sealed => entry.kind === 'sealed')
}

interface Stay {
  readonly from: number
  /** Of the entry that ended it; infinite while it goes on. */
  readonly to: number
}

export function staysOf(entries: readonly Entry[], user: string): readonly Stay[] {
  const stays: Stay[] = []
  let from: number | undefined
  for (const entry of entries) {
    const isEntering = (entry.kind === 'join' || entry.kind === 'create') && entry.by === user
    const isLeaving = entry.kind === 'leave' && entry.by === user
    const isOut = entry.kind === 'kick' && entry.user === user
    if (isEntering) from ??= entry.index
    if ((isLeaving || isOut) && from !== undefined) {
      stays.push({ from, to: entry.index })
      from = undefined
    }
  }
  return from === undefined ? stays : [...stays, { from, to: Number.POSITIVE_INFINITY }]
}

function isHistoryShared(entries: readonly Entry[]): boolean {
  return entries.some((entry) => entry.kind === 'create' && entry.history === 'all')
}

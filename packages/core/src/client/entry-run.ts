/**
 * A dense run of a room's entries, in which each post stands in its present state. Every slot knows
 * the index as of which its entry's state is: its own when it came live, the room's head when it
 * came from history (which answers present states). A change is applied to its target exactly when
 * it is newer than that, so pages of history and live entries may overlap in any way and the result
 * is the same. Changes state absolute values (this text, this person's reaction on or off), so one
 * applied twice in a row does no harm either.
 */
import type { Entry, EntryHead, PostBody, Reaction } from '@starling/protocol/entry'
import { limits } from '@starling/protocol/limits'

export type Post = EntryHead & PostBody
export type Change = Extract<Entry, { kind: 'edit' | 'delete' | 'react' }>

interface Slot {
  entry: Entry
  asOf: number
  /** In an encrypted room: the post as it was written. */
  raw?: Post
}

export class EntryRun {
  #first: number
  #slots: Slot[] = []

  constructor(first: number) {
    this.#first = first
  }

  get first(): number {
    return this.#first
  }

  get last(): number {
    return this.#first + this.#slots.length - 1
  }

  get length(): number {
    return this.#slots.length
  }

  at(index: number): Entry | undefined {
    return this.#slots[index - this.#first]?.entry
  }

  entries(from = this.#first): readonly Entry[] {
    return this.#slots.slice(Math.max(0, from - this.#first)).map((slot) => slot.entry)
  }

  /** `entries[0]` must be the one after `last`. */
  append(entries: readonly Entry[], asOf?: number): void {
    if (entries.length > 0 && entries[0]!.index !== this.last + 1) throw holeIn(this, entries[0]!)
    for (const entry of entries) this.#slots.push(slotOf(entry, asOf))
  }

  /** The last of `entries` must be the one before `first`. */
  prepend(entries: readonly Entry[], asOf: number): void {
    const newest = entries.at(-1)
    if (newest === undefined) return
    if (newest.index !== this.#first - 1) throw holeIn(this, newest)
    this.#slots = [...entries.map((entry) => slotOf(entry, asOf)), ...this.#slots]
    this.#first -= entries.length
  }

  /** Applies a change to its target if that is here and does not include it. */
  change(change: Change): boolean {
    const slot = this.#slots[change.target - this.#first]
    if (slot === undefined || slot.asOf >= change.index || slot.entry.kind !== 'post') return false
    const changed = changedPost(slot.entry, change)
    if (changed === slot.entry) return false
    slot.entry = changed
    return true
  }

  /**
   * Of an encrypted room, where changes become known in any order: makes the post what it is after
   * all of `changesOf` it. True when it is another than before.
   */
  fold(index: number, changesOf: (post: Post) => readonly Change[]): boolean {
    const slot = this.#slots[index - this.#first]
    if (slot === undefined || slot.entry.kind !== 'post') return false
    slot.raw ??= slot.entry
    const folded = changesOf(slot.raw).reduce(
      (post, change) => (isOverReactions(post, change) ? post : changedPost(post, change)),
      slot.raw,
    )
    if (folded === slot.entry) return false
    slot.entry = folded
    return true
  }

  /** Puts another entry in the place of the one with its index. */
  replace(entry: Entry): boolean {
    const slot = this.#slots[entry.index - this.#first]
    if (slot === undefined) return false
    this.#slots[entry.index - this.#first] = slotOf(entry, slot.asOf)
    return true
  }

  /** What was sealed by this person is from whom one has verified, or not any more. */
  markVerified(by: string, isVerified: boolean): readonly number[] {
    const marked: number[] = []
    for (const slot of this.#slots) {
      const { entry, raw } = slot
      if (entry.by !== by || entry.isSealed !== true || entry.isVerified === isVerified) continue
      slot.entry = { ...entry, isVerified }
      if (raw !== undefined) slot.raw = { ...raw, isVerified }
      marked.push(entry.index)
    }
    return marked
  }

  dropOldest(count: number): void {
    this.#first += this.#slots.splice(0, count).length
  }

  dropNewest(count: number): void {
    this.#slots.splice(Math.max(0, this.#slots.length - count))
  }

  /** Takes over all of `newer` that this run does not hold; they must touch or overlap. */
  joinNewer(newer: EntryRun): void {
    if (newer.#first > this.last + 1) throw holeIn(this, newer.#slots[0]!.entry)
    const more = newer.#slots.slice(this.last + 1 - newer.#first)
    this.#slots = [...this.#slots, ...more.map((slot) => ({ ...slot }))]
  }
}

export function isChange(entry: Entry): entry is Change {
  return entry.kind === 'edit' || entry.kind === 'delete' || entry.kind === 'react'
}

/** Dense and in order: `entries[n].index` is `from + n`. */
export function isDense(entries: readonly Entry[]): boolean {
  return entries.every((entry, at) => entry.index === entries[0]!.index + at)
}

/** The same post object when nothing changed. */
function changedPost(post: Post, change: Change): Post {
  if (post.deletedBy !== undefined) return post
  switch (change.kind) {
    case 'edit':
      // No message may be empty: this is the edit of one that was deleted since.
      if (change.text === '') return post
      return { ...post, text: change.text, editedAt: change.at }
    case 'delete':
      return withoutContent({ ...post, deletedBy: change.by })
    case 'react': {
      const reactions = toggled(post.reactions ?? [], change)
      return withReactions(post, reactions)
    }
  }
}

function isOverReactions(post: Post, change: Change): boolean {
  if (change.kind !== 'react' || !change.on) return false
  const known = post.reactions?.find(({ emoji }) => emoji === change.emoji)
  if (known === undefined) return (post.reactions?.length ?? 0) >= limits.reactionsPerMessageMax
  return known.users.length >= limits.peoplePerReactionMax
}

function toggled(
  reactions: readonly Reaction[],
  { emoji, by, on }: { emoji: string; by: string; on: boolean },
): readonly Reaction[] {
  const others = reactions.filter((reaction) => reaction.emoji !== emoji)
  const users = reactions.find((reaction) => reaction.emoji === emoji)?.users ?? []
  const left = users.filter((user) => user !== by)
  return [...others, { emoji, users: on ? [...left, by] : left }]
}

function slotOf(entry: Entry, asOf = entry.index): Slot {
  return { entry: entry.kind === 'post' ? canonical(entry) : entry, asOf }
}

/** One form for one state, however it came about: what is shown must not depend on the way. */
function canonical(post: Post): Post {
  if (post.deletedBy !== undefined) return withoutContent(post)
  return post.reactions === undefined ? post : withReactions(post, post.reactions)
}

function withoutContent(post: Post): Post {
  const { editedAt: _, reactions: __, ...rest } = post
  return { ...rest, text: '' }
}

function withReactions(post: Post, reactions: readonly Reaction[]): Post {
  const { reactions: _, ...rest } = post
  const sorted = reactions
    .filter(({ users }) => users.length > 0)
    .map(({ emoji, users }) => ({ emoji, users: [...users].sort(byText) }))
    .sort((a, b) => byText(a.emoji, b.emoji))
  return sorted.length === 0 ? rest : { ...rest, reactions: sorted }
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function holeIn(run: EntryRun, entry: Entry): Error {
  return new Error(`entry ${entry.index} leaves a hole beside ${run.first}–${run.last}`)
}

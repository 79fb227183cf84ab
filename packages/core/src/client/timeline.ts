/**
 * One room's entries as far as this client holds them. `live` is the dense run that ends at the
 * newest entry known; `synced` is its last index, and the next one needed is one more (less: known
 * already, more: a hole). A `past` is a run apart from it, while the person looks at a piece of the
 * past; it joins `live` when they meet. Tabs that share a client look by themselves: each has a
 * view, and each view a past of its own.
 *
 * Invariant: every change up to `synced` is applied to every post held. A page of history tells the
 * head as of which its posts are; where that is behind `synced`, the changes between are applied
 * from `live`, and where `live` does not hold them the page is stale and asked for again.
 *
 * Of an encrypted room pages hold what was written, not how it is now. There a ledger remembers
 * every change that was seen, and each post held is folded from it.
 */
import type { Entry } from '@starling/protocol/entry'
import { type Change, EntryRun, isChange, isDense, type Post } from './entry-run.ts'
import type { ChangeLedger } from './private/change-ledger.ts'

/** Of a client that is shown in one place. */
export const onlyView = ''

export interface TimelineBounds {
  /** Entries held of each run; the far end is let go. */
  readonly entriesMax: number
}

export interface Page {
  readonly entries: readonly Entry[]
  readonly head: number
}

/** `stale`: ask again. */
export type Inserted = 'taken' | 'stale'

export class Timeline {
  readonly #bounds: TimelineBounds
  #live: EntryRun
  readonly #pasts = new Map<string, EntryRun>()
  /** Before this index history had nothing. */
  #start = 1
  /** Changed since they were last stored. */
  readonly #unstored = new Set<number>()
  readonly #ledger: ChangeLedger | undefined

  /** With a `ledger` when the room is encrypted. */
  constructor(after: number, bounds: TimelineBounds, ledger?: ChangeLedger) {
    this.#bounds = bounds
    this.#ledger = ledger
    this.#live = new EntryRun(after + 1)
  }

  /** Everything up to here was received, or skipped by a reset. */
  get synced(): number {
    return this.#live.last
  }

  get live(): EntryRun {
    return this.#live
  }

  /** The run that is shown. */
  get shown(): EntryRun {
    return this.shownIn(onlyView)
  }

  get isApart(): boolean {
    return this.isApartIn(onlyView)
  }

  get hasOlder(): boolean {
    return this.hasOlderIn(onlyView)
  }

  shownIn(view: string): EntryRun {
    return this.#pasts.get(view) ?? this.#live
  }

  isApartIn(view: string): boolean {
    return this.#pasts.has(view)
  }

  hasOlderIn(view: string): boolean {
    const { first } = this.shownIn(view)
    return first > 1 && first !== this.#start
  }

  /** The views that show a piece of the past. */
  get viewsApart(): readonly string[] {
    return [...this.#pasts.keys()]
  }

  /**
   * Live entries in order. Returns those that are new, and whether one is missing before the rest.
   */
  append(entries: readonly Entry[]): {
    readonly fresh: readonly Entry[]
    readonly isHole: boolean
  } {
    const fresh = entries.filter((entry) => entry.index > this.synced)
    const isHole = fresh.length > 0 && (fresh[0]!.index !== this.synced + 1 || !isDense(fresh))
    if (isHole) return { fresh: [], isHole }
    for (const entry of fresh) {
      this.#live.append([entry])
      this.#unstored.add(entry.index)
      if (isChange(entry)) this.#change(entry)
    }
    const over = this.#live.length - this.#bounds.entriesMax
    if (over > 0) {
      this.#live.dropOldest(over + Math.floor(this.#bounds.entriesMax / 5))
    }
    return { fresh, isHole: false }
  }

  /**
   * An entry that was received already, and yet is another one than that held, or newer than all of
   * them: the server lost the room and began anew.
   */
  contradicts(entry: Entry): boolean {
    if (entry.index > this.synced || this.#live.length === 0) return false
    const held = this.#live.at(entry.index)
    if (held !== undefined) return held.at !== entry.at || held.by !== entry.by
    return entry.at > this.#live.at(this.synced)!.at
  }

  /** Forgets everything; `head` counts as received. */
  reset(head: number): void {
    this.#live = new EntryRun(head + 1)
    this.#pasts.clear()
    this.#start = 1
    this.#unstored.clear()
  }

  /** A page of history that ends before the first entry shown. */
  insertOlder(page: Page, view = onlyView): Inserted {
    const run = this.shownIn(view)
    if (page.entries.length === 0) {
      if (page.head < run.first - 1) return 'stale'
      this.#start = run.first
      return 'taken'
    }
    if (!isDense(page.entries) || page.entries.at(-1)!.index !== run.first - 1) return 'stale'
    if (!this.#covers(page.head)) return 'stale'
    run.prepend(page.entries, page.head)
    this.#catchUp(run, page)
    if (run === this.#live) {
      for (const entry of page.entries) this.#unstored.add(entry.index)
    }
    if (run.length > this.#bounds.entriesMax) this.#letNewestGo(run, view)
    return 'taken'
  }

  /** In a piece of the past: the page after the last entry shown. */
  insertNewer(page: Page, view = onlyView): Inserted {
    const past = this.#pasts.get(view)
    if (past === undefined) return 'taken'
    const entries = page.entries.filter((entry) => entry.index > past.last)
    if (entries.length === 0 || !isDense(entries) || entries[0]!.index !== past.last + 1) {
      return 'stale'
    }
    if (!this.#covers(page.head)) return 'stale'
    const needed = entries.filter((entry) => entry.index < this.#live.first)
    past.append(needed, page.head)
    this.#catchUp(past, page)
    this.#joinIfMet(past, view)
    const shown = this.shownIn(view)
    const over = shown.length - this.#bounds.entriesMax
    if (over > 0) shown.dropOldest(over)
    return 'taken'
  }

  /** The page around an index that was asked for; it is shown from now on. */
  insertAround(page: Page, view = onlyView): Inserted {
    const [oldest] = page.entries
    if (oldest === undefined || !isDense(page.entries) || !this.#covers(page.head)) return 'stale'
    const past = new EntryRun(oldest.index)
    past.append(
      page.entries.filter((entry) => entry.index <= this.synced),
      page.head,
    )
    this.#pasts.set(view, past)
    this.#catchUp(past, page)
    this.#joinIfMet(past, view)
    const shown = this.shownIn(view)
    if (shown.length > this.#bounds.entriesMax) this.#letNewestGo(shown, view)
    return 'taken'
  }

  /** Leaves the piece of the past. */
  showNewest(view = onlyView): void {
    this.#pasts.delete(view)
  }

  /** Entries changed since the last call, among the newest `count`. */
  takeUnstored(count: number): readonly Entry[] {
    const indexes = [...this.#unstored].sort((a, b) => a - b)
    this.#unstored.clear()
    const entries = indexes.filter((index) => index > this.synced - count)
    return entries.flatMap((index) => this.#live.at(index) ?? [])
  }

  /** In their places, what could not be read before. */
  replace(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (this.#live.replace(entry)) this.#unstored.add(entry.index)
      for (const past of this.#pasts.values()) past.replace(entry)
      if (isChange(entry)) this.#change(entry)
      else if (entry.kind === 'post') this.#fold(entry.index)
    }
  }

  /** Folds these messages anew: what counts of their changes is judged otherwise now. */
  refold(indexes: readonly number[]): void {
    for (const index of indexes) this.#fold(index)
  }

  /** Which messages of this person are marked as verified. */
  markVerified(by: string, isVerified: boolean): void {
    for (const index of this.#live.markVerified(by, isVerified)) this.#unstored.add(index)
    for (const past of this.#pasts.values()) past.markVerified(by, isVerified)
  }

  /** What was sealed and not opened, newest first. */
  unopened(): readonly Entry[] {
    const found = new Map<number, Entry>()
    for (const run of [this.#live, ...this.#pasts.values()]) {
      for (const entry of run.entries()) if (isUnopened(entry)) found.set(entry.index, entry)
    }
    return [...found.values()].sort((a, b) => b.index - a.index)
  }

  /** Are all changes between `head` and the newest at hand? */
  #covers(head: number): boolean {
    if (this.#ledger !== undefined) return true
    return head >= this.synced || this.#live.first <= head + 1
  }

  #catchUp(run: EntryRun, { entries, head }: Page): void {
    if (this.#ledger !== undefined) {
      for (const entry of entries) if (isChange(entry)) this.#change(entry)
      for (const entry of entries) run.fold(entry.index, this.#changesOf)
      return
    }
    for (let index = Math.max(head + 1, this.#live.first); index <= this.synced; index += 1) {
      const entry = this.#live.at(index)
      if (entry !== undefined && isChange(entry)) run.change(entry)
    }
  }

  readonly #changesOf = (post: Post) => this.#ledger?.of(post) ?? []

  #fold(index: number): void {
    if (this.#live.fold(index, this.#changesOf)) this.#unstored.add(index)
    for (const past of this.#pasts.values()) past.fold(index, this.#changesOf)
  }

  #change(change: Change): void {
    if (this.#ledger !== undefined) {
      if (this.#ledger.note(change)) this.#fold(change.target)
      return
    }
    if (this.#live.change(change)) this.#unstored.add(change.target)
    for (const past of this.#pasts.values()) past.change(change)
  }

  #joinIfMet(past: EntryRun, view: string): void {
    if (past.last + 1 < this.#live.first) return
    if (past.first < this.#live.first) {
      past.joinNewer(this.#live)
      this.#live = past
    }
    this.#pasts.delete(view)
  }

  /** Reading back so far that not all can be held: the old end is kept as a piece of the past. */
  #letNewestGo(run: EntryRun, view: string): void {
    const kept = Math.floor((this.#bounds.entriesMax * 4) / 5)
    if (run === this.#live) {
      const live = new EntryRun(run.last - (this.#bounds.entriesMax - kept) + 1)
      live.joinNewer(run)
      this.#live = live
      this.#pasts.set(view, run)
    }
    run.dropNewest(run.length - kept)
  }
}

function isUnopened(entry: Entry): boolean {
  return entry.kind === 'unreadable' || (entry.kind === 'sealed' && entry.isSealed !== true)
}

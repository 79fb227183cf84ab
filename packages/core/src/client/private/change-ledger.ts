/**
 * What is known of the changes to the messages of one encrypted room. The servers do not fold them
 * into history, and they may become known in any order (a page read later, keys that come later),
 * so each message is folded anew from how it was written and all changes known of it, in their
 * order. Which of them count is judged here: an edit of its author, a deletion of its author or of
 * who had the rank. Any other is kept and applied nowhere.
 */
import { limits } from '@starling/protocol/limits'
import type { Change, Post } from '../entry-run.ts'
import { Ranks } from './ranks.ts'

/** Changes remembered of one room; above it those of the message noted first are forgotten. */
const changesMax = 20_000

export class ChangeLedger {
  readonly ranks = new Ranks()
  readonly #changes = new Map<number, readonly Change[]>()
  readonly #undecided = new Set<number>()
  #count = 0

  /** False when it was known, or can be of no message. */
  note(change: Change): boolean {
    const { target, index } = change
    if (target >= index) return false
    const known = this.#changes.get(target) ?? []
    if (known.some((other) => other.index === index)) return false
    this.#changes.set(
      target,
      [...known, change].sort((a, b) => a.index - b.index),
    )
    this.#count += 1
    while (this.#count > changesMax) this.#forgetFirst()
    return true
  }

  /** Those that count, in order. */
  of(post: Post): readonly Change[] {
    const known = this.#changes.get(post.index)
    return known === undefined ? [] : known.filter((change) => this.#counts(change, post))
  }

  /** Messages whose deletion waited for the list of members. */
  takeUndecided(): readonly number[] {
    const targets = [...this.#undecided]
    this.#undecided.clear()
    return targets
  }

  #counts(change: Change, post: Post): boolean {
    if (change.kind === 'react') return change.emoji.length <= limits.reactionBytesMax
    if (change.by === post.by) return true
    if (change.kind === 'edit') return false
    if (this.ranks.mayDeleteOthers(change.by, change.index)) return true
    if (this.ranks.isWanted) this.#undecided.add(post.index)
    return false
  }

  #forgetFirst(): void {
    const first = this.#changes.entries().next().value
    if (first === undefined) return
    this.#changes.delete(first[0])
    this.#count -= first[1].length
  }
}

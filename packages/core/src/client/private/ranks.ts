/**
 * Who might delete others' messages, and when. For plain rooms the servers know; what is sealed
 * they cannot read, so whoever opens a deletion judges it: by the changes of rank that were seen,
 * and where those do not reach, by the ranks that members have now.
 */
import type { Entry } from '@starling/protocol/entry'
import type { Role } from '@starling/protocol/operation'

interface Given {
  readonly index: number
  readonly role: Role
}

export class Ranks {
  /** By person, in order of index. */
  readonly #given = new Map<string, readonly Given[]>()
  #now: ReadonlyMap<string, Role> | undefined
  #isWanted = false

  /** Something was asked that only the list of members can answer. */
  get isWanted(): boolean {
    return this.#isWanted && this.#now === undefined
  }

  note(entry: Entry): void {
    if (entry.kind === 'create') this.#give(entry.by, { index: entry.index, role: 'owner' })
    if (entry.kind === 'role') this.#give(entry.user, { index: entry.index, role: entry.role })
  }

  /** As the members stand now. */
  stand(members: readonly { readonly user: string; readonly role: Role }[]): void {
    this.#now = new Map(members.map(({ user, role }) => [user, role]))
  }

  mayDeleteOthers(user: string, index: number): boolean {
    const given = this.#given.get(user) ?? []
    const before = given.findLast((one) => one.index < index)
    if (before !== undefined) return before.role !== 'member'
    const after = given.find((one) => one.index > index)
    // Who is made a plain member later had a rank until then.
    if (after?.role === 'member') return true
    if (this.#now === undefined) this.#isWanted = true
    return (this.#now?.get(user) ?? 'member') !== 'member'
  }

  #give(user: string, given: Given): void {
    const others = (this.#given.get(user) ?? []).filter(({ index }) => index !== given.index)
    this.#given.set(
      user,
      [...others, given].sort((a, b) => a.index - b.index),
    )
  }
}

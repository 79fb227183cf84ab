/** The client lists of all front-ends, as each last told it. They are what presence is made of. */
import type { ClientInfo } from '../link/up.ts'
import type { Now } from '../now.ts'
import type { LinkId } from './backend-io.ts'
import type { Presence } from './presence.ts'

export class ClientLists {
  readonly #presence: Presence
  readonly #byLink = new Map<LinkId, Map<string, ClientInfo>>()
  #size = 0

  constructor(presence: Presence) {
    this.#presence = presence
  }

  /** Sessions of all front-ends. */
  get size(): number {
    return this.#size
  }

  change(
    now: Now,
    link: LinkId,
    change: { all: boolean; added: readonly ClientInfo[]; removed: readonly string[] },
  ): void {
    const before = this.#byLink.get(link) ?? new Map<string, ClientInfo>()
    const list = change.all ? new Map<string, ClientInfo>() : before
    this.#byLink.set(link, list)
    for (const client of change.added) {
      // The new one first: a person whose session only changed never goes offline between.
      this.#presence.add(client)
      const old = before.get(client.session)
      if (old !== undefined) this.#remove(now, before, old)
      list.set(client.session, client)
      this.#size += 1
    }
    const gone = change.all ? [...before.values()] : change.removed.map((s) => before.get(s))
    for (const client of gone) if (client !== undefined) this.#remove(now, before, client)
  }

  closeLink(now: Now, link: LinkId): void {
    this.change(now, link, { all: true, added: [], removed: [] })
    this.#byLink.delete(link)
  }

  #remove(now: Now, list: Map<string, ClientInfo>, client: ClientInfo): void {
    list.delete(client.session)
    this.#presence.remove(now, client)
    this.#size -= 1
  }
}

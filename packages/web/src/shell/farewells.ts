/**
 * Rooms that one was taken out of. A room that is gone from the snapshot was left, or one was
 * kicked or banned; the newest entries of one's self room tell which, and by whom. Where one looks
 * at it a sentence takes its place, elsewhere it is told in passing. Rooms that one left say
 * nothing.
 */
import type { ClientSnapshot, RoomSnapshot, StarlingClient } from '@starling/client/api'
import type { Farewell } from '../model/ui-state.ts'

const entriesMax = 50

export interface FarewellHost {
  readonly client: StarlingClient
  readonly tell: (farewell: Farewell) => void
}

export class Farewells {
  readonly #host: FarewellHost
  #before: Pick<ClientSnapshot, 'me' | 'rooms'>

  constructor(host: FarewellHost) {
    this.#host = host
    this.#before = host.client.snapshot()
    host.client.subscribe(() => this.#changed())
  }

  #changed(): void {
    const { me, rooms, connection } = this.#host.client.snapshot()
    if (connection.kind !== 'online' || rooms === this.#before.rooms) return
    const before = this.#before
    this.#before = { me, rooms }
    if (me === undefined || me.user !== before.me?.user) return
    const here = new Set(rooms.map(({ room }) => room))
    const gone = before.rooms.filter(({ room }) => !here.has(room))
    if (gone.length > 0) void this.#explain(me.user, gone)
  }

  async #explain(self: string, gone: readonly RoomSnapshot[]): Promise<void> {
    const page = await this.#host.client.history(self, { limit: entriesMax })
    if (!page.ok) return
    for (const { room, title, kind } of gone) {
      const last = page.value.findLast((one) => one.kind === 'room-removed' && one.room === room)
      if (last?.kind !== 'room-removed' || last.why === 'left') continue
      const canJoin = kind === 'public' && last.why === 'kicked'
      this.#host.tell({ room, title, why: last.why, byName: last.name, canJoin })
    }
  }
}

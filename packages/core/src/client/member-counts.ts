/**
 * Rooms that were entered while online, and bans, leave it open how many members there are, what
 * one's own role is and, in a direct conversation, what the other is called. So they are read.
 */
import type { Member } from '@starling/protocol/down'
import { limits } from '@starling/protocol/limits'
import type { Now } from '../now.ts'
import type { Asks } from './asks.ts'
import type { RoomState } from './room-state.ts'

const pagesMax = Math.ceil(limits.roomMembersMax / limits.membersPageMax)

export interface MemberCountsHost {
  readonly asks: Asks
  readonly isKnown: (room: RoomState) => boolean
  readonly touch: (room: string) => void
}

export class MemberCounts {
  readonly #host: MemberCountsHost
  readonly #counting = new Set<RoomState>()

  constructor(host: MemberCountsHost) {
    this.#host = host
  }

  count(now: Now, room: RoomState, me: string): void {
    if (this.#counting.has(room)) return
    this.#counting.add(room)
    this.#page(now, { room, me, before: [], pages: 1 })
  }

  #page(
    now: Now,
    so: { room: RoomState; me: string; before: readonly Member[]; pages: number },
  ): void {
    const { room, me, before, pages } = so
    const after = before.at(-1)?.user
    const question = { t: 'members', room: room.room, ...(after === undefined ? {} : { after }) }
    this.#host.asks.ask(now, question as { t: 'members'; room: string }, (at, result) => {
      const answer = result.ok && result.answer.kind === 'members' ? result.answer : undefined
      const members = [...before, ...(answer?.members ?? [])]
      if (answer?.more && pages < pagesMax) {
        this.#page(at, { room, me, before: members, pages: pages + 1 })
        return
      }
      this.#counting.delete(room)
      if (answer === undefined || !this.#host.isKnown(room)) return
      room.counted(members, me)
      this.#host.touch(room.room)
    })
  }
}

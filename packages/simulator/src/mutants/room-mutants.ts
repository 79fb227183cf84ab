/** Rules of the deterministic state machine, removed. */
import type { Mutant } from './mutant.ts'

const sends = 'core/src/room/sends.ts'
const turn = 'core/src/room/turn.ts'
const accounts = 'core/src/room/accounts.ts'

export const roomMutants: readonly Mutant[] = [
  {
    name: 'dedupe',
    without: 'A number that was applied is not applied again.',
    patches: [
      {
        file: sends,
        find: 'if (send.number <= outbox.last) return firstOutcome(turn.store, outbox, send)',
        replace: '',
      },
    ],
  },
  {
    name: 'gap-check',
    without: 'A number beyond the next is refused as out of turn.',
    patches: [
      {
        file: sends,
        find: "if (send.number > outbox.last + 1) return refused('out-of-turn')",
        replace: '',
      },
    ],
  },
  {
    name: 'refusal-consumes-number',
    without: 'A refusal consumes the number of its send.',
    patches: [
      {
        file: sends,
        find: 'turn.store.putOutbox(consumed',
        replace: 'if (outcome.ok) turn.store.putOutbox(consumed',
      },
    ],
  },
  {
    name: 'repeat-hears-first-answer',
    without: 'A repeat of a refused send hears the same refusal.',
    patches: [
      {
        file: sends,
        find: "return refused(refusal?.code ?? 'forgotten')",
        replace: 'return { ok: true, index: 1, at: 0 }',
      },
    ],
  },
  {
    name: 'index-density',
    without: "A room's entries count without a hole.",
    patches: [
      { file: turn, find: 'const index = row.head + 1', replace: 'const index = row.head + 2' },
    ],
  },
  {
    name: 'monotonic-times',
    without: "A room's times never go back, whatever the clocks say.",
    patches: [{ file: turn, find: 'Math.max(this.#at, room.lastAt)', replace: 'this.#at' }],
  },
  {
    name: 'revoked-for-ever',
    without: 'A late login does not bring a revoked device back.',
    patches: [
      {
        file: accounts,
        find: "if (store.isBanned(user, device)) return refused('bad-token')",
        replace: '',
      },
    ],
  },
]

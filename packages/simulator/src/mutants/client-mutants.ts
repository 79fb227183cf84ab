/** Rules of the client node, removed. */
import type { Mutant } from './mutant.ts'

const lane = 'core/src/client/outbox-lane.ts'
const outbox = 'core/src/client/outbox.ts'
const run = 'core/src/client/entry-run.ts'
const asks = 'core/src/client/asks.ts'

export const clientMutants: readonly Mutant[] = [
  {
    name: 'outbox-restored',
    without: 'What an earlier run left unsent is sent by the next.',
    patches: [{ file: outbox, find: '    this.#take(restored.items)\n', replace: '' }],
  },
  {
    name: 'resend-after-reconnect',
    without: 'What was on the wire of a lost connection is sent again.',
    patches: [
      {
        file: lane,
        find: '  reconnected(): void {\n    this.#onWire.clear()\n',
        replace: '  reconnected(): void {\n',
      },
    ],
  },
  {
    name: 'go-back',
    without: 'A send that is refused for now is sent again.',
    patches: [{ file: outbox, find: "if (frame.retry === 'never') {", replace: 'if (true) {' }],
  },
  {
    name: 'outbox-window',
    without: 'No more sends of an outbox are on the wire than the window.',
    patches: [
      {
        file: lane,
        find: 'Math.min(this.#window, end < 0 ? this.#window : Math.max(1, end))',
        replace: 'end < 0 ? this.#items.length : Math.max(1, end)',
      },
    ],
  },
  {
    name: 'numbers-restored',
    without: 'The numbers of an outbox go on where an earlier run left them.',
    patches: [
      {
        file: outbox,
        find: 'for (const stored of restored.outboxes) this.#stored.set(stored.room, stored)',
        replace: `for (const stored of restored.outboxes) {
      this.#stored.set(stored.room, { ...stored, next: 1 })
    }`,
      },
    ],
  },
  {
    name: 'changes-by-age',
    without: 'A change is applied only to what does not include it yet.',
    patches: [
      { file: run, find: 'slot.asOf >= change.index ||', replace: 'slot.asOf < change.index ||' },
    ],
  },
  {
    name: 'asks-survive-reconnect',
    without: 'A question unanswered on a lost connection is asked again.',
    patches: [
      {
        file: asks,
        find: '      this.#offWire(waiting)\n      waiting.notBeforeMs = 0\n',
        replace: '      waiting.notBeforeMs = 0\n',
      },
    ],
  },
]

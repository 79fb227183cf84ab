/** Rules of the client node, removed. */
import type { Mutant } from './mutant.ts'

const lane = 'core/src/client/outbox-lane.ts'
const outbox = 'core/src/client/outbox.ts'
const timeline = 'core/src/client/timeline.ts'
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
    patches: [{ file: lane, find: 'this.#items.slice(0, this.#window)', replace: 'this.#items' }],
  },
  {
    name: 'client-overlap',
    without: 'Entries that the client holds already are passed over.',
    patches: [
      {
        file: timeline,
        find: 'entries.filter((entry) => entry.index > this.synced)',
        replace: 'entries',
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

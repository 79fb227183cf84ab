/** Rules of the backend node, removed. */
import type { Mutant } from './mutant.ts'

const node = 'core/src/backend/backend-node.ts'
const queue = 'core/src/backend/append-queue.ts'
const feeds = 'core/src/backend/room-feeds.ts'
const declaration = 'core/src/backend/settings-declaration.ts'

export const backendMutants: readonly Mutant[] = [
  {
    name: 'answer-after-apply',
    without: 'A send is answered when its record is applied, not when the append is acknowledged.',
    patches: [
      {
        file: queue,
        find: `  acknowledged(recordId: string): void {
    this.#unacknowledged.delete(recordId)`,
        replace: `  acknowledged(recordId: string): void {
    this.#unacknowledged.delete(recordId)
    const batch = this.#inFlight.get(recordId) ?? []
    this.#inFlight.delete(recordId)
    const now = { ms: 0, wallMs: 0 }
    for (const item of batch) this.#settle(item, { ok: true, index: 1, at: 0 }, now)`,
      },
    ],
  },
  {
    name: 'answer-after-append',
    without: 'A send is answered only after the log holds it.',
    patches: [
      {
        file: queue,
        find: 'this.#inFlight.set(id, batch)',
        replace: `this.#inFlight.set(id, [])
      for (const item of batch) this.#settle(item, { ok: true, index: 1, at: 0 }, now)`,
      },
    ],
  },
  {
    name: 'failed-append-is-no-ack',
    without: 'An append whose fate is unknown is not taken for a success.',
    patches: [
      {
        file: queue,
        find: 'for (const item of batch) this.#settle(item, unavailable, now)',
        replace: `for (const item of batch) {
      this.#settle(item, { ok: true, index: 1, at: 0 }, now)
    }`,
      },
    ],
  },
  {
    name: 'position-wait',
    without: 'A read waits until the state has reached the position that it demands.',
    patches: [
      { file: node, find: 'if (request.after > this.#store.position) {', replace: 'if (false) {' },
    ],
  },
  {
    name: 'requests-bounded',
    without: 'A backend refuses requests above its limit.',
    patches: [
      {
        file: node,
        find: 'if (isFull && (after > this.#store.position || !isReading(body))) {',
        replace: 'if (false) {',
      },
    ],
  },
  {
    name: 'records-bounded',
    without: 'A record holds no more operations than its limit.',
    patches: [{ file: queue, find: 'length >= opsPerRecordMax ||', replace: 'false ||' }],
  },
  {
    name: 'foreign-entry-behind-own',
    without: 'An entry of another process behind an own one of the same turn is fed too.',
    patches: [
      {
        file: feeds,
        find: 'if (known === undefined || entries.length === 0)',
        replace: 'if (known === undefined)',
      },
    ],
  },
  {
    name: 'settings-by-the-log',
    without: 'What a configuration says holds for all replicas from one record on.',
    patches: [
      {
        file: declaration,
        find: 'else if (this.differing.length > 0) this.#put(then)',
        replace: `else if (this.differing.length > 0) {
        const { store, settings } = this.#options
        store.transact(store.position, () => store.putSettings(settings))
        this.#state = 'done'
      }`,
      },
    ],
  },
]

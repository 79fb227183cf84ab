/**
 * The storage of a profile in a browser. Several tabs may use one profile: each holds a slot of its
 * own, 1, 2, 3 …, the first that nobody holds, by a Web Lock, which the browser takes from a tab that
 * is closed or crashes. A tab that is reloaded takes its slot again. Slots that nobody holds and in
 * which something waits are orphans; their items are moved into one's own slot in one transaction.
 *
 * Only what must be durable is written at once; the rest is gathered, and written when the page goes.
 */
import type { OutboxItem } from '@starling/core/client/client-io'
import { BrowserDatabase } from './browser-database.ts'
import type { ClientStorage, Identity, Restored, StoredChange } from './storage.ts'

const slotsMax = 64
const gatherMs = 250
const gatheredMax = 1_000
/** A page that is being reloaded lets its slot go within this. */
const reloadMsMax = 1_000

interface Held {
  readonly database: BrowserDatabase
  readonly slot: number
  /** Settles when another tab can have it. */
  readonly release: () => Promise<void>
}

/** Give it to `connect`, or give `connect` the name of the profile. */
export function openIndexedDbStorage(profile: string): ClientStorage {
  return new IndexedDbStorage(`starling:${profile}`)
}

class IndexedDbStorage implements ClientStorage {
  readonly #name: string
  #held: Held | undefined
  #gathered: StoredChange[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  #writes: Promise<void> = Promise.resolve()
  #failure: { readonly error: unknown } | undefined

  constructor(name: string) {
    this.#name = name
  }

  /** @throws Error with the remedy when the browser cannot keep anything for this page. */
  async open(): Promise<Restored> {
    if (!isSecureContext) {
      throw new Error('a browser keeps things only for pages that come by https or from localhost')
    }
    const database = await BrowserDatabase.open(this.#name)
    try {
      this.#held = { database, ...(await takeSlot(this.#name)) }
    } catch (error) {
      database.close()
      throw error
    }
    addEventListener('pagehide', this.#goes)
    return database.read(this.#held.slot)
  }

  write(changes: readonly StoredChange[]): Promise<void> | void {
    if (this.#held === undefined) return
    this.#gathered.push(...changes)
    const isUrgent = changes.some((change) => change.kind === 'store-items')
    if (isUrgent || this.#gathered.length >= gatheredMax || this.#failure !== undefined) {
      return this.#flush()
    }
    this.#timer ??= setTimeout(this.#goes, gatherMs)
  }

  async saveIdentity(identity: Identity): Promise<void> {
    await this.#held?.database.saveIdentity(identity)
  }

  async adoptOrphans(): Promise<readonly OutboxItem[]> {
    const held = this.#held
    if (held === undefined) return []
    // Who one is may be among what was gathered.
    await this.#flush()
    const others = (await held.database.slotsWithItems()).filter((slot) => slot !== held.slot)
    const adopted = await Promise.all(others.map((slot) => this.#adopt(held, slot)))
    return adopted.flat()
  }

  async close(): Promise<void> {
    const held = this.#held
    if (held === undefined) return
    try {
      await this.#flush()
      await this.#writes
    } finally {
      this.#held = undefined
      removeEventListener('pagehide', this.#goes)
      held.database.close()
      await held.release()
    }
  }

  #adopt({ database, slot: own }: Held, slot: number): Promise<readonly OutboxItem[]> {
    return navigator.locks.request(lockName(this.#name, slot), { ifAvailable: true }, (lock) =>
      lock === null || this.#held === undefined ? [] : database.moveItems(slot, own),
    )
  }

  /** Nobody waits for this write; its failure is told with the next one. */
  readonly #goes = (): void => {
    this.#flush().catch((error: unknown) => {
      this.#failure = { error }
    })
  }

  async #flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const changes = this.#gathered
    this.#gathered = []
    const failure = this.#failure
    this.#failure = undefined
    if (changes.length > 0 && this.#held !== undefined) {
      const written = this.#held.database.write(this.#held.slot, changes)
      this.#writes = Promise.allSettled([this.#writes, written]).then(() => {})
      await written
    }
    if (failure !== undefined) throw failure.error
  }
}

async function takeSlot(name: string): Promise<Omit<Held, 'database'>> {
  const before = Number(sessionStorage.getItem(name) ?? 0)
  if (before > 0) {
    const signal = AbortSignal.timeout(reloadMsMax)
    const again = await take(name, before, { signal })
    if (again !== undefined) return again
  }
  for (let slot = 1; slot <= slotsMax; slot += 1) {
    const taken = await take(name, slot, { ifAvailable: true })
    if (taken === undefined) continue
    sessionStorage.setItem(name, `${slot}`)
    return taken
  }
  throw new Error(`${slotsMax} tabs are open already; close one`)
}

/** Undefined when another tab holds it. */
function take(
  name: string,
  slot: number,
  options: LockOptions,
): Promise<Omit<Held, 'database'> | undefined> {
  return new Promise((resolve, reject) => {
    const holding = navigator.locks.request(lockName(name, slot), options, (lock) => {
      if (lock === null) return resolve(undefined)
      return new Promise<void>((letGo) => {
        resolve({
          slot,
          release: async () => {
            letGo()
            await holding
          },
        })
      })
    })
    holding.catch((error: DOMException) => {
      if (error.name === 'TimeoutError') resolve(undefined)
      else reject(error)
    })
  })
}

function lockName(name: string, slot: number): string {
  return `${name}/${slot}`
}

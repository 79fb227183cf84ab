/**
 * The storage of a profile in a browser. Several tabs may use one profile: each holds a slot of its
 * own, 1, 2, 3 …, the first that nobody holds, by a Web Lock, which the browser takes from a tab
 * that is closed or crashes. A tab that is reloaded takes its slot again. Slots that nobody holds
 * and in which something waits are orphans; their items are moved into one's own slot in one
 * transaction.
 *
 * Only what must be durable is written at once; the rest is gathered, and written when the page
 * goes.
 */
import type { OutboxItem } from '@starling/core/client/client-io'
import { BrowserDatabase, removeDatabase } from './browser-database.ts'
import { heldIdentities } from './device-identity.ts'
import type { ClientStorage, Identity, Restored, StoredChange } from './storage.ts'

const slotsMax = 64
const gatherMs = 250
const gatheredMax = 1_000
/** A page that is being reloaded lets its slot go within this. */
const reloadMsMax = 1_000
/** Another tab that comes in for the first time has made the identity within this. */
const identityMsMax = 2_000

interface Lock {
  /** Settles when another tab can have it. */
  readonly release: () => Promise<void>
}

interface Held extends Lock {
  readonly database: BrowserDatabase
  readonly slot: number
}

/**
 * Give it to `connect`, or give `connect` the name of the profile. `slot`: the one to take if it is
 * free or will be in a moment, for one client that goes from tab to tab.
 */
export function openIndexedDbStorage(profile: string, slot?: number): ClientStorage {
  return new IndexedDbStorage(databaseName(profile), slot)
}

/** Forgets a profile. Settles when it is gone; what still has it open must let it go first. */
export function removeIndexedDbProfile(profile: string): Promise<void> {
  return removeDatabase(databaseName(profile))
}

function databaseName(profile: string): string {
  return `starling:${profile}`
}

class IndexedDbStorage implements ClientStorage {
  readonly #name: string
  readonly #slot: number | undefined
  #held: Held | undefined
  /** Held by the first tab of a profile until it has made the identity, so that there is one. */
  #identityLock: Lock | undefined
  #gathered: StoredChange[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  #writes: Promise<void> = Promise.resolve()
  #failure: { readonly error: unknown } | undefined

  constructor(name: string, slot: number | undefined) {
    this.#name = name
    this.#slot = slot
  }

  /** @throws Error with the remedy when the browser cannot keep anything for this page. */
  async open(): Promise<Restored> {
    if (!isSecureContext) {
      throw new Error('a browser keeps things only for pages that come by https or from localhost')
    }
    const database = await BrowserDatabase.open(this.#name)
    try {
      this.#held = { database, ...(await takeSlot(this.#name, this.#slot)) }
    } catch (error) {
      database.close()
      throw error
    }
    addEventListener('pagehide', this.#goes)
    this.#identityLock = await take(`${this.#name}/identity`, {
      signal: AbortSignal.timeout(identityMsMax),
    })
    const restored = await database.read(this.#held.slot)
    if (heldIdentities(restored).length > 0) await this.#identityMade()
    return restored
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
    await this.#identityMade()
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
      await this.#identityMade()
      await held.release()
    }
  }

  async #identityMade(): Promise<void> {
    const lock = this.#identityLock
    this.#identityLock = undefined
    await lock?.release()
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

async function takeSlot(name: string, wanted: number | undefined): Promise<Omit<Held, 'database'>> {
  // A worker has none and takes the first slot that is free.
  const memory =
    wanted === undefined ? (globalThis.sessionStorage as Storage | undefined) : undefined
  const before = wanted ?? Number(memory?.getItem(name) ?? 0)
  if (before > 0) {
    const lock = await take(lockName(name, before), { signal: AbortSignal.timeout(reloadMsMax) })
    if (lock !== undefined) return { ...lock, slot: before }
  }
  for (let slot = 1; slot <= slotsMax; slot += 1) {
    const lock = await take(lockName(name, slot), { ifAvailable: true })
    if (lock === undefined) continue
    memory?.setItem(name, `${slot}`)
    return { ...lock, slot }
  }
  throw new Error(`${slotsMax} tabs are open already; close one`)
}

/** Undefined when another tab holds it (and will not let it go in time, if there is a signal). */
function take(name: string, options: LockOptions): Promise<Lock | undefined> {
  return new Promise((resolve, reject) => {
    const holding = navigator.locks.request(name, options, (lock) => {
      if (lock === null) return resolve(undefined)
      return new Promise<void>((letGo) => {
        const release = async () => {
          letGo()
          await holding
        }
        resolve({ release })
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

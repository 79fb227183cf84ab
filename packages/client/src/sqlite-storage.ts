/**
 * The storage of a profile in Node. Several processes may use one profile: each holds a file of its
 * own, `outbox-1.sqlite`, `outbox-2.sqlite`, …, the first that nobody holds, and goes on with the
 * outboxes in it. Files that nobody holds and in which something waits are orphans of processes
 * that ended; their items are moved into one's own file under their old numbers. If the move is cut
 * short both files have them, and both may send them: the same numbers stand once.
 *
 * The first process of a new profile holds a lock until it has made the identity, so that several
 * which start at once come in as one.
 *
 * Only what must be durable is written at once; the rest is gathered.
 */
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { OutboxItem } from '@starling/core/client/client-io'
import { OutboxDatabase } from './outbox-database.ts'
import { Profile } from './profile.ts'
import { ProfileLock } from './profile-lock.ts'
import type { ClientStorage, Identity, Restored, StoredChange } from './storage.ts'

const filesMax = 64
/** For a file that another process is just opening, too; one that is held costs so long. */
const openPatienceMs = 25
const identityLockName = 'identity.lock'
const gatherMs = 250
const gatheredMax = 1_000
const filePattern = /^outbox-(\d+)\.sqlite$/

/** @throws Error when the profile's files cannot be used; it says which and what to do. */
export function openSqliteStorage(directory: string): ClientStorage {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  return new SqliteStorage(directory, firstFree(directory))
}

class SqliteStorage implements ClientStorage {
  readonly #directory: string
  readonly #profile: Profile
  readonly #own: OutboxDatabase
  #identityLock: ProfileLock | undefined
  #gathered: StoredChange[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Of a write that nobody waited for; the next one tells it. */
  #failure: { readonly error: unknown } | undefined
  #isClosed = false

  constructor(directory: string, own: OutboxDatabase) {
    this.#directory = directory
    this.#profile = new Profile(directory)
    this.#own = own
  }

  async open(): Promise<Restored> {
    if (this.#hasNobody()) {
      this.#identityLock = await ProfileLock.wait(join(this.#directory, identityLockName))
      if (!this.#hasNobody()) this.#identityMade()
    }
    const { identity, arriving } = this.#profile.read() ?? {}
    const restored = { state: this.#own.read(), identity }
    return arriving === undefined ? restored : { ...restored, arriving }
  }

  write(changes: readonly StoredChange[]): void {
    if (this.#isClosed) return
    this.#gathered.push(...changes)
    const isUrgent = changes.some((change) => change.kind === 'store-items')
    const failure = this.#failure
    this.#failure = undefined
    if (isUrgent || this.#gathered.length >= gatheredMax) this.#flush()
    else this.#timer ??= setTimeout(() => this.#flushLater(), gatherMs).unref()
    if (failure !== undefined) throw failure.error
  }

  async saveIdentity(identity: Identity): Promise<void> {
    try {
      this.#profile.saveIdentity(identity)
    } finally {
      this.#identityMade()
    }
  }

  async adoptOrphans(): Promise<readonly OutboxItem[]> {
    if (this.#isClosed) return []
    // Who one is may be among what was gathered.
    this.#flush()
    return readdirSync(this.#directory)
      .filter((name) => filePattern.test(name))
      .map((name) => join(this.#directory, name))
      .filter((path) => path !== this.#own.path)
      .flatMap((path) => this.#adopt(path))
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#identityMade()
    try {
      this.#flush()
    } finally {
      this.#isClosed = true
      this.#own.close()
    }
  }

  #hasNobody(): boolean {
    const { identity, arriving } = this.#profile.read() ?? {}
    return identity === undefined && arriving === undefined
  }

  #identityMade(): void {
    this.#identityLock?.release()
    this.#identityLock = undefined
  }

  #adopt(path: string): readonly OutboxItem[] {
    const orphan = OutboxDatabase.open(path)
    if (orphan === undefined) return []
    try {
      const { items, me } = orphan.read()
      if (items.length === 0) return []
      const mine = this.#own.read().me
      // While it is not known who comes in here, nobody else's items may go out.
      if (mine === undefined && me !== undefined) return []
      const isMine = me === undefined || me.user === mine?.user
      const adopted = isMine ? items : items.map(refused)
      this.#own.write([{ kind: 'store-items', forget: [], items: adopted, outboxes: [] }])
      orphan.clearItems()
      return adopted
    } finally {
      orphan.close()
    }
  }

  #flushLater(): void {
    try {
      this.#flush()
    } catch (error) {
      this.#failure = { error }
    }
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#gathered.length === 0 || this.#isClosed) return
    const changes = this.#gathered
    this.#gathered = []
    this.#own.write(changes)
  }
}

function firstFree(directory: string): OutboxDatabase {
  for (let number = 1; number <= filesMax; number += 1) {
    const path = join(directory, `outbox-${number}.sqlite`)
    const own = OutboxDatabase.open(path, openPatienceMs)
    if (own !== undefined) return own
  }
  throw new Error(`${filesMax} programs use ${directory} already; close one or use another profile`)
}

/** What another account wrote must not go out in this one's name. */
function refused(item: OutboxItem): OutboxItem {
  return { ...item, refused: { code: 'not-allowed', say: 'Written here by another account.' } }
}

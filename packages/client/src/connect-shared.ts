/**
 * One client for all tabs of a profile: one connection, one outbox, one storage, whichever tab one
 * writes in. It runs in a SharedWorker where the browser has one, else in one of the tabs, which
 * alone load what that takes.
 */
import '@starling/protocol/without-eval'
import { randomId } from '@starling/core/client/random-id'
import type { ClientSnapshot } from '@starling/core/client/snapshot'
import type { Credentials, StarlingClient } from './api.ts'
import type { ConnectOptions } from './connect-options.ts'
import { cryptographicChance } from './cryptographic-chance.ts'
import { NobodyYet } from './nobody-yet.ts'
import { clientOf } from './starling-client.ts'
import type { HostWay } from './tabs/host-way.ts'
import { holdLock, lockPrefix, tabLock } from './tabs/profile-locks.ts'
import { TabClient } from './tabs/tab-client.ts'
import type { SeatPort, TabDown, TabOptions } from './tabs/tab-frames.ts'
import { WorkerWay } from './tabs/worker-way.ts'

export { NobodyYet } from './nobody-yet.ts'

export interface SharedConnectOptions
  extends Pick<ConnectOptions, 'addresses' | 'auth' | 'client' | 'tuning'> {
  /** What is kept, is kept under this name in the browser's IndexedDB, for this origin alone. */
  readonly profile: string
  /**
   * Makes the worker, whose script imports `@starling/client/shared-worker`. Without it, or where a
   * browser has none, a tab leads.
   */
  readonly openWorker?: () => SharedWorker
  /**
   * Makes the worker that has the keys when a tab leads; its script imports
   * `@starling/client/vault/vault-worker`. Without it encrypted rooms cannot be read then.
   */
  readonly openVault?: () => Worker
}

export interface SharedClient extends StarlingClient {
  /**
   * Empty; or, where the browser keeps nothing for this page, a sentence that says so: then what
   * was not sent, and who one is, ends with the last tab. It is also told once as an `error`.
   */
  readonly notKept: string
  /** Forgets this profile, in all tabs: the end of signing out. Their clients are closed. */
  forget(): Promise<void>
}

/** A worker that has said nothing for so long will not. */
const workerMsMax = 10_000

/**
 * Settles when what was stored is restored; the connection is made in the background.
 *
 * @example
 * const client = await connectShared({
 *   addresses: [location.origin.replace(/^http/, 'ws')],
 *   profile: 'default',
 *   openWorker: () =>
 *     new SharedWorker(new URL('./client-worker.ts', import.meta.url), { type: 'module' }),
 *   openVault: () => new Worker(new URL('./vault-worker.ts', import.meta.url), { type: 'module' }),
 * })
 *
 * @throws NobodyYet when nobody has come in from here yet and `auth` is missing.
 */
export async function connectShared(options: SharedConnectOptions): Promise<SharedClient> {
  // A page that came neither by https nor from this machine has no locks, and no storage.
  if (!('locks' in navigator)) return connectAlone(options)
  const tab = randomId(cryptographicChance())
  const place = await holdLock(tabLock(lockPrefix(options.profile), tab))
  const line = new TabLine(tab, options, () => place.release())
  try {
    return await line.open()
  } catch (error) {
    line.close()
    throw error
  }
}

async function connectAlone(options: SharedConnectOptions): Promise<SharedClient> {
  const { addresses, auth, client: program, tuning } = options
  if (auth === undefined) throw new NobodyYet('nobody has come in here yet: give a name')
  const { connect } = await import('./browser.ts')
  const client = await connect({
    addresses,
    auth,
    ...(program === undefined ? {} : { client: program }),
    ...(tuning === undefined ? {} : { tuning }),
  })
  const notKept = sentenceOf('the page came neither by https nor from this machine')
  return { ...client, notKept, forget: () => client.close() }
}

/** Holds the tab's client on to a host, whichever there is. */
class TabLine {
  readonly #tab: string
  readonly #options: SharedConnectOptions
  readonly #leave: () => void
  #way: HostWay | undefined
  #isClosed = false
  #auth: Credentials | undefined
  #client: TabClient | undefined
  readonly #opened = Promise.withResolvers<SharedClient>()
  #late: ReturnType<typeof setTimeout> | undefined

  constructor(tab: string, options: SharedConnectOptions, leave: () => void) {
    this.#tab = tab
    this.#options = options
    this.#leave = leave
    this.#auth = options.auth
  }

  open(): Promise<SharedClient> {
    const { profile, openWorker } = this.#options
    if (openWorker !== undefined && 'SharedWorker' in globalThis) {
      this.#late = setTimeout(() => this.#workerFailed(), workerMsMax)
      this.#take(new WorkerWay(profile, openWorker, () => this.#workerFailed()))
    } else {
      this.#lead()
    }
    return this.#opened.promise
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#late)
    this.#way?.close()
    this.#leave()
    removeEventListener('online', this.#wake)
    document.removeEventListener('visibilitychange', this.#wake)
  }

  #workerFailed(): void {
    clearTimeout(this.#late)
    if (this.#client !== undefined || !(this.#way instanceof WorkerWay)) return
    this.#way.close()
    this.#way = undefined
    this.#lead()
  }

  #lead(): void {
    const { profile, openVault } = this.#options
    import('./tabs/leader-way.ts').then(
      ({ LeaderWay }) => {
        if (!this.#isClosed) this.#take(new LeaderWay(profile, this.#tab, openVault))
      },
      (error: unknown) => this.#opened.reject(error),
    )
  }

  #take(way: HostWay): void {
    this.#way = way
    way.open((port) => this.#found(port))
  }

  #found(port: SeatPort): void {
    this.#client?.detached()
    port.onFrame = (frame) => this.#frame(port, frame)
    const { profile, addresses, client, tuning } = this.#options
    const options: TabOptions = {
      addresses,
      ...(this.#auth === undefined ? {} : { auth: this.#auth }),
      ...(client === undefined ? {} : { client }),
      ...(tuning === undefined ? {} : { tuning }),
    }
    port.post({ t: 'attach', tab: this.#tab, profile, options })
  }

  #frame(port: SeatPort, frame: TabDown): void {
    switch (frame.t) {
      case 'attached':
        clearTimeout(this.#late)
        this.#way?.attachedTo(frame.host)
        if (this.#client !== undefined) return this.#client.attach(port, frame.snapshot)
        return this.#begin(port, frame)
      case 'failed': {
        clearTimeout(this.#late)
        const error = frame.isNobody ? new NobodyYet(frame.say) : new Error(frame.say)
        this.#opened.reject(error)
        this.#client?.tell('error', { code: 'storage', say: frame.say })
        return
      }
      default:
        this.#client?.frame(frame)
    }
  }

  #begin(
    port: SeatPort,
    { snapshot, notKept }: { readonly snapshot: ClientSnapshot; readonly notKept: string },
  ): void {
    const client = new TabClient(snapshot, () => this.close())
    this.#client = client
    client.attach(port, snapshot)
    addEventListener('online', this.#wake)
    document.addEventListener('visibilitychange', this.#wake)
    const say = notKept === '' ? '' : sentenceOf(notKept)
    if (say !== '') setTimeout(() => client.tell('error', { code: 'storage', say }), 0)
    keepWhatIsStored(client)
    this.#opened.resolve({
      ...clientOf(client),
      login: async (credentials) => {
        this.#auth = credentials
        await client.login(credentials)
      },
      notKept: say,
      forget: () => client.forget(),
    })
  }

  /** Timers of hidden pages hardly run: whoever looks again does not wait for one. */
  readonly #wake = (): void => {
    if (document.visibilityState === 'visible') this.#client?.command({ kind: 'try-now' })
  }
}

/**
 * Once this device has keys: else the browser may drop them when the disk is full. Workers cannot
 * ask for it. It may say no, and then things are as they were.
 */
function keepWhatIsStored(client: TabClient): void {
  const stop = client.subscribe(() => {
    if (client.snapshot().privacy?.state !== 'ready') return
    stop()
    void navigator.storage?.persist?.()
  })
}

function sentenceOf(why: string): string {
  return `This browser keeps nothing of what you write here after its last tab is closed: ${why}.`
}

/**
 * The host is in one of the tabs. Every tab wants one lock. Whoever has it leads: it runs the host,
 * says so on a channel that all hear, and serves each tab on a channel of its own. When it closes
 * the browser gives the lock to the next; when it is frozen or put aside it gives it back itself.
 *
 * It carries the whole client, so a page loads it only where no worker does that.
 */
import { openBrowserCipher } from '../vault/browser-cipher.ts'
import { browserHostParts } from './browser-host.ts'
import type { HostWay } from './host-way.ts'
import { channelPort } from './message-port.ts'
import { type HeldLock, holdLock, leaderLock, lockPrefix } from './profile-locks.ts'
import type { SeatPort, TabDown, TabUp } from './tab-frames.ts'
import { type HostParts, TabHost } from './tab-host.ts'

type DoorFrame =
  /** This host leads. */
  | { readonly t: 'here'; readonly host: string }
  /** A tab wants in, or asks who leads. */
  | { readonly t: 'knock'; readonly tab: string }
  | { readonly t: 'open'; readonly tab: string; readonly host: string }

export class LeaderWay implements HostWay {
  readonly #profile: string
  readonly #openVault: (() => Worker) | undefined
  readonly #tab: string
  readonly #name: string
  readonly #door: BroadcastChannel
  readonly #seat: SeatPort
  #found: (port: SeatPort) => void = () => {}
  #host: string | undefined
  #leading:
    | { readonly host: TabHost; readonly lock: HeldLock; readonly door: () => void }
    | undefined
  #wanting = new AbortController()
  #isClosed = false

  /** `openVault` makes the worker that has the keys; without it encrypted rooms cannot be read. */
  constructor(profile: string, tab: string, openVault: (() => Worker) | undefined) {
    this.#profile = profile
    this.#openVault = openVault
    this.#tab = tab
    this.#name = lockPrefix(profile)
    this.#door = new BroadcastChannel(`${this.#name}/door`)
    this.#seat = channelPort<TabDown, TabUp>(`${this.#name}/seat/${tab}`)
  }

  open(found: (port: SeatPort) => void): void {
    this.#found = found
    this.#door.onmessage = ({ data }) => this.#heard(data as DoorFrame)
    addEventListener('pagehide', this.#aside)
    addEventListener('pageshow', this.#back)
    document.addEventListener('freeze', this.#aside)
    document.addEventListener('resume', this.#back)
    this.#want()
    this.#say({ t: 'knock', tab: this.#tab })
  }

  #parts(): HostParts {
    const make = this.#openVault
    if (make === undefined) return browserHostParts(this.#profile)
    return browserHostParts(this.#profile, (place) => openBrowserCipher(make, place))
  }

  attachedTo(): void {}

  close(): void {
    this.#isClosed = true
    removeEventListener('pagehide', this.#aside)
    removeEventListener('pageshow', this.#back)
    document.removeEventListener('freeze', this.#aside)
    document.removeEventListener('resume', this.#back)
    this.#aside()
    this.#door.close()
    this.#seat.close()
  }

  #say(frame: DoorFrame): void {
    this.#door.postMessage(frame)
  }

  #heard(frame: DoorFrame): void {
    if (frame.t === 'here' && frame.host !== this.#host) this.#say({ t: 'knock', tab: this.#tab })
    if (frame.t !== 'open' || frame.tab !== this.#tab || frame.host === this.#host) return
    this.#host = frame.host
    this.#found(this.#seat)
  }

  #want(): void {
    this.#wanting.abort()
    this.#wanting = new AbortController()
    const { signal } = this.#wanting
    holdLock(leaderLock(this.#name), signal).then(
      (lock) => {
        if (signal.aborted) lock.release()
        else this.#lead(lock)
      },
      (error: unknown) => {
        if (!signal.aborted) throw error
      },
    )
  }

  /** The leader's own tab is served like any other. */
  #lead(lock: HeldLock): void {
    const host = new TabHost(this.#parts())
    const door = new BroadcastChannel(`${this.#name}/door`)
    const ports = new Map<string, ReturnType<typeof channelPort<TabUp, TabDown>>>()
    door.onmessage = ({ data }) => {
      const frame = data as DoorFrame
      if (frame.t !== 'knock') return
      const { tab } = frame
      if (!ports.has(tab)) {
        const port = channelPort<TabUp, TabDown>(`${this.#name}/seat/${tab}`)
        ports.set(tab, port)
        host.admit(port)
      }
      door.postMessage({ t: 'open', tab, host: host.id } satisfies DoorFrame)
    }
    const close = () => {
      door.close()
      for (const port of ports.values()) port.close()
    }
    this.#leading = { host, lock, door: close }
    door.postMessage({ t: 'here', host: host.id } satisfies DoorFrame)
  }

  readonly #aside = (): void => {
    this.#wanting.abort()
    const leading = this.#leading
    this.#leading = undefined
    if (leading === undefined) return
    leading.door()
    void leading.host.close()
    // At once: a page that is frozen gets no later turn.
    leading.lock.release()
  }

  readonly #back = (): void => {
    if (this.#isClosed || this.#leading !== undefined) return
    this.#want()
    this.#say({ t: 'knock', tab: this.#tab })
  }
}

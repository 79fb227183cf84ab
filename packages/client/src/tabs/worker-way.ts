/**
 * The host is a SharedWorker. It holds a lock while it lives; when the lock is free it has ended,
 * and is made again.
 */
import type { HostWay } from './host-way.ts'
import { messagePort } from './message-port.ts'
import { hostLock, lockPrefix, onLockFree } from './profile-locks.ts'
import type { SeatPort, TabDown, TabUp } from './tab-frames.ts'

export class WorkerWay implements HostWay {
  readonly #make: () => SharedWorker
  readonly #name: string
  readonly #failed: () => void
  #found: (port: SeatPort) => void = () => {}
  #port: SeatPort | undefined
  #unwatch = () => {}

  /** `failed`: there is no such worker here. */
  constructor(profile: string, make: () => SharedWorker, failed: () => void) {
    this.#name = lockPrefix(profile)
    this.#make = make
    this.#failed = failed
  }

  open(found: (port: SeatPort) => void): void {
    this.#found = found
    const worker = this.#make()
    worker.onerror = () => this.#failed()
    this.#port = messagePort<TabDown, TabUp>(worker.port)
    found(this.#port)
  }

  attachedTo(host: string): void {
    this.#unwatch = onLockFree(hostLock(this.#name, host), () => {
      this.#port?.close()
      this.open(this.#found)
    })
  }

  close(): void {
    this.#unwatch()
    this.#port?.close()
  }
}

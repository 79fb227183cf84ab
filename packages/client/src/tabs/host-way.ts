/** How a tab finds the host of its profile, and the next one when that is gone. */
import type { SeatPort } from './tab-frames.ts'

export interface HostWay {
  /** Calls for each host that is found. */
  open(found: (port: SeatPort) => void): void
  /** The one that was found is this one. */
  attachedTo(host: string): void
  close(): void
}

/** A front-end's links, one to each backend of the configuration. */
import type { LinkDown } from '@starling/core/link/down'
import type { LinkUp } from '@starling/core/link/up'
import type { LinkEnd } from '../link/framed-link.ts'
import { LinkDialer } from '../link/link-dialer.ts'
import type { Trace } from '../telemetry/trace.ts'
import type { FrontendBackend, FrontendSettings } from './frontend-settings.ts'

export interface BackendLinksOptions {
  readonly settings: FrontendSettings
  readonly trace: Trace
  onOpen(backend: string): void
  onFrame(backend: string, frame: LinkDown): void
  onEnd(backend: string): void
}

export class BackendLinks {
  readonly #options: BackendLinksOptions
  readonly #dialers = new Map<string, LinkDialer>()
  #dialsFailed = 0

  /** Throws a StartError when a link would not be protected. Dials only after `start`. */
  constructor(options: BackendLinksOptions) {
    this.#options = options
    for (const backend of options.settings.backends) {
      this.#dialers.set(backend.name, this.#dialerTo(backend))
    }
  }

  get dialsFailedTotal(): number {
    return this.#dialsFailed
  }

  start(): void {
    for (const dialer of this.#dialers.values()) dialer.start()
  }

  send(backend: string, frame: LinkUp): void {
    this.#dialers.get(backend)?.send(frame)
  }

  close(): void {
    for (const dialer of this.#dialers.values()) dialer.close()
  }

  abort(): void {
    for (const dialer of this.#dialers.values()) dialer.abort()
  }

  #dialerTo({ name, host, port }: FrontendBackend): LinkDialer {
    const { settings, trace, onOpen, onFrame, onEnd } = this.#options
    let wasTold = false
    // Without a handshake only a frame shows that a backend is there and takes this front-end.
    let isHeard = false
    const notReached = (end: LinkEnd, detail: string): void => {
      this.#dialsFailed += 1
      // Once for each time it is away; the rest is in the metrics.
      if (!wasTold) trace.warn({ backend: name, end, detail }, 'a backend cannot be reached')
      wasTold = true
    }
    return new LinkDialer({
      address: { host, port },
      security: settings.linkSecurity,
      tuning: settings.linkTuning,
      chance: Math.random,
      onOpen: () => {
        isHeard = false
        onOpen(name)
      },
      onFrame: (frame) => {
        if (!isHeard) trace.info({ backend: name }, 'linked to a backend')
        isHeard = true
        wasTold = false
        onFrame(name, frame)
      },
      onEnd: (end, detail) => {
        if (isHeard) trace.warn({ backend: name, end, detail }, 'the link to a backend ended')
        else notReached(end, detail)
        onEnd(name)
      },
      onRefused: notReached,
    })
  }
}

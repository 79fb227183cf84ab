/**
 * The front-end's end of the link to one backend. Keeps exactly one: dials, and when the link ends
 * or none comes about, dials again after a pause that doubles from `redialMsMin` to `redialMsMax`
 * and is spread by chance, so that front-ends do not come back in step. The pause starts over once
 * a frame has come: a backend that accepts and falls over is not dialled in a tight loop.
 */
import type { Socket } from 'node:net'
import type { LinkDown } from '@starling/core/link/down'
import type { LinkUp } from '@starling/core/link/up'
import type { Chance } from '@starling/core/now'
import { dial } from './dial.ts'
import { FramedLink, type LinkEnd } from './framed-link.ts'
import { checkLinkSecurity, type DialTls, dialTls } from './link-security.ts'
import type { LinkAddress, LinkSecurity, LinkTuning } from './link-settings.ts'
import { parseLinkDown } from './link-shapes.ts'

export interface LinkDialerOptions {
  readonly address: LinkAddress
  readonly security: LinkSecurity
  readonly tuning: LinkTuning
  readonly chance: Chance
  onOpen(): void
  onFrame(frame: LinkDown): void
  onEnd(end: LinkEnd, detail: string): void
  /** A dial that made no link. */
  onRefused(end: LinkEnd, detail: string): void
}

type DialState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'dialling'; readonly socket: Socket }
  | { readonly kind: 'linked'; readonly link: FramedLink<LinkDown, LinkUp> }
  | { readonly kind: 'pausing'; readonly timer: NodeJS.Timeout }
  | { readonly kind: 'closed' }

export class LinkDialer {
  readonly #options: LinkDialerOptions
  readonly #tls: DialTls | undefined
  #state: DialState = { kind: 'idle' }
  #failures = 0

  /** Throws a StartError when the link would not be protected. */
  constructor(options: LinkDialerOptions) {
    checkLinkSecurity(options.address.host, options.security, options.tuning)
    this.#options = options
    this.#tls = dialTls(options.security)
  }

  get isLinked(): boolean {
    return this.#state.kind === 'linked'
  }

  start(): void {
    if (this.#state.kind === 'idle') this.#dial()
  }

  /** Without a link the frame is dropped: the node says again what matters when one opens. */
  send(frame: LinkUp): void {
    if (this.#state.kind === 'linked') this.#state.link.send(frame)
  }

  close(): void {
    const state = this.#state
    this.#state = { kind: 'closed' }
    if (state.kind === 'dialling') state.socket.destroy()
    if (state.kind === 'linked') state.link.close('the front-end stops')
    if (state.kind === 'pausing') clearTimeout(state.timer)
  }

  /** As a crash would. */
  abort(): void {
    const state = this.#state
    if (state.kind === 'linked') {
      this.#state = { kind: 'closed' }
      state.link.abort()
    } else this.close()
  }

  #dial(): void {
    const { address, tuning } = this.#options
    const socket = dial({
      address,
      tls: this.#tls,
      tuning,
      onOpen: (opened) => this.#open(opened),
      onFail: (detail) => {
        if (this.#state.kind !== 'dialling' || this.#state.socket !== socket) return
        this.#options.onRefused('handshake-failed', detail)
        this.#pause()
      },
    })
    this.#state = { kind: 'dialling', socket }
  }

  #open(socket: Socket): void {
    const link = new FramedLink<LinkDown, LinkUp>(socket, {
      parse: parseLinkDown,
      tuning: this.#options.tuning,
      onFrame: (frame) => {
        this.#failures = 0
        this.#options.onFrame(frame)
      },
      onEnd: (end, detail) => {
        const isStopping = this.#state.kind === 'closed'
        this.#options.onEnd(end, detail)
        if (!isStopping) this.#pause()
      },
    })
    this.#state = { kind: 'linked', link }
    this.#options.onOpen()
  }

  #pause(): void {
    const { redialMsMin, redialMsMax } = this.#options.tuning
    const whole = Math.min(redialMsMax, redialMsMin * 2 ** Math.min(this.#failures, 16))
    this.#failures += 1
    const pause = whole * (0.5 + 0.5 * this.#options.chance())
    const timer = setTimeout(() => this.#dial(), pause)
    this.#state = { kind: 'pausing', timer }
  }
}

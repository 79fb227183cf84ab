/**
 * Which certificates to trust. One that a known authority signed is; any other by its fingerprint:
 * the one given, one trusted before, or, at an address that the person gave and only there, one
 * that they are asked about. Whoever shows a certificate that is trusted already has its key, so
 * the server's other front-ends need no question; but where the person trusted a certificate,
 * another one is refused. What is not trusted at an address that the server named is no reason to
 * ask or to stop: that front-end is left out.
 */
import type { PeerCertificate, TLSSocket } from 'node:tls'
import type { PinOptions } from './connect-options.ts'
import type { Rejection } from './socket.ts'

/** Where fingerprints that were trusted are kept, by address. */
export interface Pins {
  get(address: string): string | undefined
  set(address: string, fingerprint: string): void
  values(): Iterable<string>
}

export interface TrustOptions extends PinOptions {
  /** As dialled; all others were learned from the server. */
  readonly given: readonly string[]
}

export type Verdict =
  | { readonly kind: 'trusted' }
  /** Nothing more is tried until the person acts. */
  | { readonly kind: 'rejected'; readonly why: Rejection }
  /** This address is left out, others are tried. */
  | { readonly kind: 'left-out'; readonly why: Rejection }

type Judged = Pick<TLSSocket, 'authorized' | 'authorizationError'> & {
  getPeerCertificate(): Pick<PeerCertificate, 'fingerprint256'>
}

const trusted: Verdict = { kind: 'trusted' }

export class CertificateTrust {
  readonly #pins: Pins
  readonly #options: TrustOptions
  readonly #asked = new Map<string, Promise<boolean>>()

  constructor(pins: Pins, options: TrustOptions) {
    this.#pins = pins
    this.#options = options
  }

  async judge(address: string, tls: Judged): Promise<Verdict> {
    const { fingerprint: only, given } = this.#options
    const { fingerprint256: found } = tls.getPeerCertificate()
    const isGiven = given.includes(address)
    const known = only ?? this.#pins.get(address)
    if (known !== undefined && digits(known) === digits(found)) return trusted
    if (tls.authorized && only === undefined) return trusted
    const pinned = [...this.#pins.values()]
    const isPinned = only === undefined && pinned.some((pin) => digits(pin) === digits(found))
    if (isPinned && (known === undefined || !isGiven)) return trusted
    if (!isGiven) {
      const before = known ?? pinned[0]
      const why =
        before === undefined
          ? untrusted(address, `${tls.authorizationError}`)
          : changed(address, { known: before, found })
      return { kind: 'left-out', why }
    }
    if (known !== undefined) return { kind: 'rejected', why: changed(address, { known, found }) }
    return this.#askAbout(address, { found, problem: `${tls.authorizationError}` })
  }

  async #askAbout(
    address: string,
    { found, problem }: { found: string; problem: string },
  ): Promise<Verdict> {
    const { onFirstUse } = this.#options
    if (onFirstUse === undefined) return { kind: 'rejected', why: untrusted(address, problem) }
    const question = `${address} ${found}`
    const answer =
      this.#asked.get(question) ?? Promise.resolve(onFirstUse({ address, fingerprint: found }))
    this.#asked.set(question, answer)
    if (await answer) {
      this.#pins.set(address, found)
      return trusted
    }
    this.#asked.delete(question)
    const say = `You did not trust the server at ${address}.`
    return { kind: 'rejected', why: { code: 'certificate-refused', say } }
  }
}

function digits(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toUpperCase()
}

function changed(address: string, prints: { known: string; found: string }): Rejection {
  return {
    code: 'certificate-changed',
    say:
      `The certificate of ${address} is not the one trusted before (${prints.known}) but ` +
      `${prints.found}. Ask its operator; if they made a new one, forget the old one first: ` +
      'starling chat --forget-certificate.',
  }
}

function untrusted(address: string, why: string): Rejection {
  return {
    code: 'certificate-untrusted',
    say:
      `No known authority signed the certificate of ${address} (${why}). ` +
      'Connect with its fingerprint, which its operator sees when the server starts.',
  }
}

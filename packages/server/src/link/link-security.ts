/**
 * How a link is authenticated and encrypted.
 *
 * With a cluster key both ends prove that they hold it: TLS 1.2 with an ephemeral key exchange
 * under a pre-shared key (ECDHE-PSK, ChaCha20-Poly1305), so traffic recorded today stays closed
 * when the key leaks. The key on the wire is derived from the cluster key, which serves nothing
 * else. With certificates both ends must show one that the given authority signed (mutual TLS
 * 1.3), and a backend's must be for the host that was dialled. Without either a link stays on
 * loopback.
 */
import { hkdfSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { SecureContextOptions, TlsOptions } from 'node:tls'
import { StartError } from '../telemetry/start-error.ts'
import { isLoopback } from '../tls/loopback.ts'
import type { LinkSecurity, LinkTuning } from './link-settings.ts'

const keyIdentity = 'starling-link-1'

/** Throws what would leave a link open to others. `host` is listened on or dialled. */
export function checkLinkSecurity(host: string, security: LinkSecurity, tuning: LinkTuning): void {
  if (security.kind === 'plain' && !isLoopback(host)) {
    throw new StartError(
      'link-unprotected',
      `The link address ${host} is not loopback, and links have neither a key nor certificates.`,
      'Set a cluster key (the same on every server) or certificates for links.',
    )
  }
  if (security.kind === 'key' && security.clusterKey.length < tuning.clusterKeyCharactersMin) {
    throw new StartError(
      'cluster-key-weak',
      `The cluster key has ${security.clusterKey.length} characters.`,
      `Make it ${tuning.clusterKeyCharactersMin} random characters or more, the same everywhere.`,
    )
  }
}

/** Options for the listening end; undefined: plain TCP. */
export function serverTls(security: LinkSecurity): TlsOptions | undefined {
  if (security.kind === 'plain') return undefined
  if (security.kind === 'key') {
    const psk = deriveKey(security.clusterKey)
    return {
      ...keyCiphers,
      pskCallback: (_socket, identity) => (identity === keyIdentity ? psk : null),
    }
  }
  return { ...readCertificates(security), requestCert: true, rejectUnauthorized: true }
}

export interface DialTls extends SecureContextOptions {
  readonly pskCallback?: () => { readonly psk: Uint8Array; readonly identity: string }
  readonly checkServerIdentity?: () => undefined
}

/** Options for the dialling end; undefined: plain TCP. */
export function dialTls(security: LinkSecurity): DialTls | undefined {
  if (security.kind === 'plain') return undefined
  if (security.kind === 'key') {
    const psk = deriveKey(security.clusterKey)
    return {
      ...keyCiphers,
      pskCallback: () => ({ psk, identity: keyIdentity }),
      // Who holds the key is a server of this cluster; there is no certificate to look at.
      checkServerIdentity: () => undefined,
    }
  }
  return readCertificates(security)
}

const keyCiphers = {
  ciphers: 'ECDHE-PSK-CHACHA20-POLY1305',
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.2',
} as const

function deriveKey(clusterKey: string): Buffer {
  return Buffer.from(hkdfSync('sha256', clusterKey, '', keyIdentity, 32))
}

function readCertificates(security: LinkSecurity & { kind: 'certificates' }) {
  return {
    cert: readPem(security.certFile),
    key: readPem(security.keyFile),
    ca: readPem(security.caFile),
    minVersion: 'TLSv1.3',
  } as const
}

function readPem(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new StartError(
      'certificate-unreadable',
      `The link certificate file ${path} cannot be read: ${(error as Error).message}.`,
      'Correct the path, or let the user that runs Starling read the file.',
    )
  }
}

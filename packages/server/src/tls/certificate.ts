/** A certificate with its key, as read from files or made here, checked before it is used. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { StartError } from '../telemetry/start-error.ts'

export interface Certificate {
  /** PEM; a chain may follow the certificate itself. */
  readonly cert: string
  readonly key: string
  /** SHA-256 of the certificate, in pairs of hexadecimal digits with colons between. */
  readonly fingerprint: string
  readonly validToMs: number
}

export function readCertificate(certFile: string, keyFile: string): Certificate {
  return parseCertificate(read(certFile), read(keyFile), `${certFile} with ${keyFile}`)
}

/** `where`: for people, the files it comes from. */
export function parseCertificate(cert: string, key: string, where: string): Certificate {
  const invalid = (found: string, remedy: string) =>
    new StartError('certificate-invalid', `The certificate ${where} ${found}.`, remedy)
  const parsed = attempt(() => new X509Certificate(cert))
  if (parsed === undefined) throw invalid('is no certificate in PEM', 'Give a PEM certificate.')
  const privateKey = attempt(() => createPrivateKey(key))
  if (privateKey === undefined) throw invalid('has no key in PEM', 'Give its unencrypted PEM key.')
  if (!parsed.checkPrivateKey(privateKey)) {
    throw invalid('does not belong to the key', 'Give the key that the certificate was made for.')
  }
  const validToMs = Date.parse(parsed.validTo)
  if (validToMs < Date.now()) {
    throw invalid(`ended on ${parsed.validTo}`, 'Renew it; a self-signed one: remove the file.')
  }
  return { cert, key, fingerprint: parsed.fingerprint256, validToMs }
}

/** OpenSSL throws plain errors of many kinds for what it cannot read. */
function attempt<T>(parse: () => T): T | undefined {
  try {
    return parse()
  } catch {
    return undefined
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new StartError(
      'certificate-unreadable',
      `The file ${path} cannot be read: ${(error as Error).message}.`,
      'Correct the path, or let the user that runs Starling read the file.',
    )
  }
}

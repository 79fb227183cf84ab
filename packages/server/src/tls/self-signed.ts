/**
 * A certificate for whoever has none: made at the first start, kept in the data folder, and from
 * then on the same, so that clients can pin its fingerprint. Certificate and key stand in one
 * file, which appears whole or not at all: of several front-ends that start at once, one makes it
 * and the others take that one.
 */
import { randomUUID } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { type Certificate, parseCertificate } from './certificate.ts'

const validYears = 10
const fileName = 'self-signed.pem'

export async function selfSignedCertificate(
  dataDir: string,
  hosts: readonly string[],
): Promise<Certificate> {
  const path = join(dataDir, fileName)
  if (!existsSync(path)) await make(path, { dataDir, hosts })
  const text = readFileSync(path, 'utf8')
  return parseCertificate(part(text, 'CERTIFICATE'), part(text, 'PRIVATE KEY'), path)
}

interface Making {
  readonly dataDir: string
  readonly hosts: readonly string[]
}

async function make(path: string, { dataDir, hosts }: Making): Promise<void> {
  const names = [...new Set(['localhost', '127.0.0.1', '::1', ...hosts])]
  const notAfterDate = new Date()
  notAfterDate.setFullYear(notAfterDate.getFullYear() + validYears)
  const made = await generate([{ name: 'commonName', value: 'Starling' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notAfterDate,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: names.map((name) =>
          isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name },
        ),
      },
    ],
  })
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const draft = `${path}.${randomUUID()}`
  writeFileSync(draft, `${made.cert.trim()}\n${made.private.trim()}\n`, { mode: 0o600 })
  try {
    linkSync(draft, path)
  } catch (error) {
    // Another front-end was quicker; its certificate is the one.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    unlinkSync(draft)
  }
}

function part(text: string, label: string): string {
  const found = new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----`).exec(text)
  return found?.[0] ?? ''
}

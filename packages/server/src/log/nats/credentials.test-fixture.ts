/** Certificates, keys and signed tokens as an operator of NATS would make them. */
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nkeys } from '@nats-io/transport-node'
import { generate } from 'selfsigned'

interface Signed {
  readonly cert: string
  readonly key: string
}

export interface CertificateFiles {
  readonly caFile: string
  readonly certFile: string
  readonly keyFile: string
}

/** Of an authority of their own, for 127.0.0.1 and for clients. */
export async function makeCertificates(folder: string, name: string): Promise<CertificateFiles> {
  const authority = await sign(`authority ${name}`, undefined)
  const machine = await sign(name, authority)
  const write = (what: string, text: string) => {
    const path = join(folder, `${name}-${what}.pem`)
    writeFileSync(path, text)
    return path
  }
  return {
    caFile: write('ca', authority.cert),
    certFile: write('cert', machine.cert),
    keyFile: write('key', machine.key),
  }
}

async function sign(name: string, ca: Signed | undefined): Promise<Signed> {
  const made = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ...(ca && { ca }),
    extensions: ca
      ? [
          { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
          { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
        ]
      : [
          { name: 'basicConstraints', cA: true, critical: true },
          { name: 'keyUsage', keyCertSign: true, critical: true },
        ],
  })
  return { cert: made.cert, key: made.private }
}

/** A user's key: the file that holds its seed, and what the servers know of it. */
export function makeUserKey(folder: string): { readonly file: string; readonly publicKey: string } {
  const pair = nkeys.createUser()
  const file = join(folder, 'user.nk')
  writeFileSync(file, `# the backends' key\n${textOf(pair.getSeed())}\n`)
  return { file, publicKey: pair.getPublicKey() }
}

export interface OperatorMode {
  /** For the servers' configuration. */
  readonly lines: readonly string[]
  readonly userFile: string
  readonly systemFile: string
}

/** Accounts and users by signed tokens, as `nsc` makes them. */
export function makeOperatorMode(folder: string): OperatorMode {
  const operator = nkeys.createOperator()
  const [account, system] = [nkeys.createAccount(), nkeys.createAccount()]
  const unlimited = { subs: -1, data: -1, payload: -1 }
  const accountLimits = {
    ...unlimited,
    imports: -1,
    exports: -1,
    wildcards: true,
    conn: -1,
    leaf: -1,
  }
  const stores = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 }
  const accountToken = (pair: Pair, limits: object) =>
    token(operator, pair, { type: 'account', version: 2, limits, default_permissions: none })
  const credentials = (of: Pair, name: string) => {
    const user = nkeys.createUser()
    const jwt = token(of, user, { type: 'user', version: 2, ...none, ...unlimited })
    const file = join(folder, `${name}.creds`)
    writeFileSync(
      file,
      block('NATS USER JWT', jwt) + block('USER NKEY SEED', textOf(user.getSeed())),
    )
    return file
  }
  const tokens = [
    [account, accountToken(account, { ...accountLimits, ...stores })],
    [system, accountToken(system, accountLimits)],
  ] as const
  return {
    lines: [
      `operator: "${token(operator, operator, { type: 'operator', version: 2 })}"`,
      `system_account: ${system.getPublicKey()}`,
      'resolver: MEMORY',
      'resolver_preload: {',
      ...tokens.map(([pair, jwt]) => `  ${pair.getPublicKey()}: "${jwt}"`),
      '}',
    ],
    userFile: credentials(account, 'user'),
    systemFile: credentials(system, 'system'),
  }
}

type Pair = ReturnType<typeof nkeys.createUser>

const none = { pub: {}, sub: {} } as const

function token(issuer: Pair, subject: Pair, nats: object): string {
  const base = (value: string | Uint8Array) => Buffer.from(value).toString('base64url')
  const key = subject.getPublicKey()
  const claims = { iat: 1_700_000_000, iss: issuer.getPublicKey(), name: key, sub: key, nats }
  const jti = createHash('sha256').update(JSON.stringify(claims)).digest('hex')
  const head = base(JSON.stringify({ typ: 'JWT', alg: 'ed25519-nkey' }))
  const signed = `${head}.${base(JSON.stringify({ jti, ...claims }))}`
  return `${signed}.${base(issuer.sign(new TextEncoder().encode(signed)))}`
}

function block(name: string, text: string): string {
  return `-----BEGIN ${name}-----\n${text}\n------END ${name}------\n\n`
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

/** What a connection is made with: the login, TLS, and the client's settings. */
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import {
  type Authenticator,
  type ConnectionOptions,
  credsAuthenticator,
  nkeyAuthenticator,
  type TlsOptions,
} from '@nats-io/transport-node'
import { type Knocked, tellServer } from './knock.ts'
import { NatsRefusal } from './nats-refusal.ts'
import type { NatsLogin, NatsSettings, NatsTls } from './nats-settings.ts'
import { natsTuning } from './nats-tuning.ts'

export interface DialOptions {
  readonly settings: NatsSettings
  readonly login: NatsLogin
  /** Shown by the server beside the connection. */
  readonly name: string
}

/** Throws a `NatsRefusal` for a file that cannot be used. */
export function connectionOptions(server: Knocked, options: DialOptions): ConnectionOptions {
  const { settings, login, name } = options
  return {
    servers: tellServer(server.address),
    name,
    // One connection, one server: another is dialled here, by knocking.
    reconnect: false,
    ignoreClusterUpdates: true,
    resolve: false,
    timeout: natsTuning.dialMsMax,
    // Who is silent is found out by probes, which count only the time in which this process ran.
    pingInterval: 60_000,
    noEcho: true,
    noAsyncTraces: true,
    ...loginOptions(login),
    tls: tlsOptions(server, settings.tls),
  }
}

function loginOptions(login: NatsLogin): Partial<ConnectionOptions> {
  switch (login.kind) {
    case 'none':
      return {}
    case 'password':
      return { user: login.user, pass: login.password }
    case 'creds':
      return { authenticator: credentials(login.file) }
    case 'nkey':
      return { authenticator: nkeyAuthenticator(seedOf(login.file)) }
  }
}

function credentials(file: string): Authenticator {
  const bytes = readOrRefuse(file, 'The credentials file')
  const parts = bytes.toString('latin1').match(/-----BEGIN [A-Z ]+-----/g) ?? []
  if (parts.length < 2) {
    throw new NatsRefusal(
      `The credentials file ${file} holds no user's token and key.`,
      'Make it anew, for example with "nsc generate creds".',
    )
  }
  return credsAuthenticator(bytes)
}

function seedOf(file: string): Uint8Array {
  const text = readOrRefuse(file, 'The key file').toString('latin1')
  const seed = /\bSU[A-Z2-7]{56}\b/.exec(text)?.[0]
  if (seed === undefined) {
    throw new NatsRefusal(
      `The key file ${file} holds no seed of a user (a line that begins with SU).`,
      'Make one with "nk -gen user" and give its public key to the servers.',
    )
  }
  return new TextEncoder().encode(seed)
}

/** Where TLS is asked for, a server without it is refused by the client. */
function tlsOptions(server: Knocked, tls: NatsTls | undefined): TlsOptions | null {
  if (tls === undefined && !server.tls_required && !server.tls_available) return null
  const { host } = server.address
  const read = (file: string | undefined, what: string) =>
    file === undefined ? undefined : readOrRefuse(file, what).toString('utf8')
  const ca = read(tls?.caFile, 'The CA certificate')
  const cert = read(tls?.certFile, 'The certificate')
  const key = read(tls?.keyFile, 'The key')
  // By either of the two Node checks the certificate's name.
  const named: TlsOptions & { servername?: string; host?: string } =
    isIP(host) === 0 ? { servername: host } : { servername: '', host }
  return {
    ...named,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  }
}

function readOrRefuse(file: string, what: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new NatsRefusal(
      `${what} ${file} cannot be read (${code}).`,
      'Name a file that this server may read.',
    )
  }
}

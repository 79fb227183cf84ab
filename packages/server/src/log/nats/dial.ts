/** Makes a connection of the socket that knocked: encryption and login. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { isIP } from 'node:net'
import type { ConnectionOptions as TlsSettings } from 'node:tls'
import {
  errors,
  type NatsConnection,
  NatsConnectionImpl,
  setTransportFactory,
  type Transport,
} from '@nats-io/transport-node'
import { type Knocked, tellServer } from './knock.ts'
import { loginOptions, readOrRefuse } from './login.ts'
import { NatsRefusal } from './nats-refusal.ts'
import type { NatsLogin, NatsSettings } from './nats-settings.ts'
import { SocketTransport } from './socket-transport.ts'

export interface DialOptions {
  readonly settings: NatsSettings
  readonly login: NatsLogin
  /** Shown by the server beside the connection. */
  readonly name: string
}

/** The client asks one function of the process for each connection's transport. */
const transports = new AsyncLocalStorage<Transport>()

/** Takes the socket over. Rejects with a `NatsRefusal` for what will not change by itself. */
export async function dial(
  knocked: Knocked,
  { settings, login, name }: DialOptions,
  msMax: number,
): Promise<NatsConnection> {
  let transport: SocketTransport | undefined
  try {
    const tls = tlsSettings(knocked, settings)
    const identity = loginOptions(login)
    transport = new SocketTransport({ ...knocked, tls })
    setTransportFactory({ factory: () => transports.getStore() ?? missing() })
    return await transports.run(transport, () =>
      NatsConnectionImpl.connect({
        servers: tellServer(knocked.address),
        name,
        // One connection, one server, one socket: another is dialled here.
        reconnect: false,
        ignoreClusterUpdates: true,
        resolve: false,
        timeout: msMax,
        // Who is silent is found out by probes, which count only time in which this process ran.
        pingInterval: 60_000,
        noEcho: true,
        noAsyncTraces: true,
        ...identity,
        tls: tls ? {} : null,
      }),
    )
  } catch (error) {
    transport?.discard()
    knocked.socket.destroy()
    throw refusalOf(error, knocked) ?? error
  }
}

function missing(): never {
  throw new Error('a NATS connection was made past dial.ts')
}

/** Undefined: not encrypted. */
function tlsSettings(knocked: Knocked, { tls }: NatsSettings): TlsSettings | undefined {
  const { server_name: name, tls_required, tls_available, address } = knocked
  const isOffered = tls_required || tls_available
  if (tls === undefined && !isOffered) return undefined
  if (!isOffered) {
    throw new NatsRefusal(
      `The NATS server ${name} does not encrypt, but TLS is configured.`,
      'Put a block "tls { … }" into the servers’ configuration.',
    )
  }
  const { host } = address
  const ca = tls?.caFile && readOrRefuse(tls.caFile, 'The CA certificate')
  const cert = tls?.certFile && readOrRefuse(tls.certFile, 'The certificate')
  const key = tls?.keyFile && readOrRefuse(tls.keyFile, 'The key')
  return {
    // What the server's certificate must be made for.
    ...(isIP(host) === 0 ? { servername: host } : { host }),
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
  }
}

function refusalOf(error: unknown, { server_name: name }: Knocked): NatsRefusal | undefined {
  if (error instanceof NatsRefusal) return error
  if (
    error instanceof errors.AuthorizationError ||
    error instanceof errors.UserAuthenticationExpiredError
  ) {
    return new NatsRefusal(
      `The NATS server ${name} does not let us in: ${error.message}.`,
      'See that the login in the configuration is one that the servers know.',
    )
  }
  const { code = '', message } = error as NodeJS.ErrnoException
  const isCertificate = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO/.test(code)
  if (!isCertificate) return undefined
  return new NatsRefusal(
    `No encrypted connection to the NATS server ${name}: ${message} (${code}).`,
    'See that nats.caFile is the authority of the servers’ certificates, that these are made for ' +
      'the names in nats.servers, and that the servers know the certificate in nats.certFile.',
  )
}

/** Starts to listen, and says what to change when that is not possible. */
import type { AddressInfo, ListenOptions, Server } from 'node:net'
import { StartError } from '../telemetry/start-error.ts'

export interface Listening {
  readonly options: ListenOptions & { readonly host: string; readonly port: number }
  /** What listens, for people: 'the link port of backend primary-1'. */
  readonly what: string
}

export function listen(server: Server, { options, what }: Listening): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => {
      reject(startError(error, { options, what }))
    }
    server.once('error', fail)
    server.listen(options, () => {
      server.off('error', fail)
      const address = server.address()
      if (address === null || typeof address === 'string') throw new Error('no port is listened on')
      resolve(address)
    })
  })
}

function startError(error: NodeJS.ErrnoException, { options, what }: Listening): StartError {
  const { host, port } = options
  switch (error.code) {
    case 'EADDRINUSE':
      return new StartError(
        'port-taken',
        `Port ${port} on ${host}, ${what}, is taken by another program.`,
        `Stop that program, or give ${what} another port in starling.toml.`,
      )
    case 'EACCES':
      return new StartError(
        'port-forbidden',
        `Port ${port} on ${host}, ${what}, may not be opened by this user.`,
        `Give ${what} a port above 1023 in starling.toml.`,
      )
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new StartError(
        'address-unknown',
        `${host}, ${what}, is no address of this machine.`,
        `Give ${what} an address of this machine in starling.toml, or 127.0.0.1.`,
      )
    default:
      return new StartError(
        'listen-failed',
        `Cannot listen on ${host}:${port}, ${what}: ${error.message}.`,
        'See the system error.',
      )
  }
}

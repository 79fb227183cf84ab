/** Who we are to the servers, from the configuration and the files it names. */
import { readFileSync } from 'node:fs'
import {
  type Authenticator,
  type ConnectionOptions,
  credsAuthenticator,
  nkeyAuthenticator,
} from '@nats-io/transport-node'
import { NatsRefusal } from './nats-refusal.ts'
import type { NatsLogin } from './nats-settings.ts'

/** Throws a `NatsRefusal` for a file that cannot be used. */
export function loginOptions(login: NatsLogin): Partial<ConnectionOptions> {
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

/** Throws a `NatsRefusal` that names the file. */
export function readOrRefuse(file: string, what: string): Buffer {
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

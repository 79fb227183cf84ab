/**
 * The secret of this device. It is made here, kept before it is first sent, and sent again
 * unchanged when an answer was lost: so coming in twice makes one identity. Another name, or
 * another way in, gets another token, since a token that the server knows always means the same
 * person. That is why a guest who registers does so with the guest's token: they stay who they are.
 */
import { foldName } from '@starling/core/names/fold-name'
import type { Auth } from '@starling/protocol/up'
import type { Credentials } from './api.ts'
import type { Identity, Restored } from './storage.ts'

const tokenBytes = 32

/** What to keep before the first hello with these credentials: one that is held, or a new one. */
export function identityFor(credentials: Credentials, held: readonly Identity[]): Identity {
  if (credentials.kind === 'token') {
    const { token } = credentials
    const same = held.find((identity) => identity.token === token)
    return same ?? { token, kind: 'account', name: '', isKnown: false }
  }
  const kind = credentials.kind === 'guest' ? 'guest' : 'account'
  const { name } = credentials
  const wanted = { token: tokenFor(credentials, held), kind, name, isKnown: false } as const
  const same = held.find((identity) => isSamePerson(identity, wanted))
  return same ?? (kind === 'guest' ? registeredSince(name, held) : undefined) ?? wanted
}

function tokenFor({ kind }: Credentials, held: readonly Identity[]): string {
  const guest = held.find((identity) => identity.kind === 'guest' && identity.isKnown)
  return kind === 'register' && guest !== undefined ? guest.token : newToken()
}

/** The guest of this name who has an account by now. */
function registeredSince(name: string, held: readonly Identity[]): Identity | undefined {
  const folded = foldName(name)
  return held.find((identity) => identity.isKnown && foldName(identity.name) === folded)
}

/**
 * Those to come in as, first choice first. Who was welcomed comes before who was not, unless the
 * other is the same person, whose token had to be replaced.
 */
export function heldIdentities({ identity, arriving }: Omit<Restored, 'state'>): Identity[] {
  if (arriving === undefined) return identity === undefined ? [] : [identity]
  if (identity === undefined) return [arriving]
  return isSamePerson(identity, arriving) ? [arriving] : [identity, arriving]
}

function isSamePerson(a: Identity, b: Identity): boolean {
  return a.kind === b.kind && foldName(a.name) === foldName(b.name)
}

/**
 * How to say hello with it. A guest's hello may be repeated for ever; it makes the guest or finds
 * it.
 */
export function authFor(identity: Identity, credentials: Credentials | undefined): Auth {
  const { token, kind, name, isKnown } = identity
  if (kind === 'guest') return { kind: 'guest', name, token }
  if (isKnown || credentials === undefined || credentials.kind === 'token') {
    return { kind: 'token', token }
  }
  if (credentials.kind === 'guest') return { kind: 'guest', name, token }
  const { password, label } = credentials
  const auth = { kind: credentials.kind, name, password, token }
  return label === undefined ? auth : { ...auth, label }
}

/** 256 random bits, base64url. */
export function newToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(tokenBytes))
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

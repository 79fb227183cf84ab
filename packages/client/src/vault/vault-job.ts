/** What all works of a vault stand on while one of them is done. */

import type { CipherFailure } from '@starling/core/client/private/cipher'
import { fromBase64url, toBase64url } from '@starling/core/mls/base64url'
import type { OwnDevice } from '@starling/mls/own-device'
import type { Signer } from '@starling/mls/signing'
import type { ArchiveRow } from '@starling/protocol/down'
import type { Draft } from './draft.ts'
import type { GroupCache } from './group-cache.ts'
import type { VaultNames } from './vault-names.ts'

export interface Me {
  readonly user: string
  readonly device: string
}

export interface VaultJob {
  readonly me: Me
  readonly names: VaultNames
  readonly draft: Draft
  readonly nowMs: number
  readonly groups: GroupCache
  /** Undefined while this device is not linked. */
  own: OwnDevice | undefined
  /** Signs for this device; made when there is none. */
  readonly signer: () => Promise<Signer>
  /** Rows for the servers to keep. */
  readonly archive: ArchiveRow[]
  /** Rooms of which more can be read than before. */
  readonly learned: Set<string>
}

/** The work cannot be done; nothing of it is kept. */
export class WorkRefused extends Error {
  readonly code: CipherFailure

  constructor(code: CipherFailure, say: string) {
    super(say)
    this.code = code
  }
}

export function ownOf({ own }: VaultJob): OwnDevice {
  if (own === undefined) throw new WorkRefused('not-linked', 'This device is not linked yet.')
  return own
}

export function toText(bytes: Uint8Array): string {
  return toBase64url(bytes)
}

export function fromText(text: string): Uint8Array {
  const bytes = fromBase64url(text)
  if (bytes === undefined) throw new WorkRefused('unusable', 'The servers gave what is no base64.')
  return bytes
}

/** The person's own secrets, as each of their linked devices holds them. */
import { type Signer, seedSigner } from '@starling/mls/signing'
import { fromText, type VaultJob } from './vault-job.ts'

export interface IdentityRecord {
  /** Of the key that signs for the person's devices. */
  readonly accountSeed: string
  readonly accountKey: string
  readonly archiveKey: string
  readonly version: number
  /** It came from elsewhere: what the servers keep for this person is to be learned. */
  readonly wantsArchive?: true
}

export function identityOf({ draft, names }: VaultJob): Promise<IdentityRecord | undefined> {
  return draft.record<IdentityRecord>(names.identity)
}

export function accountSigner({ accountSeed }: IdentityRecord): Promise<Signer> {
  return seedSigner(fromText(accountSeed))
}

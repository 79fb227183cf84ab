/**
 * Welcomes (RFC 9420 §12.4.3.1): how those whom a commit added learn its secrets. The outer
 * structure is unsigned, so that one for many can be split into one for each: a new member needs
 * its own secrets alone.
 */
import { type HpkeCiphertext, putHpkeCiphertext, takeHpkeCiphertext } from './commit.ts'
import { putEnvelope, takeEnvelope, wireFormats } from './envelope.ts'
import { readWhole, writeWhole } from './wire.ts'

export interface Welcome {
  readonly suite: number
  readonly secrets: readonly {
    /** The hash of the key package that it was made for. */
    readonly newMember: Uint8Array
    readonly encryptedSecrets: HpkeCiphertext
  }[]
  readonly encryptedGroupInfo: Uint8Array
}

export function readWelcome(bytes: Uint8Array): Welcome | undefined {
  return readWhole(bytes, (reader) => {
    takeEnvelope(reader, wireFormats.welcome)
    const suite = reader.u16()
    const secrets = reader.vector((inner) => {
      const newMember = inner.opaque()
      return { newMember, encryptedSecrets: takeHpkeCiphertext(inner) }
    })
    return { suite, secrets, encryptedGroupInfo: reader.opaque() }
  })
}

export function writeWelcome(welcome: Welcome): Uint8Array {
  return writeWhole(welcome, (writer) => {
    putEnvelope(writer, wireFormats.welcome)
    writer.u16(welcome.suite)
    writer.vector(welcome.secrets, (inner, { newMember, encryptedSecrets }) => {
      inner.opaque(newMember)
      putHpkeCiphertext(inner, encryptedSecrets)
    })
    writer.opaque(welcome.encryptedGroupInfo)
  })
}

/** One welcome for each new member, in the order of the secrets. */
export function splitWelcome(welcome: Welcome): readonly Welcome[] {
  return welcome.secrets.map((secrets) => ({ ...welcome, secrets: [secrets] }))
}

/**
 * MLS's own messages as bytes. All of them travel as the standard's `MLSMessage`, so another
 * implementation could read them. Each kind has a greatest size, since the library has none, and
 * nothing may stand after its end.
 */
import type { Decoder } from 'ts-mls/codec/tlsDecoder.js'
import type { GroupInfo } from 'ts-mls/groupInfo.js'
import type { KeyPackage } from 'ts-mls/keyPackage.js'
import {
  decodeMlsMessage,
  encodeMlsMessage,
  type MLSMessage,
  type MlsMessageContent,
} from 'ts-mls/message.js'
import type { PublicMessage } from 'ts-mls/publicMessage.js'
import type { Welcome } from 'ts-mls/welcome.js'
import { type Bytes, plain } from './bytes.ts'
import { MlsError } from './mls-error.ts'

export const keyPackageBytesMax = 4096
export const groupInfoBytesMax = 16_384
/** With a full tree in it. */
export const welcomeBytesMax = 524_288
export const commitBytesMax = 2_097_152

export function writeMessage(content: MlsMessageContent): Bytes {
  return plain(encodeMlsMessage({ version: 'mls10', ...content }))
}

export function readKeyPackage(bytes: Uint8Array): KeyPackage {
  const message = read(bytes, keyPackageBytesMax, 'a key package')
  if (message.wireformat === 'mls_key_package') return message.keyPackage
  throw unexpected(message, 'a key package')
}

export function readWelcome(bytes: Uint8Array): Welcome {
  const message = read(bytes, welcomeBytesMax, 'a welcome')
  if (message.wireformat === 'mls_welcome') return message.welcome
  throw unexpected(message, 'a welcome')
}

export function readGroupInfo(bytes: Uint8Array): GroupInfo {
  const message = read(bytes, groupInfoBytesMax, 'a GroupInfo')
  if (message.wireformat === 'mls_group_info') return message.groupInfo
  throw unexpected(message, 'a GroupInfo')
}

export function readPublicMessage(bytes: Uint8Array): PublicMessage {
  const message = read(bytes, commitBytesMax, 'a commit')
  if (message.wireformat === 'mls_public_message') return message.publicMessage
  throw unexpected(message, 'a commit')
}

function read(bytes: Uint8Array, bytesMax: number, what: string): MLSMessage {
  if (bytes.length > bytesMax) {
    throw new MlsError('too-large', `${what} of ${bytes.length} bytes, ${bytesMax} are the limit`)
  }
  return decodeWhole(decodeMlsMessage, bytes, what)
}

/** The library's decoders answer nothing, throw, or read less than there is. */
export function decodeWhole<T>(decode: Decoder<T>, bytes: Uint8Array, what: string): T {
  const found = tryToDecode(decode, bytes, what)
  if (found === undefined) throw new MlsError('malformed', `${what} cannot be decoded`)
  const [value, length] = found
  if (length === bytes.length) return value
  throw new MlsError('malformed', `${what} ends at ${length} of ${bytes.length} bytes`)
}

function tryToDecode<T>(decode: Decoder<T>, bytes: Uint8Array, what: string) {
  try {
    return decode(bytes, 0)
  } catch (error) {
    throw new MlsError('malformed', `${what} cannot be decoded`, error)
  }
}

function unexpected({ wireformat }: MLSMessage, what: string): MlsError {
  return new MlsError('malformed', `${wireformat} instead of ${what}`)
}

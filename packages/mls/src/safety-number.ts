/**
 * Sixty digits that are the same for two people if each has the other's true account key. They
 * compare them by another way than this one: the servers could give a false key, but not one with
 * the same digits.
 */
import { sha512 } from '@noble/hashes/sha2.js'
import { ByteWriter, hex } from './bytes.ts'

const groups = 12
const groupBytes = 5
const groupDigits = 5

export interface Account {
  readonly userId: string
  readonly accountKey: Uint8Array
}

/** Twelve groups of five digits, whichever of the two is named first. */
export function safetyNumber(one: Account, other: Account): string {
  const writer = new ByteWriter().text('Starling 1 safety number')
  for (const { userId, accountKey } of [one, other].sort(byKey))
    writer.sized(accountKey).text(userId)
  const hash = sha512(writer.done())
  const digits = Array.from({ length: groups }, (_, at) => {
    const part = hash.subarray(at * groupBytes, (at + 1) * groupBytes)
    const value = part.reduce((sum, byte) => sum * 256 + byte, 0)
    return String(value % 10 ** groupDigits).padStart(groupDigits, '0')
  })
  return digits.join(' ')
}

function byKey(one: Account, other: Account): number {
  return keyOf(one) < keyOf(other) ? -1 : 1
}

function keyOf({ accountKey, userId }: Account): string {
  return `${hex(accountKey)} ${userId}`
}

/**
 * The archive: the keys of past epochs, for the person's other and later devices. It is a list of
 * segments that the servers keep and only add to. Each is sealed under the person's archive key
 * with a key of its own, so any number may be written, by several devices at once; what stands in
 * two of them is the same.
 *
 * With the key goes who could sign in that epoch: the devices whose leaf is another than in the
 * epoch before, or all in the first that this device knows. A leaf that a later epoch does not name
 * is still the device named last.
 */
import { ByteReader, type Bytes, ByteWriter, randomBytes } from './bytes.ts'
import { readDevice } from './credential.ts'
import type { Leaf } from './leaf.ts'
import { MlsError } from './mls-error.ts'
import { openBox, sealBox } from './sealed-box.ts'
import { signatureKeyBytes } from './signing.ts'

const epochKeyBytes = 32
export const archiveKeyBytes = 32
export const segmentEpochsMax = 1000

export interface EpochRecord {
  readonly room: string
  readonly gen: number
  readonly epoch: bigint
  /** `Group.contentKey`. */
  readonly key: Uint8Array
  readonly leaves: readonly Leaf[]
}

export function createArchiveKey(): Bytes {
  return randomBytes(archiveKeyBytes)
}

/** The person's id is bound into it. */
export async function sealSegment(
  archiveKey: Uint8Array,
  userId: string,
  records: readonly EpochRecord[],
): Promise<Bytes> {
  if (records.length > segmentEpochsMax) {
    throw new MlsError('too-large', `${records.length} epochs, ${segmentEpochsMax} are the limit`)
  }
  const writer = new ByteWriter().number(records.length, 4)
  for (const record of records) writeRecord(writer, record)
  return sealBox(archiveKey, { use: 'archive', owner: userId }, writer.done())
}

/** Throws `refused` with another archive key than the one that sealed it. */
export async function openSegment(
  archiveKey: Uint8Array,
  userId: string,
  segment: Uint8Array,
): Promise<readonly EpochRecord[]> {
  const purpose = { use: 'archive', owner: userId }
  const reader = new ByteReader(await openBox(archiveKey, purpose, segment))
  const count = reader.number(4)
  if (count > segmentEpochsMax) throw new MlsError('too-large', `a segment of ${count} epochs`)
  const records = Array.from({ length: count }, () => readRecord(reader))
  reader.end()
  return records
}

function writeRecord(writer: ByteWriter, { room, gen, epoch, key, leaves }: EpochRecord): void {
  writer.text(room).number(gen, 4).big(epoch).raw(key).number(leaves.length, 4)
  for (const { index, device } of leaves) {
    writer.number(index, 4).raw(device.signatureKey).sized(device.identity)
  }
}

function readRecord(reader: ByteReader): EpochRecord {
  const [room, gen, epoch] = [reader.text(), reader.number(4), reader.big()]
  const key = reader.raw(epochKeyBytes)
  const leaves: Leaf[] = []
  for (let left = reader.number(4); left > 0; left -= 1) leaves.push(readLeaf(reader))
  return { room, gen, epoch, key, leaves }
}

function readLeaf(reader: ByteReader): Leaf {
  const index = reader.number(4)
  const signatureKey = reader.raw(signatureKeyBytes)
  return { index, device: readDevice(reader.sized(), signatureKey) }
}

/** A record as the body of a message: msgpack, self-contained, strings and numbers as they are. */
import type { LogRecord } from '@starling/core/log/record'
import { Packr } from 'msgpackr'

/** Kept in the stream's metadata. What is not known is not read. */
export const recordFormat = '1'

export class RecordCodec {
  readonly #packr = new Packr({ useRecords: false, int64AsType: 'number' })

  encode(record: LogRecord): Buffer {
    return this.#packr.pack(record)
  }

  /** Undefined when the bytes are no record. */
  decode(bytes: Uint8Array): LogRecord | undefined {
    let found: unknown
    try {
      found = this.#packr.unpack(bytes)
    } catch {
      // The library throws a plain Error of many kinds for bytes that are not msgpack.
      return undefined
    }
    return isRecord(found) ? found : undefined
  }
}

function isRecord(found: unknown): found is LogRecord {
  if (typeof found !== 'object' || found === null) return false
  const { id, at, ops } = found as { [field: string]: unknown }
  return typeof id === 'string' && id !== '' && typeof at === 'number' && Array.isArray(ops)
}

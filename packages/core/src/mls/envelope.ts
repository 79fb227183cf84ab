/** The envelope of all that MLS sends (MLSMessage, RFC 9420 §6): a version and what follows. */
import type { WireReader, WireWriter } from './wire.ts'

export const version10 = 1

export const wireFormats = { publicMessage: 1, welcome: 3, groupInfo: 4, keyPackage: 5 } as const

export type WireFormat = (typeof wireFormats)[keyof typeof wireFormats]

export function takeEnvelope(reader: WireReader, format: WireFormat): void {
  if (reader.u16() !== version10 || reader.u16() !== format) reader.fail()
}

export function putEnvelope(writer: WireWriter, format: WireFormat): void {
  writer.u16(version10)
  writer.u16(format)
}

/** Leaf nodes (RFC 9420 §7.2): the keys, credential and abilities of one device in a group. */
import { unreachable } from '../now.ts'
import type { WireReader, WireWriter } from './wire.ts'

/** The only kind of credential in Starling's groups; its identity is in `device-identity.ts`. */
const basicCredential = 1

export interface Extension {
  readonly type: number
  readonly data: Uint8Array
}

export interface Capabilities {
  readonly versions: readonly number[]
  readonly suites: readonly number[]
  readonly extensions: readonly number[]
  readonly proposals: readonly number[]
  readonly credentials: readonly number[]
}

export type LeafSource =
  | { readonly kind: 'key-package'; readonly notBefore: bigint; readonly notAfter: bigint }
  | { readonly kind: 'update' }
  | { readonly kind: 'commit'; readonly parentHash: Uint8Array }

export interface LeafNode {
  readonly encryptionKey: Uint8Array
  readonly signatureKey: Uint8Array
  /** Of the basic credential. */
  readonly identity: Uint8Array
  readonly capabilities: Capabilities
  readonly source: LeafSource
  readonly extensions: readonly Extension[]
  readonly signature: Uint8Array
}

export function takeLeafNode(reader: WireReader): LeafNode {
  const encryptionKey = reader.opaque()
  const signatureKey = reader.opaque()
  if (reader.u16() !== basicCredential) reader.fail()
  const identity = reader.opaque()
  const capabilities = takeCapabilities(reader)
  const source = takeSource(reader)
  const extensions = reader.vector(takeExtension)
  const signature = reader.opaque()
  return { encryptionKey, signatureKey, identity, capabilities, source, extensions, signature }
}

export function putLeafNode(writer: WireWriter, leaf: LeafNode): void {
  writer.opaque(leaf.encryptionKey)
  writer.opaque(leaf.signatureKey)
  writer.u16(basicCredential)
  writer.opaque(leaf.identity)
  putCapabilities(writer, leaf.capabilities)
  putSource(writer, leaf.source)
  writer.vector(leaf.extensions, putExtension)
  writer.opaque(leaf.signature)
}

export function takeExtension(reader: WireReader): Extension {
  const type = reader.u16()
  return { type, data: reader.opaque() }
}

export function putExtension(writer: WireWriter, extension: Extension): void {
  writer.u16(extension.type)
  writer.opaque(extension.data)
}

function takeCapabilities(reader: WireReader): Capabilities {
  const versions = reader.vector(takeU16)
  const suites = reader.vector(takeU16)
  const extensions = reader.vector(takeU16)
  const proposals = reader.vector(takeU16)
  return { versions, suites, extensions, proposals, credentials: reader.vector(takeU16) }
}

function putCapabilities(writer: WireWriter, capabilities: Capabilities): void {
  writer.vector(capabilities.versions, putU16)
  writer.vector(capabilities.suites, putU16)
  writer.vector(capabilities.extensions, putU16)
  writer.vector(capabilities.proposals, putU16)
  writer.vector(capabilities.credentials, putU16)
}

function takeSource(reader: WireReader): LeafSource {
  const source = reader.u8()
  if (source === 1) {
    const notBefore = reader.u64()
    return { kind: 'key-package', notBefore, notAfter: reader.u64() }
  }
  if (source === 3) return { kind: 'commit', parentHash: reader.opaque() }
  if (source !== 2) reader.fail()
  return { kind: 'update' }
}

function putSource(writer: WireWriter, source: LeafSource): void {
  switch (source.kind) {
    case 'key-package':
      writer.u8(1)
      writer.u64(source.notBefore)
      writer.u64(source.notAfter)
      return
    case 'update':
      writer.u8(2)
      return
    case 'commit':
      writer.u8(3)
      writer.opaque(source.parentHash)
      return
    default:
      unreachable(source)
  }
}

function takeU16(reader: WireReader): number {
  return reader.u16()
}

function putU16(writer: WireWriter, value: number): void {
  writer.u16(value)
}

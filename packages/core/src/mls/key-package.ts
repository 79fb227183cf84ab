/**
 * Key packages (RFC 9420 §10): what a device lays out so that others can add it to a group while it
 * is away. Each is used once, but for the one marked as the last resort (RFC 9420 §16.8).
 */

import { putEnvelope, takeEnvelope, version10, wireFormats } from './envelope.ts'
import {
  type Extension,
  type LeafNode,
  putExtension,
  putLeafNode,
  takeExtension,
  takeLeafNode,
} from './leaf-node.ts'
import { readWhole, type WireReader, type WireWriter, writeWhole } from './wire.ts'

export const lastResortExtension = 0x000a

export interface KeyPackage {
  readonly suite: number
  readonly initKey: Uint8Array
  readonly leaf: LeafNode
  readonly extensions: readonly Extension[]
  readonly signature: Uint8Array
}

export interface KeyPackageParts extends KeyPackage {
  readonly isLastResort: boolean
  /** Seconds since 1970; beyond the safe integers, the greatest of them. */
  readonly notAfter: number
  /** The bare key package, without an envelope: the same for a package and for an Add of it. */
  readonly raw: Uint8Array
}

/** An MLSMessage with a key package in it. */
export function readKeyPackage(bytes: Uint8Array): KeyPackageParts | undefined {
  const keyPackage = readWhole(bytes, (reader) => {
    takeEnvelope(reader, wireFormats.keyPackage)
    return takeKeyPackage(reader)
  })
  return keyPackage && keyPackageParts(keyPackage)
}

export function writeKeyPackage(keyPackage: KeyPackage): Uint8Array {
  return writeWhole(keyPackage, (writer) => {
    putEnvelope(writer, wireFormats.keyPackage)
    putKeyPackage(writer, keyPackage)
  })
}

/** Nothing for one whose leaf node was made for something else. */
export function keyPackageParts(keyPackage: KeyPackage): KeyPackageParts | undefined {
  const { leaf, extensions } = keyPackage
  if (leaf.source.kind !== 'key-package') return
  return {
    ...keyPackage,
    isLastResort: extensions.some(({ type }) => type === lastResortExtension),
    notAfter: Math.min(Number(leaf.source.notAfter), Number.MAX_SAFE_INTEGER),
    raw: writeWhole(keyPackage, putKeyPackage),
  }
}

export function takeKeyPackage(reader: WireReader): KeyPackage {
  if (reader.u16() !== version10) reader.fail()
  const suite = reader.u16()
  const initKey = reader.opaque()
  const leaf = takeLeafNode(reader)
  const extensions = reader.vector(takeExtension)
  return { suite, initKey, leaf, extensions, signature: reader.opaque() }
}

export function putKeyPackage(writer: WireWriter, keyPackage: KeyPackage): void {
  writer.u16(version10)
  writer.u16(keyPackage.suite)
  writer.opaque(keyPackage.initKey)
  putLeafNode(writer, keyPackage.leaf)
  writer.vector(keyPackage.extensions, putExtension)
  writer.opaque(keyPackage.signature)
}

/**
 * The part of the store that holds what people publish of their keys, and what they keep with the
 * servers sealed. All of it is opaque here: bytes as base64url.
 *
 * Key packages are given away once. One that was published before is known by its init key, also
 * when it is gone, so that a repeat or a late copy of a publication never lays it out again.
 * Contract: room/people-keys.test-suite.ts.
 */
import type { ArchiveRow, ClaimedPackage } from '@starling/protocol/down'

export interface IdentityRow {
  readonly user: string
  /** 0: no identity key yet; `key` is empty then. */
  readonly version: number
  readonly key: string
  readonly recovery?: string
  /** Replaced ones, newest last: a late copy of them is known. */
  readonly recoveriesBefore: readonly string[]
  /** Rows archived under all versions. */
  readonly archived: number
}

export interface DeviceKeysRow {
  readonly device: string
  readonly user: string
  /** The credential identity of its leaves. Absent: the device is not linked. */
  readonly certificate?: string
  /** The last one whose keys the device lost. None that was made before counts again. */
  readonly lost?: string
  readonly linkKey?: string
  readonly lastResort?: string
  /** The newest link mail that it got. */
  readonly linkMail?: string
}

export interface PackageRow {
  readonly device: string
  readonly initKey: string
  /** Absent: given away, or dropped. */
  readonly package?: string
  /** Seconds since 1970. */
  readonly notAfter: number
}

export interface ClaimRow {
  readonly user: string
  readonly claim: string
  readonly room: string
  readonly packages: readonly ClaimedPackage[]
}

export interface ArchivePage {
  /** Of the identity key under which they were archived. */
  readonly version: number
  readonly prefix: string
  readonly after: string
  readonly limit: number
}

export interface PeopleKeys {
  identity(user: string): IdentityRow | undefined
  putIdentity(row: IdentityRow): void

  device(device: string): DeviceKeysRow | undefined
  /** By device id. */
  devicesOf(user: string): readonly DeviceKeysRow[]
  putDevice(row: DeviceKeysRow): void
  /** With all its packages. */
  deleteDevice(device: string): void

  package(device: string, initKey: string): PackageRow | undefined
  /** Those that can be given away, in the order in which they first came. */
  packages(device: string, limit: number): readonly PackageRow[]
  countPackages(device: string): number
  putPackage(row: PackageRow): void
  /** Of those that are gone only the newest `kept`, by their coming, are known from now on. */
  forgetPackages(device: string, kept: number): void

  claim(user: string, claim: string): ClaimRow | undefined
  /** The row is new. Of the person's claims only the newest `kept` stay. */
  addClaim(row: ClaimRow, kept: number): void

  isArchived(user: string, version: number, key: string): boolean
  /** The key is not there yet. */
  addArchived(user: string, version: number, row: ArchiveRow): void
  /** Rows whose keys begin with `prefix` and are after `after`, by key. */
  archived(user: string, page: ArchivePage): readonly ArchiveRow[]
}

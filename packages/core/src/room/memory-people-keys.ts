/** `PeopleKeys` in memory. Puts go through the store, which can undo them. */
import type { ArchiveRow } from '@starling/protocol/down'
import type {
  ArchivePage,
  ClaimRow,
  DeviceKeysRow,
  IdentityRow,
  PackageRow,
  PeopleKeys,
} from './people-keys.ts'

/** Undefined deletes. */
export type SetRow = <V>(table: Map<string, V>, key: string, value: V | undefined) => void

export class MemoryPeopleKeys implements PeopleKeys {
  readonly #set: SetRow
  readonly #identities: Map<string, IdentityRow> = new Map()
  readonly #devices: Map<string, DeviceKeysRow> = new Map()
  /** Device → its packages in the order in which they came; replaced, never changed. */
  readonly #packages: Map<string, readonly PackageRow[]> = new Map()
  /** User → claims, oldest first; replaced, never changed. */
  readonly #claims: Map<string, readonly ClaimRow[]> = new Map()
  /** User and version → key → box. */
  readonly #archived: Map<string, Map<string, string>> = new Map()

  constructor(set: SetRow) {
    this.#set = set
  }

  identity(user: string): IdentityRow | undefined {
    return this.#identities.get(user)
  }

  putIdentity(row: IdentityRow): void {
    this.#set(this.#identities, row.user, row)
  }

  device(device: string): DeviceKeysRow | undefined {
    return this.#devices.get(device)
  }

  devicesOf(user: string): readonly DeviceKeysRow[] {
    return [...this.#devices.values()]
      .filter((row) => row.user === user)
      .sort((a, b) => (a.device < b.device ? -1 : 1))
  }

  putDevice(row: DeviceKeysRow): void {
    this.#set(this.#devices, row.device, row)
  }

  deleteDevice(device: string): void {
    this.#set(this.#devices, device, undefined)
    this.#set(this.#packages, device, undefined)
  }

  package(device: string, initKey: string): PackageRow | undefined {
    return this.#packagesOf(device).find((row) => row.initKey === initKey)
  }

  packages(device: string, limit: number): readonly PackageRow[] {
    const there = this.#packagesOf(device).filter((row) => row.package !== undefined)
    return there.slice(0, limit)
  }

  countPackages(device: string): number {
    return this.#packagesOf(device).filter((row) => row.package !== undefined).length
  }

  putPackage(row: PackageRow): void {
    const before = this.#packagesOf(row.device)
    const isThere = before.some(({ initKey }) => initKey === row.initKey)
    const after = isThere
      ? before.map((one) => (one.initKey === row.initKey ? row : one))
      : [...before, row]
    this.#set(this.#packages, row.device, after)
  }

  forgetPackages(device: string, kept: number): void {
    const before = this.#packagesOf(device)
    const gone = before.filter((row) => row.package === undefined)
    const forgotten = new Set(gone.slice(0, Math.max(0, gone.length - kept)))
    if (forgotten.size === 0) return
    const after = before.filter((row) => !forgotten.has(row))
    this.#set(this.#packages, device, after.length > 0 ? after : undefined)
  }

  claim(user: string, claim: string): ClaimRow | undefined {
    return this.#claims.get(user)?.find((row) => row.claim === claim)
  }

  addClaim(row: ClaimRow, kept: number): void {
    const claims = [...(this.#claims.get(row.user) ?? []), row]
    this.#set(this.#claims, row.user, claims.slice(-kept))
  }

  isArchived(user: string, version: number, key: string): boolean {
    return this.#archived.get(`${user} ${version}`)?.has(key) ?? false
  }

  addArchived(user: string, version: number, { key, box }: ArchiveRow): void {
    const table = this.#archived.get(`${user} ${version}`) ?? new Map<string, string>()
    this.#archived.set(`${user} ${version}`, table)
    this.#set(table, key, box)
  }

  archived(user: string, page: ArchivePage): readonly ArchiveRow[] {
    const { version, prefix, after, limit } = page
    return [...(this.#archived.get(`${user} ${version}`) ?? [])]
      .filter(([key]) => key.startsWith(prefix) && key > after)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, limit)
      .map(([key, box]) => ({ key, box }))
  }

  tables(): Record<string, Map<unknown, unknown>> {
    return {
      identities: this.#identities,
      deviceKeys: this.#devices,
      packages: this.#packages,
      claims: this.#claims,
      archived: this.#archived,
    }
  }

  #packagesOf(device: string): readonly PackageRow[] {
    return this.#packages.get(device) ?? []
  }
}

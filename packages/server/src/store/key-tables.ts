/** People's keys: identities, devices, key packages, claims, and what was archived. */
import type { DatabaseSync } from 'node:sqlite'
import type {
  ArchivePage,
  ClaimRow,
  DeviceKeysRow,
  IdentityRow,
  PackageRow,
  PeopleKeys,
} from '@starling/core/room/people-keys'
import type { ArchiveRow } from '@starling/protocol/down'
import { maybeText, number, type Row, text } from './rows.ts'

export class KeyTables implements PeopleKeys {
  readonly #identities
  readonly #devices
  readonly #packages
  readonly #claims
  readonly #archive

  constructor(db: DatabaseSync) {
    this.#identities = identityStatements(db)
    this.#devices = deviceStatements(db)
    this.#packages = packageStatements(db)
    this.#claims = claimStatements(db)
    this.#archive = archiveStatements(db)
  }

  identity(user: string): IdentityRow | undefined {
    const row = this.#identities.get.get(user)
    return row && identityOf(row)
  }

  putIdentity(row: IdentityRow): void {
    const { user, version, key, recovery, recoveriesBefore, archived } = row
    const before = JSON.stringify(recoveriesBefore)
    this.#identities.put.run(user, version, key, recovery ?? null, before, archived)
  }

  device(device: string): DeviceKeysRow | undefined {
    const row = this.#devices.get.get(device)
    return row && deviceKeysOf(row)
  }

  devicesOf(user: string): readonly DeviceKeysRow[] {
    return this.#devices.of.all(user).map(deviceKeysOf)
  }

  putDevice(row: DeviceKeysRow): void {
    const { device, user, certificate, lost, linkKey, lastResort, linkMail } = row
    const certificates = [certificate ?? null, lost ?? null]
    const others = [linkKey ?? null, lastResort ?? null, linkMail ?? null]
    this.#devices.put.run(device, user, ...certificates, ...others)
  }

  deleteDevice(device: string): void {
    this.#devices.delete.run(device)
    this.#packages.deleteAll.run(device)
  }

  package(device: string, initKey: string): PackageRow | undefined {
    const row = this.#packages.get.get(device, initKey)
    return row && packageOf(row)
  }

  packages(device: string, limit: number): readonly PackageRow[] {
    return this.#packages.left.all(device, limit).map(packageOf)
  }

  countPackages(device: string): number {
    return number(this.#packages.count.get(device)!, 'n')
  }

  putPackage(row: PackageRow): void {
    this.#packages.put.run(row.device, row.initKey, row.package ?? null, row.notAfter)
  }

  forgetPackages(device: string, kept: number): void {
    this.#packages.forget.run(device, kept)
  }

  claim(user: string, claim: string): ClaimRow | undefined {
    const row = this.#claims.get.get(user, claim)
    return row && claimOf(row)
  }

  addClaim({ user, claim, room, packages }: ClaimRow, kept: number): void {
    this.#claims.add.run(user, claim, room, JSON.stringify(packages))
    this.#claims.forget.run(user, kept)
  }

  isArchived(user: string, version: number, key: string): boolean {
    return this.#archive.has.get(user, version, key) !== undefined
  }

  addArchived(user: string, version: number, { key, box }: ArchiveRow): void {
    this.#archive.add.run(user, version, key, box)
  }

  archived(user: string, page: ArchivePage): readonly ArchiveRow[] {
    const { version, prefix, after, limit } = page
    // Keys are ASCII: what follows all that begin with the prefix begins with it and DEL.
    const rows = this.#archive.page.all(user, version, after, prefix, `${prefix}\u007f`, limit)
    return rows.map((row) => ({ key: text(row, 'key'), box: text(row, 'box') }))
  }
}

function identityStatements(db: DatabaseSync) {
  return {
    get: db.prepare('SELECT * FROM identities WHERE user = ?'),
    put: db.prepare(
      `INSERT INTO identities (user, version, key, recovery, recoveries_before, archived)
       VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (user) DO UPDATE SET version = excluded.version, key = excluded.key,
         recovery = excluded.recovery, recoveries_before = excluded.recoveries_before,
         archived = excluded.archived`,
    ),
  }
}

function deviceStatements(db: DatabaseSync) {
  return {
    get: db.prepare('SELECT * FROM device_keys WHERE device = ?'),
    of: db.prepare('SELECT * FROM device_keys WHERE user = ? ORDER BY device'),
    put: db.prepare(
      `INSERT INTO device_keys
         (device, user, certificate, lost, link_key, last_resort, link_mail)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (device) DO UPDATE SET user = excluded.user,
         certificate = excluded.certificate, lost = excluded.lost,
         link_key = excluded.link_key, last_resort = excluded.last_resort,
         link_mail = excluded.link_mail`,
    ),
    delete: db.prepare('DELETE FROM device_keys WHERE device = ?'),
  }
}

function packageStatements(db: DatabaseSync) {
  return {
    get: db.prepare('SELECT * FROM key_packages WHERE device = ? AND init_key = ?'),
    left: db.prepare(
      `SELECT * FROM key_packages WHERE device = ? AND package IS NOT NULL
       ORDER BY added LIMIT ? + 0`,
    ),
    count: db.prepare(
      'SELECT count(*) AS n FROM key_packages WHERE device = ? AND package IS NOT NULL',
    ),
    put: db.prepare(
      `INSERT INTO key_packages (device, init_key, package, not_after) VALUES (?, ?, ?, ?)
       ON CONFLICT (device, init_key) DO UPDATE SET package = excluded.package,
         not_after = excluded.not_after`,
    ),
    deleteAll: db.prepare('DELETE FROM key_packages WHERE device = ?'),
    forget: db.prepare(
      `DELETE FROM key_packages WHERE added IN
         (SELECT added FROM key_packages WHERE device = ? AND package IS NULL
          ORDER BY added DESC LIMIT -1 OFFSET ?)`,
    ),
  }
}

function claimStatements(db: DatabaseSync) {
  return {
    get: db.prepare('SELECT * FROM claims WHERE user = ? AND claim = ?'),
    add: db.prepare('INSERT INTO claims (user, claim, room, packages) VALUES (?, ?, ?, ?)'),
    forget: db.prepare(
      `DELETE FROM claims WHERE added IN
         (SELECT added FROM claims WHERE user = ? ORDER BY added DESC LIMIT -1 OFFSET ?)`,
    ),
  }
}

function archiveStatements(db: DatabaseSync) {
  return {
    has: db.prepare('SELECT 1 FROM archived WHERE user = ? AND version = ? AND key = ?'),
    add: db.prepare('INSERT INTO archived (user, version, key, box) VALUES (?, ?, ?, ?)'),
    page: db.prepare(
      `SELECT key, box FROM archived
       WHERE user = ? AND version = ? AND key > ? AND key >= ? AND key < ?
       ORDER BY key LIMIT ? + 0`,
    ),
  }
}

function identityOf(row: Row): IdentityRow {
  const recovery = maybeText(row, 'recovery')
  return {
    user: text(row, 'user'),
    version: number(row, 'version'),
    key: text(row, 'key'),
    ...(recovery === undefined ? {} : { recovery }),
    recoveriesBefore: JSON.parse(text(row, 'recoveries_before')) as readonly string[],
    archived: number(row, 'archived'),
  }
}

function deviceKeysOf(row: Row): DeviceKeysRow {
  const [certificate, linkKey] = [maybeText(row, 'certificate'), maybeText(row, 'link_key')]
  const lost = maybeText(row, 'lost')
  const [lastResort, linkMail] = [maybeText(row, 'last_resort'), maybeText(row, 'link_mail')]
  return {
    device: text(row, 'device'),
    user: text(row, 'user'),
    ...(certificate === undefined ? {} : { certificate }),
    ...(lost === undefined ? {} : { lost }),
    ...(linkKey === undefined ? {} : { linkKey }),
    ...(lastResort === undefined ? {} : { lastResort }),
    ...(linkMail === undefined ? {} : { linkMail }),
  }
}

function packageOf(row: Row): PackageRow {
  const bytes = maybeText(row, 'package')
  return {
    device: text(row, 'device'),
    initKey: text(row, 'init_key'),
    ...(bytes === undefined ? {} : { package: bytes }),
    notAfter: number(row, 'not_after'),
  }
}

function claimOf(row: Row): ClaimRow {
  return {
    user: text(row, 'user'),
    claim: text(row, 'claim'),
    room: text(row, 'room'),
    packages: JSON.parse(text(row, 'packages')) as ClaimRow['packages'],
  }
}

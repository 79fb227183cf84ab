import type { DatabaseSync } from 'node:sqlite'
import type { AccountRow, DeviceRow } from '@starling/core/room/store'
import { RowCache } from './row-cache.ts'
import { number, type Row, text } from './rows.ts'

export class PeopleTables {
  readonly cache = new RowCache<AccountRow>()
  readonly #account
  readonly #accountByName
  readonly #putAccount
  readonly #device
  readonly #devicesOf
  readonly #putDevice
  readonly #deleteDevice

  constructor(db: DatabaseSync) {
    this.#account = db.prepare('SELECT * FROM accounts WHERE user = ?')
    this.#accountByName = db.prepare('SELECT * FROM accounts WHERE folded_name = ?')
    this.#putAccount = db.prepare(
      `INSERT INTO accounts (user, name, folded_name, is_guest, password_hash, added_at)
       VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (user) DO UPDATE SET name = excluded.name, folded_name = excluded.folded_name,
         is_guest = excluded.is_guest, password_hash = excluded.password_hash,
         added_at = excluded.added_at`,
    )
    this.#device = db.prepare('SELECT * FROM devices WHERE device = ?')
    this.#devicesOf = db.prepare('SELECT * FROM devices WHERE user = ? ORDER BY added')
    this.#putDevice = db.prepare(
      `INSERT INTO devices (device, user, label, added_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (device) DO UPDATE SET user = excluded.user, label = excluded.label,
         added_at = excluded.added_at`,
    )
    this.#deleteDevice = db.prepare('DELETE FROM devices WHERE device = ?')
  }

  account(user: string): AccountRow | undefined {
    return this.cache.get(user, () => {
      const row = this.#account.get(user)
      return row && accountOf(row)
    })
  }

  accountByName(foldedName: string): AccountRow | undefined {
    const row = this.#accountByName.get(foldedName)
    return row && accountOf(row)
  }

  putAccount(row: AccountRow): void {
    const { user, name, foldedName, isGuest, passwordHash, addedAt } = row
    this.cache.put(user, row)
    this.#putAccount.run(user, name, foldedName, isGuest ? 1 : 0, passwordHash ?? null, addedAt)
  }

  device(device: string): DeviceRow | undefined {
    const row = this.#device.get(device)
    return row && deviceOf(row)
  }

  devicesOf(user: string): readonly DeviceRow[] {
    return this.#devicesOf.all(user).map(deviceOf)
  }

  putDevice(row: DeviceRow): void {
    this.#putDevice.run(row.device, row.user, row.label, row.addedAt)
  }

  deleteDevice(device: string): void {
    this.#deleteDevice.run(device)
  }
}

function accountOf(row: Row): AccountRow {
  const passwordHash =
    row.password_hash === null ? {} : { passwordHash: text(row, 'password_hash') }
  return {
    user: text(row, 'user'),
    name: text(row, 'name'),
    foldedName: text(row, 'folded_name'),
    isGuest: number(row, 'is_guest') === 1,
    ...passwordHash,
    addedAt: number(row, 'added_at'),
  }
}

function deviceOf(row: Row): DeviceRow {
  return {
    device: text(row, 'device'),
    user: text(row, 'user'),
    label: text(row, 'label'),
    addedAt: number(row, 'added_at'),
  }
}

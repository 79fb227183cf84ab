/**
 * How far the store has come: one row, which also keeps what is one for the whole store. Within a
 * transaction nobody else can change it, so it is read once, changed in memory and written once.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { Position } from '@starling/core/log/record'
import { defaultSettings, type Settings } from '@starling/core/room/settings'
import type { Trail } from '@starling/core/room/store'
import { number, type Row, text } from './rows.ts'
import { storeVersion } from './schema.ts'

export interface Progress {
  position: Position
  trail: Trail
  settings: Settings
  /** Cursor of the newest entry that all indexes reach: unindexed.ts. */
  indexed: number
}

export class ProgressTable {
  readonly #position
  readonly #read
  readonly #write
  /** The settings as they stand in the row, and what they are. */
  #parsed: { readonly json: string; readonly settings: Settings } = {
    json: '',
    settings: defaultSettings,
  }

  constructor(db: DatabaseSync) {
    this.#position = db.prepare('SELECT version, position FROM progress')
    this.#read = db.prepare(
      'SELECT version, position, record_id, digest, settings, indexed FROM progress',
    )
    this.#write = db.prepare(
      'UPDATE progress SET position = ?, record_id = ?, digest = ?, settings = ?, indexed = ?',
    )
  }

  position(): Position {
    return number(ofThisVersion(this.#position.get()), 'position')
  }

  read(): Progress {
    const row = ofThisVersion(this.#read.get())
    return {
      position: number(row, 'position'),
      trail: { recordId: text(row, 'record_id'), digest: text(row, 'digest') },
      settings: this.#settingsOf(text(row, 'settings')),
      indexed: number(row, 'indexed'),
    }
  }

  write({ position, trail, settings, indexed }: Progress): void {
    if (settings !== this.#parsed.settings) {
      this.#parsed = { json: JSON.stringify(settings), settings }
    }
    this.#write.run(position, trail.recordId, trail.digest, this.#parsed.json, indexed)
  }

  #settingsOf(json: string): Settings {
    if (json !== this.#parsed.json) {
      this.#parsed = { json, settings: json === '' ? defaultSettings : JSON.parse(json) }
    }
    return this.#parsed.settings
  }
}

function ofThisVersion(row: Row | undefined): Row {
  if (!row || row.version !== storeVersion) {
    throw new Error(
      'Another version of Starling took this store over; restart this process with it.',
    )
  }
  return row
}

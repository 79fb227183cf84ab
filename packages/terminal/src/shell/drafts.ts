/**
 * What was being written, kept on disk: one small file in the profile, written within `saveMs` of
 * the last key and replaced whole, so that a crash leaves the old or the new one.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const saveMs = 200
const fileName = 'terminal.json'

interface Kept {
  /** Room → text. */
  readonly drafts: { readonly [room: string]: string }
  /** The room that was on the screen. */
  readonly room?: string
}

export class Drafts {
  readonly #directory: string
  readonly #drafts: Map<string, string>
  #room: string | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(directory: string) {
    this.#directory = directory
    const kept = read(join(directory, fileName))
    this.#drafts = new Map(Object.entries(kept.drafts))
    this.#room = kept.room
  }

  get all(): ReadonlyMap<string, string> {
    return this.#drafts
  }

  get room(): string | undefined {
    return this.#room
  }

  keep(room: string, text: string): void {
    if (text === (this.#drafts.get(room) ?? '')) return
    if (text === '') this.#drafts.delete(room)
    else this.#drafts.set(room, text)
    this.#save()
  }

  keepRoom(room: string): void {
    if (room === this.#room) return
    this.#room = room
    this.#save()
  }

  /** Writes what waits to be written. */
  flush(): void {
    if (this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    const kept: Kept = {
      drafts: Object.fromEntries(this.#drafts),
      ...(this.#room === undefined ? {} : { room: this.#room }),
    }
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 })
    const path = join(this.#directory, fileName)
    writeFileSync(`${path}.${process.pid}`, JSON.stringify(kept), { mode: 0o600 })
    renameSync(`${path}.${process.pid}`, path)
  }

  #save(): void {
    this.#timer ??= setTimeout(() => this.flush(), saveMs)
  }
}

/** A file that cannot be read as drafts holds none: it must not keep anybody from chatting. */
function read(path: string): Kept {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return { drafts: {} }
  }
  try {
    return parse(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError) return { drafts: {} }
    throw error
  }
}

function parse(value: unknown): Kept {
  if (typeof value !== 'object' || value === null || !('drafts' in value)) return { drafts: {} }
  const drafts = Object.entries(value.drafts ?? {}).filter(
    (pair): pair is [string, string] => typeof pair[1] === 'string',
  )
  const room = 'room' in value && typeof value.room === 'string' ? { room: value.room } : {}
  return { drafts: Object.fromEntries(drafts), ...room }
}

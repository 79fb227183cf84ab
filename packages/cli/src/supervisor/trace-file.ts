/**
 * Where the process of a role writes its trace lines: an open file, handed to it as its output, so
 * that neither a busy nor a dead supervisor ever holds it up. The file is opened for appending;
 * when it has grown too long it is copied away and emptied in place, and the process goes on
 * writing at its new end. A few lines may be lost in that moment.
 */
import { closeSync, copyFileSync, fstatSync, ftruncateSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'

export interface TraceTuning {
  readonly bytesMax: number
  readonly lookMs: number
}

const traceTuning: TraceTuning = { bytesMax: 16 * 1024 * 1024, lookMs: 5_000 }

/** One file a role, `name.log`; what it held before it was emptied last is `name.log.1`. */
export class TraceFolder {
  readonly #files: ReadonlyMap<string, { readonly path: string; readonly descriptor: number }>
  readonly #timer: NodeJS.Timeout

  constructor(folder: string, names: readonly string[], tuning: TraceTuning = traceTuning) {
    mkdirSync(folder, { recursive: true })
    const open = (name: string) => {
      const path = join(folder, `${name}.log`)
      return [name, { path, descriptor: openSync(path, 'a', 0o600) }] as const
    }
    this.#files = new Map(names.map(open))
    this.#timer = setInterval(() => this.shorten(tuning.bytesMax), tuning.lookMs).unref()
  }

  descriptorOf(name: string): number | undefined {
    return this.#files.get(name)?.descriptor
  }

  shorten(bytesMax: number): void {
    for (const { path, descriptor } of this.#files.values()) {
      if (fstatSync(descriptor).size <= bytesMax) continue
      copyFileSync(path, `${path}.1`)
      ftruncateSync(descriptor, 0)
    }
  }

  close(): void {
    clearInterval(this.#timer)
    for (const { descriptor } of this.#files.values()) closeSync(descriptor)
  }
}

/**
 * The frames that are due to a client at the end of a turn, as one buffer to be written at once.
 * Clients that get the same frames in the same order (the followers of one room, mostly) share one
 * run, and so one copy: a run points to the run before it, and its bytes are put together only for
 * the last run that somebody stands at. A thousand followers of twenty messages cost one
 * concatenation and a thousand writes of the same buffer.
 */
export class TextRun {
  readonly #before: TextRun | undefined
  readonly #frame: Buffer
  readonly frames: number
  #bytes: Buffer | undefined

  constructor(before: TextRun | undefined, frame: Buffer) {
    this.#before = before
    this.#frame = frame
    this.frames = before === undefined ? 1 : before.frames + 1
  }

  get bytes(): Buffer {
    this.#bytes ??= this.#join()
    return this.#bytes
  }

  #join(): Buffer {
    if (this.#before === undefined) return this.#frame
    const parts = new Array<Buffer>(this.frames)
    let run: TextRun | undefined = this
    for (let at = this.frames - 1; run !== undefined; at--) {
      parts[at] = run.#frame
      run = run.#before
    }
    return Buffer.concat(parts)
  }
}

/** Whoever collects a run: a client connection. */
export interface RunHolder {
  run: TextRun | undefined
}

/** Adds one frame to the runs of all of these; those that stood together stand together again. */
export function extendRuns(holders: Iterable<RunHolder>, frame: Buffer): void {
  const next = new Map<TextRun | undefined, TextRun>()
  // Neighbours stand together most of the time, and then nothing need be looked up.
  let before: TextRun | undefined
  let after: TextRun | undefined
  for (const holder of holders) {
    if (after === undefined || holder.run !== before) {
      before = holder.run
      after = next.get(before)
      if (after === undefined) {
        after = new TextRun(before, frame)
        next.set(before, after)
      }
    }
    holder.run = after
  }
}

/** A promise of the system that a run broke. It ends the run; the seed shows it again. */
export class BrokenPromise extends Error {
  /** `P1` … `P8`, `L1` … (the log's contract), or `calm` (things did not come to rest). */
  readonly promise: string

  constructor(promise: string, message: string) {
    super(message)
    this.name = 'BrokenPromise'
    this.promise = promise
  }
}

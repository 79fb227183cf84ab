/**
 * A mutant is the system without one of its rules: one or several replacements in the source, made
 * as it is loaded. Each `find` must stand exactly once in its file, or the mutant itself is in
 * error.
 */
export interface Patch {
  /** Below `packages/`. */
  readonly file: string
  readonly find: string
  readonly replace: string
}

export interface Mutant {
  readonly name: string
  /** What is missing, as a sentence. */
  readonly without: string
  readonly patches: readonly Patch[]
}

/** Time is an argument everywhere in the core. */
export interface Now {
  /** Never goes back; for waits and limits. */
  readonly ms: number
  /** Milliseconds since 1970; may jump. Only for what people read. */
  readonly wallMs: number
}

/** Chance is an argument too: numbers in [0, 1). */
export type Chance = () => number

/** The end of a `switch` over a union. */
export function unreachable(x: never): never {
  throw new Error(`unreachable: ${JSON.stringify(x)}`)
}

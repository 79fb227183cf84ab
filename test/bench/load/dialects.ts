/** The dialects by name, so that a process can be told which to speak. */
import type { Dialect } from './dialect.ts'
import { StarlingDialect } from './starling-dialect.ts'

export const dialects = {
  starling: () => new StarlingDialect(),
} as const satisfies Record<string, () => Dialect>

export type DialectName = keyof typeof dialects

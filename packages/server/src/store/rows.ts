/**
 * What SQLite hands back, as what it was when it was put. STRICT tables hold the types.
 *
 * Statements say `LIMIT ? + 0`, not `LIMIT ?`: SQLite plans by a limit that is a bare variable, and
 * prepares the statement anew whenever it is bound, which takes longer than to carry it out.
 */
import type { SQLOutputValue } from 'node:sqlite'

export type Row = Record<string, SQLOutputValue>

export function text(row: Row, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw new Error(`${column} is no text`)
  return value
}

export function number(row: Row, column: string): number {
  const value = row[column]
  if (typeof value !== 'number') throw new Error(`${column} is no number`)
  return value
}

export function maybeText(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : text(row, column)
}

/** What a subcommand is: its line in the help, and its code, loaded when it is called. */
import type { ExitCode } from './exit-codes.ts'

export interface CommandSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly workingFolder: string
  out(text: string): void
  /** Settles when what was printed fits into what the reader has not read yet. */
  printed(): Promise<void>
  /** For what is not the result: notes, warnings, errors. */
  note(text: string): void
}

export type RunCommand = (
  args: readonly string[],
  surroundings: CommandSurroundings,
) => Promise<ExitCode>

export interface Subcommand {
  readonly name: string
  /** After `starling `. */
  readonly usage: string
  readonly say: string
  /** Option → what it does. */
  readonly options: readonly (readonly [option: string, say: string])[]
  /** Goes on when nobody reads what it prints any more. */
  readonly isServer?: boolean
  readonly load: () => Promise<{ readonly run: RunCommand }>
}

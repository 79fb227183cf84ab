/** The command line as a function: from arguments to an exit code. */
import { ConfigError } from '@starling/server/config/config-error'
import { nearestWord } from '@starling/server/config/nearest-word'
import { StartError } from '@starling/server/telemetry/start-error'
import {
  CannotStart,
  type ExitCode,
  exitCodeOf,
  exitCodes,
  NotDone,
  UsageError,
} from './exit-codes.ts'
import type { CommandSurroundings } from './subcommand.ts'
import { subcommands } from './subcommands.ts'
import { version } from './version.ts'

export async function runStarling(
  args: readonly string[],
  surroundings: CommandSurroundings,
): Promise<ExitCode> {
  const [first = 'help', ...rest] = args
  if (first === '--version' || first === '-v') {
    surroundings.out(version())
    return exitCodes.done
  }
  const isHelp = first === '--help' || first === '-h'
  const name = isHelp ? 'help' : first
  const command = subcommands.find((it) => it.name === name)
  if (command === undefined) {
    const near = nearestWord(name, [...subcommands.map((it) => it.name), '--version', '--help'])
    const hint = near === undefined ? 'see "starling help"' : `did you mean "starling ${near}"?`
    surroundings.note(`starling: there is no command "${name}"; ${hint}`)
    return exitCodes.usage
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    return runStarling(['help', name], surroundings)
  }
  try {
    const { run } = await command.load()
    return await run(rest, surroundings)
  } catch (error) {
    return told(error, name, surroundings)
  }
}

function told(error: unknown, name: string, { note }: CommandSurroundings): ExitCode {
  if (isUsageError(error)) {
    const [found] = error.message.split('. ')
    note(`starling ${name}: ${found}; see "starling help ${name}"`)
    return exitCodes.usage
  }
  if (error instanceof ConfigError) {
    for (const line of error.message.split('\n')) note(line)
    return exitCodes.cannotStart
  }
  if (error instanceof CannotStart || error instanceof StartError) {
    note(`starling ${name}: ${error.message}`)
    note(`  ${error.remedy}`)
    return error instanceof StartError ? exitCodeOf(error) : exitCodes.cannotStart
  }
  if (error instanceof NotDone) {
    note(`starling ${name}: ${error.message}`)
    note(`  ${error.remedy}`)
    return exitCodes.failed
  }
  throw error
}

function isUsageError(error: unknown): error is Error {
  if (error instanceof UsageError) return true
  return error instanceof Error && 'code' in error && /^ERR_PARSE_ARGS/.test(String(error.code))
}

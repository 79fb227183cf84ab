/** `starling help [COMMAND]` */
import { nearestWord } from '@starling/server/config/nearest-word'
import { exitCodes, UsageError } from '../exit-codes.ts'
import type { RunCommand, Subcommand } from '../subcommand.ts'
import { subcommands } from '../subcommands.ts'

export const run: RunCommand = async (args, { out }) => {
  const [name] = args
  if (name === undefined) {
    out('Starling: chat that behaves like one server and is made of many.\n')
    out(columns(subcommands.map((it) => [`starling ${it.name}`, it.say])))
    out(
      '\n"starling help COMMAND" shows the options of a command. docs/operating.md tells the rest.',
    )
    return exitCodes.done
  }
  const command = subcommands.find((it) => it.name === name)
  if (command === undefined) {
    const near = nearestWord(
      name,
      subcommands.map((it) => it.name),
    )
    throw new UsageError(
      `there is no command "${name}"${near === undefined ? '' : `; did you mean "${near}"?`}`,
    )
  }
  out(helpOf(command))
  return exitCodes.done
}

function helpOf(command: Subcommand): string {
  const head = `starling ${command.usage}\n  ${command.say}`
  return command.options.length === 0 ? head : `${head}\n\n${columns(command.options)}`
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n')
}

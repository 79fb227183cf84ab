/** The options that say which configuration holds; the same for every command that needs one. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Config, loadConfig } from '@starling/server/config/config'
import type { ConfigFlags } from '@starling/server/config/config-values'
import { nearestWord } from '@starling/server/config/nearest-word'
import { UsageError } from './exit-codes.ts'
import type { CommandSurroundings } from './subcommand.ts'

export const configOptions = {
  config: { type: 'string' },
  data: { type: 'string' },
  port: { type: 'string' },
} as const

export function configOf(flags: ConfigFlags, surroundings: CommandSurroundings): Config {
  const { environment, workingFolder } = surroundings
  return loadConfig({ environment, flags, workingFolder })
}

/** The configuration, and the one file that the command is about, absolute. */
export function configAndFileOf(
  args: readonly string[],
  { say, surroundings }: { readonly say: string; readonly surroundings: CommandSurroundings },
): { readonly config: Config; readonly file: string } {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: configOptions,
    allowPositionals: true,
  })
  const [given, ...rest] = positionals
  if (given === undefined || rest.length > 0) throw new UsageError(say)
  const config = configOf(values, surroundings)
  return { config, file: resolve(surroundings.workingFolder, given) }
}

/** The same again, for a process of one role. */
export function argumentsOf(flags: ConfigFlags): readonly string[] {
  const { config, data, port } = flags
  return Object.entries({ config, data, port }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, value],
  )
}

/** `--rebuild` is about stores that the log can make anew, apart from the log. */
export function assertOwnStores({ values }: Config): void {
  if (values.engine === 'nats') return
  throw new UsageError('--rebuild is for engine = "nats", whose backends have stores of their own')
}

/** The role that a process takes: the one named, or the only one there is. */
export function chosenRole(
  kind: 'front-end' | 'backend',
  name: string | undefined,
  roles: readonly { readonly name: string }[],
): string {
  const names = roles.map((it) => it.name)
  const [only, ...others] = names
  if (name === undefined && only !== undefined && others.length === 0) return only
  if (name === undefined) throw new UsageError(`say which: --name ${names.join(' or ')}`)
  if (names.includes(name)) return name
  const near = nearestWord(name, names)
  const hint = near === undefined ? `there are ${names.join(', ')}` : `did you mean "${near}"?`
  throw new UsageError(`the configuration has no ${kind} "${name}"; ${hint}`)
}

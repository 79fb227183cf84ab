/** The options that say which configuration holds; the same for every command that needs one. */
import { type Config, loadConfig } from '@starling/server/config/config'
import type { ConfigFlags } from '@starling/server/config/config-values'
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

/** The same again, for a process of one role. */
export function argumentsOf(flags: ConfigFlags): readonly string[] {
  const { config, data, port } = flags
  return Object.entries({ config, data, port }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, value],
  )
}

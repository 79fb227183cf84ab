/** `starling check`: whether the configuration is right, and what it amounts to. */
import { accessSync, constants } from 'node:fs'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import type { Config, EffectiveValue } from '@starling/server/config/config'
import { ConfigError } from '@starling/server/config/config-error'
import { natsFileKeys } from '@starling/server/config/nats-keys'
import { configOf, configOptions } from '../config-arguments.ts'
import { exitCodes } from '../exit-codes.ts'
import type { RunCommand } from '../subcommand.ts'

export const run: RunCommand = async (args, surroundings) => {
  const options = { ...configOptions, json: { type: 'boolean' } } as const
  const { values } = parseArgs({ args: [...args], options })
  let config: Config
  try {
    config = configOf(values, surroundings)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    if (values.json) surroundings.out(JSON.stringify({ ok: false, problems: error.problems }))
    else surroundings.note(error.message)
    return exitCodes.failed
  }
  const warnings = [...config.warnings, ...unreadableFiles(config)]
  if (values.json) {
    const { effective } = config
    surroundings.out(JSON.stringify({ ok: true, warnings, values: effective }))
    return exitCodes.done
  }
  surroundings.out(effectiveTable(config.effective))
  for (const warning of warnings) surroundings.note(`warning: ${warning}`)
  const file =
    config.file === undefined ? 'no starling.toml; all by default' : basename(config.file)
  surroundings.out(`\nThe configuration is right (${file}).`)
  return exitCodes.done
}

const fileKeys = [
  'tls.certFile',
  'tls.keyFile',
  'cluster.certFile',
  'cluster.certKeyFile',
  'cluster.caFile',
  ...natsFileKeys,
] as const

/** No error: the file may be that of another machine, with another role. */
function unreadableFiles(config: Config): readonly string[] {
  return fileKeys.flatMap((key) => {
    const path = config.pathOf(key)
    if (path === undefined) return []
    try {
      accessSync(path, constants.R_OK)
      return []
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error
      return [`${key}: cannot read ${path} here (${error.code})`]
    }
  })
}

function effectiveTable(rows: readonly EffectiveValue[]): string {
  const cells = rows.map(({ key, value, from }) => [key, shown(value), from] as const)
  const keyWidth = Math.max(...cells.map(([key]) => key.length))
  const valueWidth = Math.max(...cells.map(([, value]) => value.length))
  return cells
    .map(([key, value, from]) => `${key.padEnd(keyWidth)}  ${value.padEnd(valueWidth)}  ${from}`)
    .join('\n')
}

function shown(value: unknown): string {
  if (value === undefined) return '-'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

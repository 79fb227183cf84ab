/** `starling frontend [--name NAME]`: one front-end, until it is asked to end. */
import { parseArgs } from 'node:util'
import { frontendSettingsOf, traceSettingsOf } from '@starling/server/config/role-settings'
import { startFrontend } from '@starling/server/frontend/frontend-shell'
import { openTrace } from '@starling/server/telemetry/trace'
import { chosenRole, configOf, configOptions } from '../config-arguments.ts'
import { runRole } from '../role-runner.ts'
import type { RunCommand } from '../subcommand.ts'

export const run: RunCommand = async (args, surroundings) => {
  const options = { ...configOptions, name: { type: 'string' } } as const
  const { values } = parseArgs({ args: [...args], options })
  const config = configOf(values, surroundings)
  const name = chosenRole('front-end', values.name, config.frontends)
  const settings = frontendSettingsOf(config, name)
  const trace = openTrace(traceSettingsOf(config), { role: 'frontend', name })
  return runRole(async () => {
    const frontend = await startFrontend(settings, { trace })
    const { address, fingerprint } = frontend
    const details = { address, ...(fingerprint === undefined ? {} : { fingerprint }) }
    return { details, stop: () => frontend.close() }
  })
}

/** `starling backend --name NAME`: one backend, until it is asked to end. */
import { parseArgs } from 'node:util'
import { startBackend } from '@starling/server/backend/backend-shell'
import { openEmbeddedEngine } from '@starling/server/backend/embedded-engine'
import { backendSettingsOf, traceSettingsOf } from '@starling/server/config/role-settings'
import { openTrace } from '@starling/server/telemetry/trace'
import { chosenRole, configOf, configOptions } from '../config-arguments.ts'
import { runRole } from '../role-runner.ts'
import type { RunCommand } from '../subcommand.ts'

export const run: RunCommand = async (args, surroundings) => {
  const options = { ...configOptions, name: { type: 'string' } } as const
  const { values } = parseArgs({ args: [...args], options })
  const config = configOf(values, surroundings)
  const name = chosenRole('backend', values.name, config.backends)
  const settings = backendSettingsOf(config, name)
  const trace = openTrace(traceSettingsOf(config), { role: 'backend', name })
  const { dataFolder } = config
  return runRole(async () => {
    const openEngine = () => openEmbeddedEngine({ settings, dataFolder, trace })
    const backend = await startBackend(settings, { trace, openEngine })
    return { details: {}, stop: () => backend.close() }
  })
}

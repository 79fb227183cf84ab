/** `starling backend --name NAME`: one backend, until it is asked to end. */
import { parseArgs } from 'node:util'
import type { BackendEngine } from '@starling/server/backend/backend-engine'
import { startBackend } from '@starling/server/backend/backend-shell'
import { openEmbeddedEngine } from '@starling/server/backend/embedded-engine'
import { openNatsBackendEngine } from '@starling/server/backend/nats-backend-engine'
import { natsSettingsOf } from '@starling/server/config/nats-settings-of'
import { backendSettingsOf, peersOf, traceSettingsOf } from '@starling/server/config/role-settings'
import { openTrace } from '@starling/server/telemetry/trace'
import { assertOwnStores, chosenRole, configOf, configOptions } from '../config-arguments.ts'
import { runRole } from '../role-runner.ts'
import type { RunCommand } from '../subcommand.ts'

export const run: RunCommand = async (args, surroundings) => {
  const options = {
    ...configOptions,
    name: { type: 'string' },
    rebuild: { type: 'boolean' },
  } as const
  const { values } = parseArgs({ args: [...args], options })
  const config = configOf(values, surroundings)
  const name = chosenRole('backend', values.name, config.backends)
  if (values.rebuild) assertOwnStores(config)
  const settings = backendSettingsOf(config, name)
  const nats = config.values.engine === 'nats' ? natsSettingsOf(config) : undefined
  const trace = openTrace(traceSettingsOf(config), { role: 'backend', name })
  const { dataFolder } = config
  return runRole(async (onProgress) => {
    const openEngine = (): Promise<BackendEngine> =>
      nats === undefined
        ? openEmbeddedEngine({ settings, dataFolder, trace })
        : openNatsBackendEngine({
            ...{ settings, nats, dataFolder, trace, onProgress },
            peers: peersOf(config, name),
            isRebuild: values.rebuild ?? false,
          })
    const backend = await startBackend(settings, { trace, openEngine })
    const { failed, warnings } = backend
    return { details: { warnings }, failed, stop: () => backend.close() }
  })
}

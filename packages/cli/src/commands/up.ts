/** `starling up`: every role of the configuration as a process of its own, under one supervisor. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { storeFolderOf } from '@starling/server/backend/nats-backend-engine'
import type { Config } from '@starling/server/config/config'
import { natsSettingsOf } from '@starling/server/config/nats-settings-of'
import { StoreFolder } from '@starling/server/engine/store-folder'
import { argumentsOf, assertOwnStores, configOf, configOptions } from '../config-arguments.ts'
import { CannotStart, type ExitCode, exitCodes, NotDone } from '../exit-codes.ts'
import type { CommandSurroundings, RunCommand } from '../subcommand.ts'
import { type DataLock, lockDataFolder } from '../supervisor/data-lock.ts'
import { endLeftovers, processStartedAt } from '../supervisor/leftovers.ts'
import type { ReadyDetails, Role } from '../supervisor/role.ts'
import { type RoleCommand, startRoleProcess } from '../supervisor/role-process.ts'
import {
  RoleRefused,
  Supervisor,
  type SupervisorEvent,
  type Surroundings,
} from '../supervisor/supervisor.ts'
import { eventLine, standingLines } from '../supervisor/supervisor-lines.ts'
import { TraceFolder } from '../supervisor/trace-file.ts'

const script = fileURLToPath(new URL('../starling.ts', import.meta.url))

export const run: RunCommand = async (args, surroundings) => {
  const options = {
    ...configOptions,
    verbose: { type: 'boolean' },
    rebuild: { type: 'boolean' },
  } as const
  const { values } = parseArgs({ args: [...args], options })
  const config = configOf(values, surroundings)
  for (const warning of config.warnings) surroundings.note(`warning: ${warning}`)
  if (config.values.engine === 'nats') natsSettingsOf(config)
  const lock = lockDataFolder(config.dataFolder)
  await endLeftovers(lock.previous?.processes ?? [], (names) =>
    surroundings.note(`Waiting for ${names.join(', ')} of an earlier run to finish …`),
  )
  if (values.rebuild) setStoresAside(config, surroundings)
  const names = rolesOf(config).map(({ name }) => name)
  const folder = join(config.dataFolder, 'trace')
  const traces = values.verbose ? undefined : new TraceFolder(folder, names)
  const command = {
    program: process.execPath,
    script,
    args: argumentsOf(values),
    environment: surroundings.environment,
    workingFolder: surroundings.workingFolder,
  }
  const outputOf = (role: Role): number | undefined => traces?.descriptorOf(role.name)
  try {
    return await supervise(config, { lock, surroundings, command, outputOf })
  } finally {
    traces?.close()
    lock.release()
  }
}

/** Once, before anything starts: the processes make them anew. */
function setStoresAside(config: Config, { note }: CommandSurroundings): void {
  assertOwnStores(config)
  for (const { name } of config.backends) {
    const folder = StoreFolder.take(storeFolderOf(config.dataFolder, name))
    const kept = folder.setAside(new Date().toISOString())
    folder.release()
    if (kept !== undefined) note(`The store of ${name} is kept as ${kept}.`)
  }
}

interface Supervision {
  readonly lock: DataLock
  readonly surroundings: CommandSurroundings
  readonly command: Omit<RoleCommand, 'output'>
  readonly outputOf: (role: Role) => number | undefined
}

async function supervise(config: Config, supervision: Supervision): Promise<ExitCode> {
  const { lock, surroundings, command, outputOf } = supervision
  const roles = rolesOf(config)
  let details: ReadyDetails = {}
  const warnings = new Set<string>()
  /** Then only the reason is worth a line. */
  let isRefused = false
  const report = (event: SupervisorEvent): void => {
    if (event.kind === 'processes') lock.note(noted(supervisor))
    // All front-ends have the same certificate; the first of the configuration is named.
    if (event.kind === 'ready' && event.role.name === config.frontends[0]?.name) {
      details = event.details
    }
    if (event.kind === 'ready') for (const it of event.details.warnings ?? []) warnings.add(it)
    const line = eventLine(event)
    if (line !== '' && !isRefused) surroundings.out(line)
  }
  const real: Surroundings = {
    start: (role, events) => startRoleProcess(role, { ...command, output: outputOf(role) }, events),
    nowMs: () => Math.round(performance.now()),
    after: (ms, act) => {
      const timer = setTimeout(act, ms)
      return () => clearTimeout(timer)
    },
    report,
  }
  const supervisor = new Supervisor(roles, real)
  const asked = new Promise<'asked'>((resolve) => {
    onRequestToStop(
      () => resolve('asked'),
      () => supervisor.killAll(),
    )
  })
  try {
    const first = await Promise.race([supervisor.start(), asked])
    if (first !== 'asked') {
      for (const line of standing(config, roles, { ...details, warnings: [...warnings] })) {
        surroundings.out(line)
      }
    }
  } catch (error) {
    isRefused = true
    await supervisor.stop()
    if (!(error instanceof RoleRefused)) throw error
    const { remedy, mayPass = false } = error.refusal
    throw mayPass ? new NotDone(error.message, remedy) : new CannotStart(error.message, remedy)
  }
  await asked
  await supervisor.stop()
  surroundings.out('Stopped.')
  return exitCodes.done
}

function standing(
  config: Config,
  roles: readonly Role[],
  { address, fingerprint, warnings = [] }: ReadyDetails,
): readonly string[] {
  return standingLines({
    roles,
    address: address ?? config.frontends[0]!.publicAddress,
    fingerprint,
    dataFolder: config.dataFolder,
    warnings,
    ...pagesOf(config, address),
  })
}

function pagesOf({ frontends, values }: Config, address = frontends[0]!.publicAddress) {
  const { adminPort } = frontends[0]!
  return {
    page: values.web ? `${address.replace(/^ws/, 'http')}/` : undefined,
    statusPage: adminPort === 0 ? undefined : `http://127.0.0.1:${adminPort}/status`,
  }
}

function rolesOf({ frontends, backends }: Config): readonly Role[] {
  return [
    ...frontends.map(({ name }) => ({ kind: 'frontend', name }) as const),
    ...backends.map(({ name, rank }) => ({ kind: 'backend', name, rank }) as const),
  ]
}

function noted(supervisor: Supervisor): Parameters<DataLock['note']>[0] {
  return supervisor.processes().map(({ name, pid }) => {
    const startedAt = processStartedAt(pid)
    return { name, pid, ...(startedAt === undefined ? {} : { startedAt }) }
  })
}

/**
 * Ctrl-C, `kill`, or the end of the terminal; a second time: at once. One Ctrl-C may arrive twice,
 * from the terminal and from npm.
 */
const sameRequestMs = 500

function onRequestToStop(first: () => void, again: () => void): void {
  let askedAt: number | undefined
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (askedAt === undefined) first()
      else if (performance.now() - askedAt > sameRequestMs) again()
      askedAt ??= performance.now()
    })
  }
}

/**
 * `starling migrate --from sqlite --to nats`, and back: moves an installation from one engine to
 * the other, all but the newest while the servers run.
 */
import { parseArgs } from 'node:util'
import type { Config } from '@starling/server/config/config'
import { natsSettingsOf } from '@starling/server/config/nats-settings-of'
import { migrateToNats, migrateToSqlite } from '@starling/server/migration/migrate'
import type { Moved } from '@starling/server/migration/moving'
import { configOf, configOptions } from '../config-arguments.ts'
import { exitCodes, NotDone, UsageError } from '../exit-codes.ts'
import { notDone } from '../migration/not-done.ts'
import type { CommandSurroundings, RunCommand } from '../subcommand.ts'
import { lockDataFolder } from '../supervisor/data-lock.ts'

const options = {
  ...configOptions,
  from: { type: 'string' },
  to: { type: 'string' },
} as const

export const run: RunCommand = async (args, surroundings) => {
  const { values } = parseArgs({ args: [...args], options })
  const way = `${values.from ?? ''} to ${values.to ?? ''}`
  if (way !== 'sqlite to nats' && way !== 'nats to sqlite') {
    throw new UsageError('say which way: --from sqlite --to nats, or --from nats --to sqlite')
  }
  const config = configOf(values, surroundings)
  assertServers(config)
  try {
    const moved = await (way === 'sqlite to nats' ? toNats : toSqlite)(config, surroundings)
    tell(moved, surroundings)
  } catch (error) {
    throw notDone(error)
  }
  surroundings.out(
    `Now write engine = "${values.to}" into the configuration and start the servers.`,
  )
  return exitCodes.done
}

function assertServers({ values }: Config): void {
  if (values['nats.servers'].length > 0) return
  throw new NotDone(
    'the configuration names no NATS servers',
    'write nats.servers and how to log in; the engine may stay as it is until all is moved',
  )
}

async function toNats(config: Config, { out }: CommandSurroundings): Promise<Moved> {
  let lock: { release(): void } | undefined
  try {
    return await migrateToNats({
      dataFolder: config.dataFolder,
      backends: config.backends.map(({ name }) => name),
      nats: natsSettingsOf(config),
      say: out,
      keepAtRest: () => {
        lock = lockDataFolder(config.dataFolder)
      },
    })
  } finally {
    lock?.release()
  }
}

async function toSqlite(config: Config, { out }: CommandSurroundings): Promise<Moved> {
  const lock = lockDataFolder(config.dataFolder)
  try {
    const { dataFolder } = config
    return await migrateToSqlite({ dataFolder, nats: natsSettingsOf(config), say: out })
  } finally {
    lock.release()
  }
}

function tell(moved: Moved, { out }: CommandSurroundings): void {
  const [records, operations, rooms] = [moved.position, moved.operations, moved.rooms].map((n) =>
    n.toLocaleString('en'),
  )
  out(`Equal on both engines: ${records} records, ${operations} operations, ${rooms} rooms,`)
  out(`compared room by room. At rest for ${(moved.restMs / 1_000).toFixed(1)} s.`)
}

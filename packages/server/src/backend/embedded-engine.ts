/** Opens the engine that keeps log and store in one SQLite file of the data folder. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { LogError } from '@starling/core/log/log'
import { Replica } from '@starling/core/room/apply'
import { openSqliteEngine } from '../engine/sqlite-engine.ts'
import type { EngineView } from '../telemetry/engine-view.ts'
import { StartError } from '../telemetry/start-error.ts'
import type { Trace } from '../telemetry/trace.ts'
import type { BackendEngine } from './backend-engine.ts'
import type { BackendSettings } from './backend-settings.ts'

export interface EmbeddedEngineOptions {
  readonly settings: BackendSettings
  readonly dataFolder: string
  readonly trace: Trace
}

export async function openEmbeddedEngine(options: EmbeddedEngineOptions): Promise<BackendEngine> {
  const { settings, dataFolder, trace } = options
  try {
    const engine = await openSqliteEngine({
      directory: dataFolder,
      name: settings.name,
      makeReplica: (store) => new Replica({ ...settings, store }),
      onFenced: (name, pid) => {
        trace.warn({ fenced: name, fencedPid: pid }, 'a frozen process held the engine; killed it')
      },
      onCatchUp: (position, head) => {
        trace.info({ position, head }, 'bringing the store forward to the end of the log')
      },
    })
    return { ...engine, warnings: [], view: () => viewOf(dataFolder) }
  } catch (error) {
    if (!(error instanceof LogError)) throw error
    throw new StartError(
      'engine-failed',
      error.message,
      error.code === 'damaged'
        ? 'Restore the data folder from a copy, or move it away to begin anew (docs/operating.md).'
        : `See that the folder ${dataFolder} can be written and its disk has room.`,
    )
  }
}

function viewOf(dataFolder: string): EngineView {
  const file = join(dataFolder, 'starling.db')
  const bytesOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0
  return { kind: 'sqlite', file, bytes: bytesOf(file) + bytesOf(`${file}-wal`) }
}

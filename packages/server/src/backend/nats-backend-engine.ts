/** Opens the engine whose log is in NATS: the log, this backend's own store, copies of others'. */
import { join } from 'node:path'
import {
  type EngineLog,
  type NatsEngineTuning,
  natsEngineTuning,
  openNatsEngine,
} from '../engine/nats-engine.ts'
import { StoreFolder } from '../engine/store-folder.ts'
import { NatsLog } from '../log/nats/nats-log.ts'
import type { NatsSettings } from '../log/nats/nats-settings.ts'
import type { NatsNotice } from '../log/nats/nats-view.ts'
import { StartError } from '../telemetry/start-error.ts'
import type { Trace } from '../telemetry/trace.ts'
import type { BackendEngine } from './backend-engine.ts'
import type { BackendSettings } from './backend-settings.ts'
import { type PeerBackend, type SnapshotProgress, takeSnapshot } from './snapshot-taker.ts'

export interface NatsBackendEngineOptions {
  readonly settings: BackendSettings
  readonly nats: NatsSettings
  readonly dataFolder: string
  /** The other backends, in the order in which they are asked for a snapshot. */
  readonly peers: readonly PeerBackend[]
  readonly trace: Trace
  /** An operator takes the log as it is: the store is made anew. */
  readonly isRebuild?: boolean
  /** How the start goes, one line at a time. */
  readonly onProgress?: (text: string) => void
  readonly tuning?: NatsEngineTuning
}

/** Where a backend's own store is. */
export function storeFolderOf(dataFolder: string, backend: string): string {
  return join(dataFolder, backend)
}

/** Rejects with a `StartError`, which is traced too: guards that failed are worth an alarm. */
export async function openNatsBackendEngine(
  options: NatsBackendEngineOptions,
): Promise<BackendEngine> {
  try {
    return await openTraced(options)
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    const { code, message, remedy } = error
    options.trace.error({ code, found: message, remedy }, 'this backend cannot start')
    throw error
  }
}

async function openTraced(options: NatsBackendEngineOptions): Promise<BackendEngine> {
  const { settings, nats, dataFolder, peers, trace, onProgress = () => {} } = options
  const { name, linkSecurity, linkTuning, shell } = settings
  const onNotice = ({ level, text }: NatsNotice) => trace[level]({}, text)
  const openLog = (identity: string | undefined): Promise<EngineLog> =>
    NatsLog.open(nats, { name, onNotice, ...(identity === undefined ? {} : { identity }) })
  const tell = paced((text, figures) => {
    trace.info(figures, text)
    onProgress(text)
  })
  const engine = await openNatsEngine({
    folder: StoreFolder.take(storeFolderOf(dataFolder, name)),
    openLog,
    takeSnapshot: (want) =>
      takeSnapshot(want, {
        name,
        peers,
        security: linkSecurity,
        linkTuning,
        tuning: shell.snapshots,
        onProgress: tell,
      }),
    isRebuild: options.isRebuild ?? false,
    tuning: options.tuning ?? natsEngineTuning,
    onNotice: (level, text) => {
      trace[level]({}, text)
      onProgress(text)
    },
  })
  const { log, store, natsLog, copy, close, setAside } = engine
  const { identity } = natsLog
  return {
    log,
    store,
    close,
    get warnings() {
      return natsLog.warnings
    },
    view: () => ({ kind: 'nats', ...natsLog.view() }),
    replication: {
      snapshots: {
        identity,
        get position() {
          return store.position
        },
        copy,
      },
      tellPeers: (message) => natsLog.tellPeers(message),
      onPeers: (hear) => natsLog.onPeers(hear),
      setAside,
    },
  }
}

type Tell = (text: string, figures: object) => void

/** Of a copy that is on its way each tenth is worth a line, but not every moment. */
const progressMs = 1_000

function paced(tell: Tell): (progress: SnapshotProgress) => void {
  let tenthTold = 0
  let toldAtMs = 0
  return (progress) => {
    const { kind, from } = progress
    if (kind === 'asking') {
      tenthTold = 0
      return tell(`asking ${from} for a snapshot`, { from })
    }
    if (kind === 'refused') return tell(`no snapshot from ${from}: ${progress.why}`, { from })
    const { bytes, bytesAll } = progress
    const tenth = Math.floor((bytes / bytesAll) * 10)
    const nowMs = performance.now()
    if (tenth === tenthTold || (tenth < 10 && nowMs - toldAtMs < progressMs)) return
    tenthTold = tenth
    toldAtMs = nowMs
    tell(`taking a snapshot from ${from}, ${tenth * 10} %`, { from, bytes, bytesAll })
  }
}

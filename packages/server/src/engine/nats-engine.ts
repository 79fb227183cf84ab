/**
 * The engine whose log is a JetStream stream. Each backend has a store of its own and applies what
 * it follows. The store need not survive a loss of power whole: SQLite's write-ahead file is synced
 * late, but its commits are undone from the newest on and never apart, and each commit holds the
 * position with what was applied. So the store may go back by some records, and the log brings it
 * forward again. What was acknowledged is safe in the log, and nowhere else.
 *
 * At every start the guard (store-guard.ts) asks whether store and log belong together. A store
 * that cannot be read is set aside and made anew. A log that lacks what the store has applied has
 * lost acknowledged messages: nothing is made anew then until an operator says so. A store that is
 * empty, far behind, or stands before a record that the log cannot give any more, is replaced by a
 * copy of another backend's, if there is one to be had; else the log is applied from where it
 * stands.
 */

import type { SnapshotOffer } from '@starling/core/link/peer'
import { type Log, LogError } from '@starling/core/log/log'
import type { Position } from '@starling/core/log/record'
import type { Store } from '@starling/core/room/store'
import type { NatsLog } from '../log/nats/nats-log.ts'
import { NatsRefusal } from '../log/nats/nats-refusal.ts'
import type { OpenedSqliteStore } from '../store/sqlite-store.ts'
import { StartError } from '../telemetry/start-error.ts'
import { OverlappingLog } from './overlapping-log.ts'
import { StoreDamaged, type StoreFolder } from './store-folder.ts'
import { judge } from './store-guard.ts'
import { isOfThisVersion, originOf, putOrigin } from './store-origin.ts'
import { copyStore, offerOf, type StoreCopy } from './store-snapshot.ts'

/** What the engine needs of the log; `NatsLog` is it. */
export type EngineLog = Log &
  Pick<NatsLog, 'identity' | 'warnings' | 'recordAt' | 'view' | 'tellPeers' | 'onPeers'>

export interface NatsEngineTuning {
  /** An empty store that lacks more asks for a snapshot first. */
  readonly emptyReplayRecordsMax: number
  /** A store that lacks more asks for a snapshot first. */
  readonly replayRecordsMax: number
  /** How long the log may be out of reach at the start. */
  readonly logWaitMsMax: number
  readonly logRetryMs: number
  /** Waiting for the log so long is worth a line. */
  readonly logNoticeMs: number
}

export const natsEngineTuning: NatsEngineTuning = {
  emptyReplayRecordsMax: 1_000,
  replayRecordsMax: 50_000,
  logWaitMsMax: 30_000,
  logRetryMs: 500,
  logNoticeMs: 2_000,
}

export interface WantedSnapshot {
  readonly log: string
  readonly above: Position
  readonly path: string
  check(offer: SnapshotOffer): Promise<string | undefined>
}

export interface NatsEngineOptions {
  /** Taken; the engine lets go of it when it closes, or does not open. */
  readonly folder: StoreFolder
  /** With an identity no log is created, and only that one is opened. */
  openLog(identity: string | undefined): Promise<EngineLog>
  /** Writes a copy of another backend's store; undefined when none has one to give. */
  takeSnapshot(want: WantedSnapshot): Promise<{ readonly from: string } | undefined>
  /** An operator takes the log as it is: whatever the store holds is set aside. */
  readonly isRebuild: boolean
  readonly tuning: NatsEngineTuning
  /** What an operator should know of the start, as it goes. */
  onNotice(level: 'info' | 'warn' | 'error', text: string): void
}

export interface NatsEngine {
  readonly log: Log
  readonly store: Store
  /** The log below, for what only it can tell. */
  readonly natsLog: EngineLog
  copy(): Promise<StoreCopy>
  close(): Promise<void>
  /** Closes, and moves the store out of the way of the next start. */
  setAside(): Promise<void>
}

/** Rejects with a `StartError`. */
export async function openNatsEngine(options: NatsEngineOptions): Promise<NatsEngine> {
  const opening = new Opening(options)
  try {
    return await opening.run()
  } catch (error) {
    await opening.undo()
    throw error
  }
}

class Opening {
  readonly #options: NatsEngineOptions
  #log: EngineLog | undefined
  #opened: OpenedSqliteStore | undefined

  constructor(options: NatsEngineOptions) {
    this.#options = options
  }

  async run(): Promise<NatsEngine> {
    const { folder, isRebuild } = this.#options
    if (isRebuild) this.#setAside('the store is made anew, as an operator asked')
    const origin = this.#openStore()
    const log = await this.#openLog(origin)
    this.#log = log
    await this.#bringTogether(log)
    const opened = this.#opened!
    if (originOf(folder.storePath) !== log.identity) putOrigin(folder.storePath, log.identity)
    return this.#engine(log, opened)
  }

  async undo(): Promise<void> {
    this.#opened?.close()
    await this.#log?.close()
    this.#options.folder.release()
  }

  /** Answers the identity of the log that the store was made from, if it holds anything. */
  #openStore(): string | undefined {
    const { folder } = this.#options
    try {
      this.#opened = folder.open()
      return this.#opened.store.position > 0 ? (originOf(folder.storePath) ?? '') : undefined
    } catch (error) {
      if (!(error instanceof StoreDamaged)) throw error
      this.#setAside(`the store cannot be read (${error.message})`)
      this.#opened = folder.open()
      return undefined
    }
  }

  async #openLog(origin: string | undefined): Promise<EngineLog> {
    const { tuning, onNotice } = this.#options
    const giveUpMs = performance.now() + tuning.logWaitMsMax
    let told = ''
    for (;;) {
      const notice = setTimeout(() => onNotice('warn', 'waiting for the log'), tuning.logNoticeMs)
      try {
        return await this.#options.openLog(origin)
      } catch (error) {
        if (error instanceof NatsRefusal) {
          throw new StartError('log-refused', error.found, error.remedy)
        }
        if (!(error instanceof LogError)) throw error
        if (performance.now() >= giveUpMs) throw unreachableLog(error)
        if (error.message !== told) onNotice('warn', `waiting for the log: ${error.message}`)
        told = error.message
      } finally {
        clearTimeout(notice)
      }
      const { promise, resolve } = Promise.withResolvers<void>()
      setTimeout(resolve, tuning.logRetryMs)
      await promise
    }
  }

  async #bringTogether(log: EngineLog): Promise<void> {
    const { tuning } = this.#options
    const { position, trail } = this.#opened!.store
    const verdict = await askedOf(judge({ position, recordId: trail.recordId }, log))
    switch (verdict.kind) {
      case 'went-back':
        throw wentBack(verdict.why)
      case 'hole':
        if (await this.#takeSnapshot(log)) return
        throw new StartError(
          'log-damaged',
          `The log cannot be applied any further: ${verdict.why}. No other backend had a copy.`,
          'Start the other backends first; or restore the log from a backup (docs/operating.md).',
        )
      case 'good': {
        const behindMax = position === 0 ? tuning.emptyReplayRecordsMax : tuning.replayRecordsMax
        if (verdict.behind > behindMax && (await this.#takeSnapshot(log))) return
        if (verdict.behind > tuning.emptyReplayRecordsMax) {
          this.#options.onNotice('info', `applying ${verdict.behind} records of the log`)
        }
      }
    }
  }

  /** Whether the store was replaced. */
  async #takeSnapshot(log: EngineLog): Promise<boolean> {
    const { folder, takeSnapshot, onNotice } = this.#options
    const taken = await takeSnapshot({
      log: log.identity,
      above: this.#opened!.store.position,
      path: folder.partPath,
      check: async (offer) => {
        const verdict = await askedOf(judge(offer, log))
        return verdict.kind === 'good' ? undefined : `of no use: ${verdict.why}`
      },
    })
    const isRight = taken !== undefined && (await this.#isPartRight(log))
    if (!isRight) {
      folder.dropPart()
      return false
    }
    this.#opened!.close()
    this.#opened = undefined
    folder.takePart()
    this.#opened = folder.open()
    onNotice('info', `took the store of ${taken.from}, up to ${this.#opened.store.position}`)
    return true
  }

  /** What came is looked at itself, not only what was said about it. */
  async #isPartRight(log: EngineLog): Promise<boolean> {
    const { partPath } = this.#options.folder
    if (!isOfThisVersion(partPath)) return false
    const found = await offerOf(partPath)
    return found.log === log.identity && (await askedOf(judge(found, log))).kind === 'good'
  }

  #setAside(why: string): void {
    const { folder, onNotice } = this.#options
    this.#opened?.close()
    this.#opened = undefined
    const to = folder.setAside(new Date().toISOString())
    if (to !== undefined) onNotice('error', `${why}; what was there is kept as ${to}`)
  }

  #engine(natsLog: EngineLog, opened: OpenedSqliteStore): NatsEngine {
    const { folder } = this.#options
    const { store } = opened
    const standing = () => ({ position: store.position, recordId: store.trail.recordId })
    const log = new OverlappingLog({ log: natsLog, standing })
    let closing: Promise<void> | undefined
    const closeFiles = async () => {
      await log.close()
      opened.close()
    }
    const close = (): Promise<void> => {
      closing ??= closeFiles().then(() => folder.release())
      return closing
    }
    const setAside = async (): Promise<void> => {
      if (closing !== undefined) throw new Error('the engine is closed already')
      closing = closeFiles().then(() => {
        folder.setAside(new Date().toISOString())
        folder.release()
      })
      await closing
    }
    return { log, store, natsLog, copy: () => copyStore(folder), close, setAside }
  }
}

/** While the engine opens, a log that goes out of reach again ends the start. */
async function askedOf<T>(asking: Promise<T>): Promise<T> {
  try {
    return await asking
  } catch (error) {
    throw error instanceof LogError ? unreachableLog(error) : error
  }
}

function unreachableLog(error: LogError): StartError {
  return new StartError(
    'log-unreachable',
    `The log is out of reach: ${error.message}`,
    'See that the NATS servers of nats.servers run and can be reached from this machine.',
  )
}

function wentBack(why: string): StartError {
  return new StartError(
    'log-went-back',
    `The log lacks what was acknowledged before: ${why}.`,
    'Bring back the data of the NATS servers, or restore a backup (docs/operating.md). To go on ' +
      'without what the log lacks, start each backend once with --rebuild; its store is kept ' +
      'aside.',
  )
}

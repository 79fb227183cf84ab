/**
 * One run: a calm start for comparison, then faults until shortly before the end, then calm, in
 * which everything must come to rest. Then the rooms are read by somebody new, and the ledger
 * judges. Where the stage has a disaster, people write again, it strikes, and when all has come to
 * rest once more the rooms are read again, and all of it is judged again.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until, within } from '../cluster/until.ts'
import { Crowd } from './crowd.ts'
import type { Fault } from './faults.ts'
import { Ledger, type Verdict } from './ledger.ts'
import { ManyMachinesStage } from './many-machines-stage.ts'
import { OneMachineStage } from './one-machine-stage.ts'
import { readRooms } from './read-rooms.ts'
import { Reader } from './reader.ts'
import { type Report, reportOf } from './report.ts'
import type { Disaster, Stage, StageOptions } from './stage.ts'

export const engines = ['sqlite', 'nats'] as const
export type EngineName = (typeof engines)[number]

export interface TortureOptions extends StageOptions {
  readonly engine: EngineName
  readonly seconds: number
  readonly clients: number
  readonly rooms: number
  readonly window: number
  readonly thinkMs: number
  /** Keeps what the servers traced. */
  readonly traceFolder?: string
  /** Whether the disaster strikes, where there is one. */
  readonly hasDisaster: boolean
}

const calmShare = 0.15
const restMsMax = 60_000
/** So much is acknowledged before the disaster strikes. */
const acksBeforeDisaster = 200
const progressEveryMs = 5_000

export async function torture(options: TortureOptions): Promise<Report> {
  const { say, engine } = options
  const stage = await (engine === 'nats' ? ManyMachinesStage : OneMachineStage).create(options)
  say(`torture: seed ${options.seed}, ${options.clients} clients, ${options.rooms} rooms`)
  say(`on ${stage.about}`)
  try {
    return await play(stage, options)
  } catch (error) {
    say(stage.output())
    throw error
  } finally {
    if (options.traceFolder !== undefined) stage.keepTraces(options.traceFolder)
    await stage.remove()
  }
}

async function play(stage: Stage, options: TortureOptions): Promise<Report> {
  const ledger = new Ledger()
  const faults: Fault[] = []
  await stage.start()
  const { crowd, reader } = await within(gather(stage, options, ledger), {
    what: 'everybody in the rooms',
    ms: restMsMax,
  })
  const startedAt = performance.now()
  const progress = setInterval(() => {
    options.say(progressLine(ledger, faults, startedAt))
  }, progressEveryMs)
  try {
    crowd.start()
    await new Promise((resolve) => setTimeout(resolve, options.seconds * 1000 * calmShare))
    await stage.storm(faults, startedAt + options.seconds * 1000)
    const sentMs = performance.now() - startedAt
    const verdicts = { 'after the storm': await judge(stage, { crowd, ledger }) }
    const { disaster } = stage
    if (disaster !== undefined && options.hasDisaster) {
      await strike(disaster, { crowd, ledger, faults })
      Object.assign(verdicts, { 'after the disaster': await judge(stage, { crowd, ledger }) })
    }
    await within(reader.leave(), { what: 'an answer to who only reads', ms: restMsMax })
    const troubles = await stage.troubles()
    return reportOf({
      options,
      about: stage.about,
      verdicts,
      troubles,
      ledger,
      reader,
      faults,
      sentMs,
    })
  } finally {
    clearInterval(progress)
    keepSpans(options.traceFolder, { faults, sends: ledger.sends, reads: reader.reads })
    await Promise.all([crowd.close(), reader.rise()])
  }
}

async function gather(stage: Stage, options: TortureOptions, ledger: Ledger) {
  const crowd = await Crowd.gather({ ...options, addresses: stage.addresses, ledger })
  return { crowd, reader: await Reader.sitDown(stage.addresses, crowd.rooms) }
}

/** When all has come to rest and everybody has seen everything. */
async function judge(
  stage: Stage,
  { crowd, ledger }: { crowd: Crowd; ledger: Ledger },
): Promise<Verdict> {
  crowd.stop()
  await until(() => crowd.isAtRest, { what: () => crowd.unrest(), ms: restMsMax })
  const truth = await within(readRooms(stage.addresses, crowd.rooms), {
    what: 'a reading of all rooms',
    ms: restMsMax,
  })
  await until(() => crowd.hasSeen(truth), { what: 'every observer at the head', ms: restMsMax })
  return ledger.judge(truth)
}

async function strike(
  disaster: Disaster,
  { crowd, ledger, faults }: { crowd: Crowd; ledger: Ledger; faults: Fault[] },
): Promise<void> {
  const due = ledger.acknowledged + acksBeforeDisaster
  crowd.start()
  await until(() => ledger.acknowledged >= due, { what: 'people who write again', ms: restMsMax })
  const fault: Fault = { what: 'disaster', name: disaster.what, atMs: performance.now() }
  faults.push(fault)
  await disaster.strike()
  fault.endedAtMs = performance.now()
}

/** For those who look for the reason of a slow send. */
function keepSpans(folder: string | undefined, spans: object): void {
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  const startedAt = new Date(performance.timeOrigin).toISOString()
  writeFileSync(join(folder, 'spans.json'), JSON.stringify({ startedAt, ...spans }))
}

function progressLine(ledger: Ledger, faults: readonly Fault[], startedAt: number): string {
  const acked = ledger.acknowledged
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  const waiting = ledger.sends.length - acked
  return `  ${seconds} s: ${acked} acknowledged, ${waiting} waiting, ${faults.length} faults`
}

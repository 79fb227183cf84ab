/**
 * One run: a calm start for comparison, then faults until shortly before the end, then calm, in
 * which everything must come to rest. Then the rooms are read by somebody new, and the ledger
 * judges. Where the stage has a disaster, people write again, it strikes, and when all has come to
 * rest once more the rooms are read again, and all of it is judged again.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until, within } from '../cluster/until.ts'
import { Circle } from './circle/circle.ts'
import { type CircleVerdict, judgeCircle, judgeSecrecy } from './circle/judge-circle.ts'
import { writtenFound } from './circle/written-found.ts'
import { Crowd } from './crowd.ts'
import type { Fault } from './faults.ts'
import { Ledger } from './ledger.ts'
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
  /** Of them and of their people; the others' figures hold for the rooms that are open to all. */
  readonly encrypted: { readonly rooms: number; readonly people: number; readonly devices: number }
  /** Keeps what the servers traced. */
  readonly traceFolder?: string
  /** Whether the disaster strikes, where there is one. */
  readonly hasDisaster: boolean
}

const calmShare = 0.15
const restMsMax = 60_000
const gatherMsMax = 120_000
/** Encrypting takes time: they write less than the crowd does. */
const circlePace = { thinkMs: 300, changeEveryMs: 1_500, endEveryMs: 3_000 }
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
  const scene = await within(gather(stage, options, ledger), {
    what: 'everybody in the rooms',
    ms: gatherMsMax,
  })
  const { crowd, circle, reader } = scene
  const startedAt = performance.now()
  const progress = setInterval(() => {
    options.say(progressLine(scene, faults, startedAt))
  }, progressEveryMs)
  try {
    crowd.start()
    circle?.start()
    await new Promise((resolve) => setTimeout(resolve, options.seconds * 1000 * calmShare))
    await stage.storm(faults, startedAt + options.seconds * 1000)
    const sentMs = performance.now() - startedAt
    const judged = [await judge(stage, { ...scene, when: 'after the storm' })]
    const { disaster } = stage
    if (disaster !== undefined && options.hasDisaster) {
      await strike(disaster, { ...scene, faults })
      judged.push(await judge(stage, { ...scene, when: 'after the disaster' }))
    }
    await within(reader.leave(), { what: 'an answer to who only reads', ms: restMsMax })
    const troubles = [
      ...(await stage.troubles()),
      ...judged.flatMap((one) => one.circle?.troubles ?? []),
      ...(await secrecyTroubles(stage, circle, judged.at(-1)?.circle)),
    ]
    const verdicts = Object.assign({}, ...judged.map((one) => one.verdicts))
    keepRooms(options.traceFolder, circle, judged.at(-1)?.circle)
    return reportOf({
      ...{ options, about: stage.about, verdicts, troubles },
      ...{ ledger, circle, reader, faults, sentMs },
    })
  } finally {
    clearInterval(progress)
    keepSpans(options.traceFolder, { faults, sends: ledger.sends, reads: reader.reads })
    await Promise.all([crowd.close(), reader.rise(), circle?.kill()])
    circle?.remove()
  }
}

interface Gathered {
  readonly crowd: Crowd
  readonly circle: Circle | undefined
  readonly reader: Reader
  readonly ledger: Ledger
}

async function gather(stage: Stage, options: TortureOptions, ledger: Ledger): Promise<Gathered> {
  const { addresses } = stage
  const { seed, encrypted } = options
  const { rooms, people, devices: devicesMax } = encrypted
  const like = { addresses, rooms, people, devicesMax, seed, ...circlePace }
  const [crowd, circle] = await Promise.all([
    Crowd.gather({ ...options, addresses, ledger }),
    rooms > 0 ? Circle.gather(like) : undefined,
  ])
  return { crowd, circle, ledger, reader: await Reader.sitDown(addresses, crowd.rooms) }
}

interface Judged {
  readonly verdicts: Report['verdicts']
  readonly circle: CircleVerdict | undefined
}

/** When all has come to rest and everybody has seen everything. */
async function judge(
  stage: Stage,
  { crowd, circle, ledger, when }: Gathered & { readonly when: string },
): Promise<Judged> {
  crowd.stop()
  await circle?.stop()
  await until(() => crowd.isAtRest, { what: () => crowd.unrest(), ms: restMsMax })
  const truth = await within(readRooms(stage.addresses, crowd.rooms), {
    what: 'a reading of all rooms',
    ms: restMsMax,
  })
  await until(() => crowd.hasSeen(truth), { what: 'every observer at the head', ms: restMsMax })
  const ofCircle = circle && (await judgeCircle(circle, stage.addresses))
  const verdicts = { [when]: ledger.judge(truth) }
  if (ofCircle !== undefined) verdicts[`${when}, encrypted`] = ofCircle.verdict
  return { verdicts, circle: ofCircle }
}

/** [P10] of all that the circle kept, and of all that the servers have. */
async function secrecyTroubles(
  stage: Stage,
  circle: Circle | undefined,
  verdict: CircleVerdict | undefined,
): Promise<readonly string[]> {
  if (circle === undefined || verdict === undefined) return []
  await circle.close()
  const { troubles, devices, mark } = circle
  const deaths = devices.flatMap((device) => device.deaths)
  const opened = await judgeSecrecy(circle, verdict.views)
  return [...troubles, ...deaths, ...opened, ...writtenFound(stage.folder, mark)]
}

async function strike(
  disaster: Disaster,
  { crowd, circle, ledger, faults }: Gathered & { readonly faults: Fault[] },
): Promise<void> {
  const due = ledger.acknowledged + acksBeforeDisaster
  crowd.start()
  circle?.start()
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

/** The encrypted rooms as the servers have them, for those who look why something is not read. */
function keepRooms(
  folder: string | undefined,
  circle: Circle | undefined,
  verdict: CircleVerdict | undefined,
): void {
  if (folder === undefined || verdict === undefined) return
  const { notes, ledger } = circle ?? {}
  const sends = ledger?.sends
  const rooms = [...verdict.views].map(([room, { entries, leaves, group }]) => ({
    ...{ room, entries, group },
    leaves: Object.fromEntries(leaves),
  }))
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'encrypted-rooms.json'),
    JSON.stringify({ originMs: performance.timeOrigin, rooms, sends, notes }),
  )
}

function progressLine(
  { ledger, circle }: Gathered,
  faults: readonly Fault[],
  startedAt: number,
): string {
  const acked = ledger.acknowledged
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  const waiting = ledger.sends.length - acked
  const sealed = circle === undefined ? '' : `, ${circle.ledger.acknowledged} sealed`
  const known = `${acked} acknowledged, ${waiting} waiting${sealed}, ${faults.length} faults`
  return `  ${seconds} s: ${known}`
}

/**
 * A few people with several devices each, in encrypted rooms, while servers fail: each device is a
 * process with a profile and a vault. They write, come and go, take devices and throw them out;
 * the devices are killed, frozen and started again. At the end `judgeCircle` looks at what each can
 * read.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { until, within } from '../../cluster/until.ts'
import { chanceFrom, drawn } from '../faults.ts'
import { Ledger, type SendRecord } from '../ledger.ts'
import { changesOf, enter, type Scene } from './changes.ts'
import { type CircleDevice, DeviceDied } from './device.ts'
import type { DeviceSays, DeviceState } from './device-process.ts'
import { Person } from './person.ts'

export interface CircleOptions {
  readonly addresses: readonly string[]
  readonly rooms: number
  readonly people: number
  readonly devicesMax: number
  /** Between an ack and the next send of a device. */
  readonly thinkMs: number
  readonly changeEveryMs: number
  /** Between two kills or freezes of devices. */
  readonly endEveryMs: number
  readonly seed: number
}

const changeMsMax = 180_000
const settleMsMax = 120_000
const deadMsMax = 2_000
const frozenMsMax = 3_000
const freezeShare = 0.25
const markBytes = 12
/** A send of somebody who is not in the room any more, or of a device that was thrown out. */
const honestRefusals: readonly string[] = ['not-member', 'unknown-room', 'bad-token', 'banned']

export class Circle {
  readonly folder: string
  /** Begins everything that is written. */
  readonly mark = `mk${randomBytes(markBytes).toString('hex')}`
  readonly ledger = new Ledger()
  readonly people: readonly Person[]
  /** What went wrong on the way. */
  readonly troubles: string[] = []
  /** What was done → how long it took, each time. */
  readonly times = new Map<string, number[]>()
  readonly rooms: string[] = []
  /** What became of devices, and when; for those who look for a reason. */
  readonly notes: { readonly at: string; readonly who: string; readonly what: string }[] = []
  readonly #options: CircleOptions
  readonly #chance: () => number
  /** Text → whose, and what goes on when it is settled. */
  readonly #settled = new Map<string, { readonly device: CircleDevice; readonly go: () => void }>()
  readonly #records = new Map<string, SendRecord>()
  /** Device and room → how often its person left it. */
  readonly #stays = new Map<string, number>()
  /** Observer and room → the newest index that it saw. */
  readonly #seen = new Map<string, number>()
  readonly #writing = new Set<CircleDevice>()
  readonly #changes = new Set<Promise<void>>()
  readonly #ends = new Set<Promise<void>>()
  #isActive = false
  #loops: readonly Promise<void>[] = []
  #written = 0

  static async gather(options: CircleOptions): Promise<Circle> {
    const circle = new Circle(options)
    try {
      await circle.#gather()
      return circle
    } catch (error) {
      await circle.close()
      throw error
    }
  }

  private constructor(options: CircleOptions) {
    this.#options = options
    this.#chance = chanceFrom(options.seed)
    this.folder = mkdtempSync(join(tmpdir(), 'starling-circle-'))
    const { addresses, people } = options
    this.people = Array.from({ length: people }, (_, at) => {
      const turned = [...addresses.slice(at % addresses.length), ...addresses]
      const hears = (device: CircleDevice, says: DeviceSays) => this.#heard(device, says)
      const name = `circle-${at}`
      return new Person({ name, addresses: turned, folder: this.folder, hears })
    })
  }

  get owner(): Person {
    return this.people[0]!
  }

  get devices(): readonly CircleDevice[] {
    return this.people.flatMap(({ devices }) => devices)
  }

  get living(): readonly CircleDevice[] {
    return this.people.flatMap(({ living }) => living)
  }

  start(): void {
    const { changeEveryMs, endEveryMs, thinkMs } = this.#options
    this.#isActive = true
    this.#loops = [
      this.#every(changeEveryMs, () => this.#change()),
      this.#every(endEveryMs, () => this.#end()),
      this.#every(thinkMs, () => this.#writeAll()),
    ]
  }

  /** When nothing is being done any more; all devices run. */
  async stop(): Promise<void> {
    this.#isActive = false
    this.#release(() => true)
    await Promise.all(this.#loops)
    await Promise.all([...this.#changes, ...this.#ends])
  }

  /** Nothing waits anywhere, and every device has the keys of all of its rooms. */
  async settle(): Promise<void> {
    await until(() => this.#unsettled().length === 0, {
      what: () => `calm in encrypted rooms: ${[...this.#unsettled(), ...this.troubles].join('\n')}`,
      ms: settleMsMax,
    })
    for (const record of this.#records.values()) this.#giveUp(record)
  }

  /** The profiles stay until `remove`. */
  async close(): Promise<void> {
    this.#isActive = false
    await Promise.all(this.devices.map((device) => device.close()))
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** Without waiting for anything. */
  async kill(): Promise<void> {
    this.#isActive = false
    await Promise.all(this.devices.map((device) => device.kill()))
  }

  async #gather(): Promise<void> {
    await Promise.all(this.people.map((person) => person.arrive()))
    await Promise.all(this.people.map((person) => equip(person)))
    for (let at = 0; at < this.#options.rooms; at += 1) {
      const title = `${this.mark} room ${at}`
      // Every other one lets newcomers read what was before.
      const history = at % 2 === 0 ? 'none' : 'all'
      const made = await this.owner.first.insist<string>('create', title, history)
      if (!made.ok) throw new Error(`no encrypted room: ${made.say}`)
      this.rooms.push(made.value)
    }
    const others = this.people.slice(1)
    // The last of them comes in later, if at all.
    const early = others.slice(0, Math.max(1, others.length - 1))
    await Promise.all(
      early.map(async (person) => {
        for (const room of this.rooms) await enter(this.#scene(), person, room)
      }),
    )
  }

  #scene(): Scene {
    const { owner, people, rooms } = this
    const { devicesMax } = this.#options
    const took = (what: string, ms: number) => this.#took(what, ms)
    return { owner, people, rooms, devicesMax, took }
  }

  async #every(ms: number, act: () => void): Promise<void> {
    while (this.#isActive) {
      act()
      await pause(ms)
    }
  }

  #change(): void {
    const possible = changesOf(this.#scene())
    if (possible.length === 0) return
    const { what, person, act } = drawn(this.#chance, possible)
    person.isBusy = true
    this.note(person.name, what)
    const done = within(act(), { what: `${what} of ${person.name}`, ms: changeMsMax })
      .catch((error: Error) => {
        this.troubles.push(`${what} of ${person.name}: ${error.message}`)
      })
      .finally(() => {
        person.isBusy = false
        this.#changes.delete(done)
      })
    this.#changes.add(done)
  }

  /** A device is killed and started again, or frozen for a while. */
  #end(): void {
    const running = this.living.filter(
      ({ isRunning, state }) => isRunning && state.device !== undefined,
    )
    const device = running[Math.floor(this.#chance() * running.length)]
    if (device === undefined) return
    const isFreeze = this.#chance() < freezeShare
    const forMs = this.#chance() * (isFreeze ? frozenMsMax : deadMsMax)
    this.note(device.name, `${isFreeze ? 'frozen' : 'killed'} for ${forMs} ms`)
    this.#took(isFreeze ? 'freeze of a device' : 'kill of a device', forMs)
    const done = (isFreeze ? freeze(device, forMs) : this.#killAndStart(device, forMs))
      .catch((error: Error) => {
        this.troubles.push(`${device.name} is not back: ${error.message}`)
      })
      .finally(() => this.#ends.delete(done))
    this.#ends.add(done)
  }

  async #killAndStart(device: CircleDevice, deadMs: number): Promise<void> {
    await device.kill()
    this.#over(device)
    await pause(deadMs)
    if (device.revokedAtMs === undefined && !device.isRunning) await device.start()
  }

  #took(what: string, ms: number): void {
    this.times.set(what, [...(this.times.get(what) ?? []), ms])
  }

  #writeAll(): void {
    for (const device of this.living) {
      if (!this.#writing.has(device)) void this.#write(device)
    }
  }

  async #write(device: CircleDevice): Promise<void> {
    this.#writing.add(device)
    try {
      while (this.#isActive && device.revokedAtMs === undefined && device.isRunning) {
        const rooms = Object.keys(device.state.rooms)
        const room = rooms[this.#written % rooms.length]
        if (room !== undefined) await this.#writeOne(device, room)
        await pause(this.#options.thinkMs)
      }
    } catch (error) {
      if (!(error instanceof DeviceDied)) this.troubles.push((error as Error).message)
    } finally {
      this.#writing.delete(device)
    }
  }

  async #writeOne(device: CircleDevice, room: string): Promise<void> {
    this.#written += 1
    const number = this.#written
    const short = `${this.mark} ${number}`
    const text = number % 2 === 0 ? short : `${short} ${'sealed words '.repeat(1 + (number % 9))}`
    const client = device.name
    const composedAtMs = performance.now()
    const record: SendRecord = { client, room, text, composedAtMs }
    this.#records.set(text, record)
    const settled = new Promise<void>((go) => this.#settled.set(text, { device, go }))
    await device.call('post', room, text)
    this.ledger.composed(record)
    if (this.#isActive) await settled
  }

  /** Those that have seen anything of the room have seen exactly this much. */
  haveAllSeen(room: string, upTo: number): boolean {
    return this.living.every((device) => {
      const seen = this.#seen.get(`${this.#observer(device, room)} ${room}`)
      return seen === undefined || seen === upTo
    })
  }

  #heard(device: CircleDevice, says: DeviceSays): void {
    if (says.t === 'entry') this.#saw(device, says)
    else if (says.t === 'gap') this.#passedOver(device, says)
    else if (says.t === 'left') this.#left(device, says.room)
    else if (says.t === 'state') this.#changed(device, says.state)
    else if (says.t === 'acked') this.#acked(says)
    else if (says.t === 'refused') this.#refused(device, says)
  }

  #saw(device: CircleDevice, { room, entry }: Extract<DeviceSays, { t: 'entry' }>): void {
    const observer = this.#observer(device, room)
    this.ledger.observed(observer, room, entry)
    this.#seen.set(`${observer} ${room}`, entry.index)
  }

  #passedOver(device: CircleDevice, gap: Extract<DeviceSays, { t: 'gap' }>): void {
    const observer = this.#observer(device, gap.room)
    this.ledger.gap(observer, gap.room, gap)
    const key = `${observer} ${gap.room}`
    this.#seen.set(key, Math.max(this.#seen.get(key) ?? 0, gap.to))
  }

  #acked({ text, index }: Extract<DeviceSays, { t: 'acked' }>): void {
    const record = this.#records.get(text)
    if (record !== undefined && record.ackedAtMs === undefined) {
      record.ackedAtMs = performance.now()
      record.index = index
    }
    this.#release(text)
  }

  #refused(device: CircleDevice, { text, code }: Extract<DeviceSays, { t: 'refused' }>): void {
    const record = this.#records.get(text)
    if (record !== undefined) record.refused = code
    this.#release(text)
    if (!honestRefusals.includes(code)) this.troubles.push(`${device.name} was refused ${code}`)
  }

  #left(device: CircleDevice, room: string): void {
    this.ledger.over(this.#observer(device, room), room)
    const key = `${device.name} ${room}`
    this.#stays.set(key, (this.#stays.get(key) ?? 0) + 1)
  }

  #changed(device: CircleDevice, { texts: _, ...state }: DeviceState): void {
    this.note(device.name, JSON.stringify(state))
    if (isOut(state.connection)) this.#over(device)
  }

  note(who: string, what: string): void {
    this.notes.push({ at: new Date().toISOString(), who, what })
  }

  /** Of this run no more is seen, and nothing is acknowledged to it. */
  #over(device: CircleDevice): void {
    for (const room of this.rooms) this.ledger.over(this.#observer(device, room), room)
    this.#release((one) => one.device === device)
  }

  #release(which: string | ((one: { readonly device: CircleDevice }) => boolean)): void {
    for (const [text, one] of this.#settled) {
      if (typeof which === 'string' ? text !== which : !which(one)) continue
      this.#settled.delete(text)
      one.go()
    }
  }

  /** One run of a device's process, while its person stays in the room. */
  #observer(device: CircleDevice, room: string): string {
    const stay = this.#stays.get(`${device.name} ${room}`) ?? 0
    return `${device.name} (run ${device.runs}, stay ${stay})`
  }

  #unsettled(): readonly string[] {
    return this.living
      .filter(({ state, isRunning }) => {
        const { connection, account, rooms, waiting } = state
        const isWell = isRunning && connection === 'online' && account === 'ready' && waiting === 0
        return !isWell || Object.values(rooms).some((code) => code !== 'ready')
      })
      .map((device) => device.shown())
  }

  /** Of a device that was thrown out nothing goes out any more. */
  #giveUp(record: SendRecord): void {
    const device = this.devices.find(({ name }) => name === record.client)
    if (record.ackedAtMs !== undefined || device?.revokedAtMs === undefined) return
    record.refused ??= 'bad-token'
  }
}

async function equip(person: Person): Promise<void> {
  await person.first.until(({ account }) => account === 'ready', 'an identity')
  const key = await person.first.insist<string>('recoveryKey')
  if (!key.ok) throw new Error(`no recovery key: ${key.say}`)
  person.recoveryKey = key.value
}

function isOut(connection: string): boolean {
  return connection.startsWith('refused')
}

async function freeze(device: CircleDevice, forMs: number): Promise<void> {
  device.freeze()
  await pause(forMs)
  device.thaw()
}

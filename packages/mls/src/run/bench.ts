/**
 * What encryption costs a client, in processor time of this process, at three sizes of a group:
 * *flat*, right after all were added, the worst case; and *warm*, when 32 devices that are spread
 * over the group have renewed their keys, so that the inner nodes above them are filled.
 */
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { openContent, sealContent } from '../content.ts'
import { Group } from '../group.ts'
import { createOwnGroup, joinByCommit, joinByWelcome } from '../joining.ts'
import type { OwnDevice } from '../own-device.ts'
import { encodeTree, encodeTreePatch, leavesMax } from '../tree.ts'
import { createDevice, groupId, keyPackageOf, room } from './members.ts'

const batchDevicesMax = 250
const renewedDevices = 32
/** What clients take from this package. */
const taken = [
  ...['archive', 'content', 'credential', 'group', 'joining', 'key-package', 'linking'],
  ...['own-device', 'recovery', 'safety-number', 'tree'],
]

interface Row {
  readonly what: string
  readonly devices: number
  readonly shape: string
  readonly cpuMs: number
  readonly bytes?: number
}

export async function bench(sizes: readonly number[]): Promise<void> {
  await content()
  for (const size of sizes) {
    // One more must still have room.
    const devices = Math.min(size, leavesMax - 1)
    const flat = await flatGroup(devices)
    await measureGroup(devices, 'flat', flat)
    await measureGroup(devices, 'warm', await warmGroup(flat))
  }
  await bundle()
}

function tell({ what, devices, shape, cpuMs, bytes }: Row): void {
  const size = bytes === undefined ? '' : `${bytes.toLocaleString('en')} B`
  const cost = `${cpuMs.toFixed(cpuMs < 10 ? 2 : 0)} ms`
  const where = `${String(devices).padStart(5)} ${shape.padEnd(5)}`
  console.log(`${what.padEnd(28)}${where}${cost.padStart(10)}  ${size}`)
}

/** The median of some runs, in processor time of all threads. */
async function cpuOf<T>(runs: number, act: () => Promise<T>): Promise<{ made: T; cpuMs: number }> {
  const spent: number[] = []
  let made = await act()
  for (let run = 0; run < runs; run += 1) {
    const before = process.cpuUsage()
    made = await act()
    const { user, system } = process.cpuUsage(before)
    spent.push((user + system) / 1000)
  }
  spent.sort((one, other) => one - other)
  return { made, cpuMs: spent[Math.floor(spent.length / 2)]! }
}

async function content(): Promise<void> {
  const own = await createDevice('one')
  const group = await createOwnGroup(own, groupId)
  const key = await group.contentKey(room)
  const place = { gen: 1, epoch: 0n, leaf: 0 }
  const body = new Uint8Array(100)
  const often = 200
  const seal = () => sealContent({ ...place, room, key, signer: own.signer }, body)
  const sealed = await cpuOf(5, async () => {
    for (let at = 1; at < often; at += 1) await seal()
    return seal()
  })
  const opening = { room, key, signatureKey: own.device.signatureKey }
  const opened = await cpuOf(5, async () => {
    for (let at = 0; at < often; at += 1) await openContent(opening, sealed.made)
  })
  const bytes = sealed.made.length
  const shared = { devices: 0, shape: 'any' }
  tell({ what: 'seal 100 bytes', ...shared, cpuMs: sealed.cpuMs / often, bytes })
  tell({ what: 'open them', ...shared, cpuMs: opened.cpuMs / often })
  const made = await cpuOf(5, () => keyPackageOf(own))
  tell({ what: 'a key package', ...shared, cpuMs: made.cpuMs, bytes: made.made.bytes.length })
}

interface Built {
  readonly own: OwnDevice
  readonly group: Group
  /** Another member's, who was the last to come in. */
  readonly other: Group
  readonly devices: readonly OwnDevice[]
}

async function flatGroup(devices: number): Promise<Built> {
  const own = await createDevice('first')
  const all = [own]
  let group = await createOwnGroup(own, groupId)
  let cpuMs = 0
  let bytes = 0
  while (all.length < devices - 1) {
    const count = Math.min(batchDevicesMax, devices - 1 - all.length)
    const added = await Promise.all(
      Array.from({ length: count }, (_, at) => createDevice(`d-${all.length + at}`)),
    )
    const packages = await Promise.all(added.map(keyPackageOf))
    const before = process.cpuUsage()
    const made = await group.commit({ add: packages.map((one) => one.bytes) })
    const { user, system } = process.cpuUsage(before)
    cpuMs += (user + system) / 1000
    bytes += made.commit.length
    group = made.group
    all.push(...added)
  }
  tell({ what: 'add all', devices, shape: 'flat', cpuMs, bytes })
  return withOneMore({ own, group, devices: all }, 'flat')
}

/** Some that are spread over the group come in anew, which fills the nodes above them. */
async function warmGroup({ own, group, devices }: Built): Promise<Built> {
  const kept = devices.slice(0, -1)
  const removed = await group.commit({ remove: [devices.length - 1] })
  let now = removed.group
  const step = Math.max(1, Math.floor(kept.length / renewedDevices))
  for (let at = 1; at < kept.length; at += step) {
    const door = { groupId, groupInfo: await now.groupInfo(), tree: now.tree() }
    const processed = await now.process((await joinByCommit(kept[at]!, door)).commit)
    if (processed.kind === 'next') now = processed.group
  }
  return withOneMore({ own, group: now, devices: kept }, 'warm')
}

async function withOneMore(built: Omit<Built, 'other'>, shape: string): Promise<Built> {
  const last = await createDevice('last')
  const keyPackage = await keyPackageOf(last)
  const made = await built.group.commit({ add: [keyPackage.bytes] })
  const welcome = made.welcomes[0]!.bytes
  const invitation = { groupId, welcome, tree: made.group.tree(), keyPackage }
  const joined = await cpuOf(1, () => joinByWelcome(last, invitation))
  const devices = [...built.devices, last]
  const cost = { cpuMs: joined.cpuMs, bytes: welcome.length }
  tell({ what: 'join by welcome', devices: devices.length, shape, ...cost })
  return { own: built.own, group: made.group, other: joined.made, devices }
}

async function measureGroup(devices: number, shape: string, built: Built): Promise<void> {
  const { group, other, own } = built
  const runs = devices > 500 ? 2 : 5
  const shared = { devices, shape }
  const newcomer = await createDevice('newcomer')
  const { bytes: packageBytes } = await keyPackageOf(newcomer)
  const changes = {
    add: { add: [packageBytes] },
    update: {},
    remove: { remove: [Math.floor(devices / 2)] },
  }
  for (const [what, change] of Object.entries(changes)) {
    const { made, cpuMs } = await cpuOf(runs, () => group.commit(change))
    tell({ what: `${what}: commit`, ...shared, cpuMs, bytes: made.commit.length })
    const processed = await cpuOf(runs, () => other.process(made.commit))
    const patch = encodeTreePatch(made.treePatch).length
    tell({ what: `${what}: process; patch`, ...shared, cpuMs: processed.cpuMs, bytes: patch })
  }
  const door = { groupId, groupInfo: await group.groupInfo(), tree: group.tree() }
  const entry = await cpuOf(runs, () => joinByCommit(newcomer, door))
  const { commit } = entry.made
  tell({ what: 'come in: commit', ...shared, cpuMs: entry.cpuMs, bytes: commit.length })
  const entered = await cpuOf(runs, () => other.process(commit))
  tell({ what: 'come in: process', ...shared, cpuMs: entered.cpuMs })
  const state = await cpuOf(runs, async () => group.encode())
  tell({ what: 'encode the state', ...shared, cpuMs: state.cpuMs, bytes: state.made.length })
  const decoded = await cpuOf(runs, async () => Group.decode(own, state.made))
  const tree = encodeTree(group.tree()).length
  tell({ what: 'decode it; tree', ...shared, cpuMs: decoded.cpuMs, bytes: tree })
}

/** What it adds to a page: everything that a client takes from this package, made small. */
async function bundle(): Promise<void> {
  const outDir = mkdtempSync(join(tmpdir(), 'starling-mls-'))
  try {
    const input = taken.map((name) => fileURLToPath(new URL(`../${name}.ts`, import.meta.url)))
    const rolldownOptions = { input, preserveEntrySignatures: 'strict' as const }
    const settings = { outDir, emptyOutDir: true, modulePreload: false, rolldownOptions }
    await build({ configFile: false, logLevel: 'error', build: settings })
    const text = globSync(join(outDir, '**', '*.js')).map((file) => readFileSync(file))
    const whole = Buffer.concat(text)
    console.log(`bundle: ${whole.length} B, ${gzipSync(whole, { level: 9 }).length} B gzipped`)
  } finally {
    rmSync(outDir, { recursive: true })
  }
}

/**
 * Judges the builds of the library that can be had, and ours: does a member who is removed alone
 * read on, can everybody join who is welcomed, do all follow? The first fault is why an old build
 * must never be used, the second why 1.6.4 cannot be used as it is.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { patchMls } from '../../../../scripts/patch-mls.mjs'
import {
  type BuildLibrary,
  type Committed,
  loadBuild,
  type Person,
  type State,
} from './build-library.ts'
import { Dice } from './dice.ts'

const builds = [
  { version: '1.6.2', isOurs: false },
  { version: '2.0.0-rc.10', isOurs: false },
  { version: '1.6.4', isOurs: false },
  { version: '1.6.4', isOurs: true },
]
const hashes = '@noble/hashes@2.4.0'
const seeds = 8
const stepsOfWalk = 25
const membersMax = 12

interface Verdict {
  readonly readsOn: boolean
  joins: number
  joinsRefused: number
  followed: number
  lost: number
}

/** Whether our build, and no other, is without fault. */
export async function judgeBuilds(): Promise<boolean> {
  let isAsExpected = true
  for (const { version, isOurs } of builds) {
    const folder = mkdtempSync(join(tmpdir(), 'starling-build-'))
    try {
      install(folder, version)
      if (isOurs) patchMls(folder)
      const verdict = await judge(await loadBuild(folder, version))
      const isWell = !verdict.readsOn && verdict.joinsRefused === 0 && verdict.lost === 0
      if (isWell !== isOurs) isAsExpected = false
      console.log(show(`${version}${isOurs ? ' corrected' : ''}`, isWell, verdict))
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
  return isAsExpected
}

function install(folder: string, version: string): void {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock']
  execFileSync('npm', ['install', ...options, `ts-mls@${version}`, hashes], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

function show(name: string, isWell: boolean, verdict: Verdict): string {
  const { readsOn, joins, joinsRefused, followed, lost } = verdict
  return [
    `${name.padEnd(16)} ${isWell ? 'passes' : 'FAILS '}`,
    `a removed member ${readsOn ? 'READS ON' : 'reads nothing'}`,
    `${joinsRefused} of ${joins} joins refused`,
    `${lost} of ${followed} commits not followed`,
  ].join(' · ')
}

async function judge(library: BuildLibrary): Promise<Verdict> {
  const verdict = {
    readsOn: await doesRemovedReadOn(library),
    joins: 0,
    joinsRefused: 0,
    followed: 0,
    lost: 0,
  }
  for (let seed = 1; seed <= seeds; seed += 1) await walk(library, new Dice(seed), verdict)
  return verdict
}

async function doesRemovedReadOn(library: BuildLibrary): Promise<boolean> {
  const [ann, bob, cyd] = await Promise.all(['ann', 'bob', 'cyd'].map((id) => library.person(id)))
  const first = await library.group(ann!)
  const { newState, welcome } = await library.commit(first, [bob!, cyd!], [])
  const bobs = await library.join(bob!, welcome!, newState.ratchetTree)
  const { leafIndex } = bobs.privatePath
  const removal = await library.commit(newState, [], [leafIndex])
  const after = await attempt(() => library.process(bobs, removal.commit))
  const message = await library.say(removal.newState)
  const states = [bobs, ...(after === undefined ? [] : [after])]
  const heard = await Promise.all(states.map((state) => library.hears(state, message)))
  return heard.includes(true)
}

/** Members come, go and renew their keys; who is refused once plays no further part. */
async function walk(library: BuildLibrary, dice: Dice, verdict: Verdict): Promise<void> {
  let members: readonly State[] = [await library.group(await library.person('first'))]
  for (let step = 0; step < stepsOfWalk && members.length > 0; step += 1) {
    const by = dice.pick(members)
    const kind = members.length < 3 ? 1 : dice.upTo(members.length >= membersMax ? 2 : 3)
    const adds = kind === 2 ? [] : await people(library, step, dice.upTo(2))
    const others = members.filter((state) => state !== by)
    const removed = kind === 2 ? dice.some(others, dice.upTo(3) - 1) : []
    const leaves = removed.map(({ privatePath }) => privatePath.leafIndex)
    const made = await library.commit(by, adds, leaves)
    const next = [made.newState]
    for (const state of others) {
      if (removed.includes(state)) continue
      const followed = await attempt(() => library.process(state, made.commit))
      verdict.followed += 1
      if (followed === undefined) verdict.lost += 1
      else next.push(followed)
    }
    members = [...next, ...(await joined(library, { adds, made, verdict }))]
  }
}

function people(library: BuildLibrary, step: number, count: number): Promise<Person[]> {
  return Promise.all(Array.from({ length: count }, (_, at) => library.person(`${step}-${at}`)))
}

interface Arrival {
  readonly adds: readonly Person[]
  readonly made: Committed
  readonly verdict: Verdict
}

async function joined(library: BuildLibrary, { adds, made, verdict }: Arrival) {
  const states: State[] = []
  for (const person of adds) {
    verdict.joins += 1
    const { ratchetTree } = made.newState
    const state = await attempt(() => library.join(person, made.welcome!, ratchetTree))
    if (state === undefined) verdict.joinsRefused += 1
    else states.push(state)
  }
  return states
}

/** Undefined when the build throws, whatever it throws. */
async function attempt<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act()
  } catch {
    return undefined
  }
}

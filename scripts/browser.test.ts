import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type BrowserPlace, findBrowser } from './browser.ts'

interface Machine extends AsyncDisposable {
  readonly folder: string
  readonly ran: string[]
  readonly place: BrowserPlace
}

function machineWith(programs: readonly string[], place: Partial<BrowserPlace> = {}): Machine {
  const folder = mkdtempSync(join(tmpdir(), 'starling-browser-'))
  const ran: string[] = []
  for (const name of programs) install(folder, name)
  const run = async (command: string, args: readonly string[]) => {
    ran.push([command, ...args].join(' '))
  }
  return {
    folder,
    ran,
    place: { env: { PATH: `/nowhere:${folder}` }, isRoot: false, run, say: () => {}, ...place },
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true }),
  }
}

function install(folder: string, name: string): void {
  writeFileSync(join(folder, name), '#!/bin/sh\n')
  chmodSync(join(folder, name), 0o755)
}

test('the browser is the first known one on the PATH', async () => {
  await using machine = machineWith(['google-chrome', 'chromium-browser'])
  assert.equal(await findBrowser(machine.place), join(machine.folder, 'chromium-browser'))
})

test('STARLING_BROWSER wins, and must be a program', async () => {
  await using machine = machineWith(['chromium', 'mine'])
  const env = { ...machine.place.env, STARLING_BROWSER: join(machine.folder, 'mine') }
  assert.equal(await findBrowser({ ...machine.place, env }), join(machine.folder, 'mine'))
  await assert.rejects(
    findBrowser({ ...machine.place, env: { ...env, STARLING_BROWSER: machine.folder } }),
    /STARLING_BROWSER is .* not a program/,
  )
})

test('root with apt-get gets Debian’s chromium', async () => {
  await using machine = machineWith(['apt-get'], { isRoot: true })
  const run = async (command: string, args: readonly string[]) => {
    machine.ran.push([command, ...args].join(' '))
    if (args[0] === 'install') install(machine.folder, 'chromium')
  }
  const path = await findBrowser({ ...machine.place, run })
  assert.equal(path, join(machine.folder, 'chromium'))
  assert.deepEqual(machine.ran, [
    'apt-get update',
    'apt-get install -y --no-install-recommends chromium',
  ])
})

test('who cannot install one is told in one line how to get it', async () => {
  await using user = machineWith(['apt-get'])
  await assert.rejects(findBrowser(user.place), /^Error: no browser to test with; install [^\n]+$/)
  assert.deepEqual(user.ran, [])
  await using failing = machineWith(['apt-get'], { isRoot: true })
  await assert.rejects(findBrowser(failing.place), /apt-get installed no chromium/)
})

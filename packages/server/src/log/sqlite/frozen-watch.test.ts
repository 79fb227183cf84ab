import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { LogError } from '@starling/core/log/log'
import { AliveFile } from './alive-file.ts'
import { FrozenWatch, fencing } from './frozen-watch.ts'
import { seeByPs, seeProcess } from './process-identity.ts'
import { scratchDirectory } from './scratch-directory.test-fixture.ts'

/** A process that does nothing, and an alive file that says it is that of `name`. */
async function startIdle(context: TestContext): Promise<ChildProcess & { pid: number }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e9)'], { stdio: 'ignore' })
  context.after(() => child.kill('SIGKILL'))
  await once(child, 'spawn')
  assert.ok(child.pid)
  return Object.assign(child, { pid: child.pid })
}

function writeAlive(directory: string, name: string, pid: number, startedAt?: string): string {
  const path = join(directory, 'alive', name)
  mkdirSync(join(directory, 'alive'), { recursive: true })
  const whose = { pid, startedAt: startedAt ?? seeProcess(pid)?.startedAt }
  writeFileSync(path, `${JSON.stringify(whose)}\n`)
  utimesSync(path, writtenMs / 1_000, writtenMs / 1_000)
  return path
}

async function stop(child: ChildProcess & { pid: number }): Promise<void> {
  child.kill('SIGSTOP')
  // A signal is on its way for a moment.
  while (!seeProcess(child.pid)?.isStopped) await new Promise((resolve) => setImmediate(resolve))
}

/** When the alive files were written, of a made-up time. */
const writtenMs = 1_000_000

/** Looks every 50 ms of that time, from 0 to `untilMs`. */
function lookUntil(untilMs: number, watch: FrozenWatch, meanwhile: () => void = () => {}): void {
  for (let ms = 0; ms <= untilMs; ms += fencing.lookMs) {
    meanwhile()
    watch.look({ ms, wallMs: writtenMs + ms })
  }
}

function watchOf(directory: string) {
  const fenced: string[] = []
  const watch = new FrozenWatch({ directory, onFenced: (name) => fenced.push(name) })
  return { watch, fenced }
}

test('[P9] a stopped process whose file stands still is killed after a second', async (context) => {
  const directory = scratchDirectory(context)
  const child = await startIdle(context)
  writeAlive(directory, 'frozen', child.pid)
  await stop(child)
  const { watch, fenced } = watchOf(directory)
  lookUntil(fencing.frozenMsMax, watch)
  assert.deepEqual(fenced, [])
  const ended = once(child, 'exit')
  lookUntil(fencing.frozenMsMax + 200, watch)
  assert.deepEqual(fenced, ['frozen'])
  assert.deepEqual(await ended, [null, 'SIGKILL'])
})

test('[P1] a process whose file moves is left alone', async (context) => {
  const directory = scratchDirectory(context)
  const child = await startIdle(context)
  const path = writeAlive(directory, 'living', child.pid)
  await stop(child)
  const { watch, fenced } = watchOf(directory)
  let touched = 1
  lookUntil(3 * fencing.hungMsMax, watch, () => utimesSync(path, touched, touched++))
  assert.deepEqual(fenced, [])
})

test('[P1] a slow process that is not stopped has longer', async (context) => {
  const directory = scratchDirectory(context)
  const child = await startIdle(context)
  writeAlive(directory, 'slow', child.pid)
  const { watch, fenced } = watchOf(directory)
  lookUntil(fencing.hungMsMax, watch)
  assert.deepEqual(fenced, [])
  const ended = once(child, 'exit')
  lookUntil(fencing.hungMsMax + 200, watch)
  assert.deepEqual(fenced, ['slow'])
  await ended
})

test('[P1] a process that got the number of a former one is left alone', async (context) => {
  const directory = scratchDirectory(context)
  const child = await startIdle(context)
  writeAlive(directory, 'former', child.pid, 'another-boot:1')
  writeAlive(directory, 'gone', 2 ** 22 + 1, 'another-boot:1')
  writeFileSync(join(directory, 'alive', 'garbage'), 'no such file')
  await stop(child)
  const { watch, fenced } = watchOf(directory)
  lookUntil(3 * fencing.hungMsMax, watch)
  assert.deepEqual(fenced, [])
})

test('[P1] who was suspended itself does not count that time against others', async (context) => {
  const directory = scratchDirectory(context)
  const child = await startIdle(context)
  writeAlive(directory, 'suspended-too', child.pid)
  await stop(child)
  const { watch, fenced } = watchOf(directory)
  for (const ms of [0, 60_000, 120_000]) watch.look({ ms, wallMs: writtenMs + ms })
  assert.deepEqual(fenced, [])
})

test('[P9] the time before the first look counts, but not much of it', async (context) => {
  const directory = scratchDirectory(context)
  const child = await startIdle(context)
  writeAlive(directory, 'frozen', child.pid)
  await stop(child)
  const { watch, fenced } = watchOf(directory)
  const rest = fencing.frozenMsMax - fencing.beforeMsMax
  for (let ms = 0; ms <= rest + fencing.lookMs; ms += fencing.lookMs) {
    assert.deepEqual(fenced, [])
    watch.look({ ms, wallMs: writtenMs + 3_600_000 + ms })
  }
  assert.deepEqual(fenced, ['frozen'])
})

test('a living process keeps its name, a dead one leaves it', async (context) => {
  const directory = scratchDirectory(context)
  const child = await startIdle(context)
  writeAlive(directory, 'primary-1', child.pid)
  const isTaken = (error: unknown) =>
    error instanceof LogError && error.message.includes(`process ${child.pid}`)
  assert.throws(() => new AliveFile(directory, 'primary-1'), isTaken)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const alive = new AliveFile(directory, 'primary-1')
  assert.deepEqual(readdirSync(join(directory, 'alive')), ['primary-1'])
  alive.close()
  assert.deepEqual(readdirSync(join(directory, 'alive')), [])
})

test('where there is no /proc, ps tells who a process is', async (context) => {
  const child = await startIdle(context)
  const running = seeByPs(child.pid)
  assert.equal(running?.isStopped, false)
  assert.match(running?.startedAt ?? '', /\d\d:\d\d:\d\d \d{4}$/)
  await stop(child)
  assert.deepEqual(seeByPs(child.pid), { startedAt: running?.startedAt, isStopped: true })
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.equal(seeByPs(child.pid), undefined)
})

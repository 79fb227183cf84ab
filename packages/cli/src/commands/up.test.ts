import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { z } from 'zod'
import { processStartedAt } from '../supervisor/leftovers.ts'

const script = new URL('../starling.ts', import.meta.url).pathname
const waitMsMax = 30_000

/** `starling up` in a folder of its own, and what it prints. */
class Upped {
  readonly folder: string
  readonly child: ChildProcess
  #printed = ''

  constructor(test: TestContext, folder: string) {
    this.folder = folder
    this.child = spawn(process.execPath, [script, 'up'], { cwd: folder })
    test.after(() => this.child.kill('SIGKILL'))
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.on('data', (bytes: Buffer) => {
        this.#printed += bytes.toString()
        this.child.emit('printed')
      })
    }
  }

  get printed(): string {
    return this.#printed
  }

  async prints(pattern: RegExp): Promise<string> {
    const signal = AbortSignal.timeout(waitMsMax)
    while (!pattern.test(this.#printed)) {
      try {
        await once(this.child, 'printed', { signal })
      } catch (error) {
        throw new Error(`${pattern} was not printed:\n${this.#printed}`, { cause: error })
      }
    }
    return pattern.exec(this.#printed)![0]
  }

  async ends(): Promise<number | string | null> {
    const { child } = this
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close')
    return child.exitCode ?? child.signalCode
  }

  processes(): readonly { readonly name: string; readonly pid: number }[] {
    const note = readFileSync(join(this.folder, 'data', 'supervisor.json'), 'utf8')
    const shape = z.object({ processes: z.array(z.object({ name: z.string(), pid: z.int() })) })
    return shape.parse(JSON.parse(note)).processes
  }

  pidOf(name: string): number {
    return this.processes().find((it) => it.name === name)!.pid
  }
}

/** A zombie that nobody has fetched counts as gone. */
function isThere(pid: number): boolean {
  return processStartedAt(pid) !== undefined
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}

/** One front-end and two backends, on free ports. */
async function clusterFolder(test: TestContext): Promise<{ folder: string; port: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'starling-up-'))
  test.after(() => rmSync(folder, { recursive: true, force: true }))
  const [port, ...others] = await freePorts(3)
  const backends = others.map((it, at) =>
    [
      '[[backends]]',
      `name = "primary-${at + 1}"`,
      'rank = "primary"',
      `address = "127.0.0.1:${it}"`,
      'admin = 0',
    ].join('\n'),
  )
  const frontend = `[[frontends]]\nlisten = "127.0.0.1:${port}"\nadmin = 0`
  writeFileSync(join(folder, 'starling.toml'), [frontend, ...backends].join('\n'))
  return { folder, port: port! }
}

describe('starling up', () => {
  it('starts all, starts the dead again, refuses a second, stops at Ctrl-C', async (test) => {
    const { folder, port } = await clusterFolder(test)
    const up = new Upped(test, folder)
    await up.prints(/Stop {3}Ctrl-C/)
    assert.match(up.printed, new RegExp(`^Starling runs. Connect to ws://127.0.0.1:${port}\n`))
    assert.match(up.printed, /\n {2}frontend-1 {2}front-end {2}running\n {2}primary-1 {3}primary /)

    const first = up.pidOf('primary-1')
    process.kill(first, 'SIGKILL')
    await up.prints(/primary-1 died \(SIGKILL\), running again after \d+ ms/)
    assert.notEqual(up.pidOf('primary-1'), first)

    const second = new Upped(test, folder)
    assert.equal(await second.ends(), 3)
    assert.match(second.printed, new RegExp(`is in use by .*process ${up.child.pid}, since`))

    const pids = up.processes().map(({ pid }) => pid)
    up.child.kill('SIGINT')
    assert.equal(await up.ends(), 0)
    assert.match(up.printed, /Stopping …\nStopped\.\n$/)
    assert.deepEqual(pids.filter(isThere), [])
  })

  it('starts again after kill -9 of the supervisor, when its processes are gone', async (test) => {
    const { folder } = await clusterFolder(test)
    const up = new Upped(test, folder)
    await up.prints(/Stop {3}Ctrl-C/)
    const left = up.processes().map(({ pid }) => pid)
    up.child.kill('SIGKILL')
    assert.equal(await up.ends(), 'SIGKILL')
    const next = new Upped(test, folder)
    await next.prints(/Stop {3}Ctrl-C/)
    assert.deepEqual(left.filter(isThere), [])
    next.child.kill('SIGTERM')
    assert.equal(await next.ends(), 0)
  })

  it('names a taken port, what to do, and leaves nothing behind', async (test) => {
    const { folder, port } = await clusterFolder(test)
    const other = createServer().listen(port, '127.0.0.1')
    test.after(() => other.close())
    await once(other, 'listening')
    const up = new Upped(test, folder)
    assert.equal(await up.ends(), 3)
    assert.match(up.printed, new RegExp(`starling up: frontend-1: .*${port}.*taken`))
    assert.match(up.printed, /\n {2}.*another port/)
    assert.deepEqual(up.processes(), [])
  })
})

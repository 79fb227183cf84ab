import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { basename } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { processStartedAt } from '@starling/cli/supervisor/leftovers'
import type { Machine, Machines } from './machine.ts'
import { readNamespaces } from './namespaces.ts'
import { type MachineKind, openMachines, whyNoNamespaces } from './open-machines.ts'
import { until } from './until.ts'

const fixture = (name: string) => new URL(`./${name}.test-fixture.ts`, import.meta.url).pathname

const whyNot = await whyNoNamespaces()
const kinds: readonly MachineKind[] =
  whyNot === undefined ? ['namespaces', 'loopback'] : ['loopback']

test('namespaces are used wherever the system allows them, else the reason is told', async () => {
  const machines = await openMachines(['one'])
  assert.equal(machines.canCut, whyNot === undefined)
  assert.ok(machines.about.includes(whyNot ?? 'a network namespace of its own'), machines.about)
  await machines.remove()
})

for (const kind of kinds) {
  suite(`a machine: ${kind}`, () => talkSuite(kind))
  suite(`leaving nothing: ${kind}`, () => leftOverSuite(kind))
}

function talkSuite(kind: MachineKind): void {
  let machines: Machines
  let echo: Echo

  before(async () => {
    machines = await openMachines(['one', 'two'], kind)
    echo = await Echo.on(machines.get('one'))
  })

  after(async () => {
    echo?.end()
    await machines?.remove()
  })

  test('is reached at its address, its loopback through itself', async () => {
    await echo.say('hello')
    await until(() => echo.answered === 5, { what: 'an answer' })
    assert.equal(await echo.heard(), 5)
    assert.equal(await machines.get('two').ask(1, '/'), undefined)
  })

  if (kind === 'namespaces') cutTests(() => ({ machines, echo }))
  else {
    test('says that it cannot be cut or worsened, instead of going on as it was', async () => {
      await assert.rejects(machines.get('one').cut('both', [machines.here]), /cannot be cut/)
      await assert.rejects(machines.get('one').worsen(), /stays good/)
    })
  }
}

function cutTests(parts: () => { machines: Machines; echo: Echo }): void {
  for (const direction of ['out', 'in', 'both'] as const) {
    test(`cut ${direction}: what stands loses what is sent, others lose nothing`, async () => {
      const { machines, echo } = parts()
      const [heard, answered] = [await echo.heard(), echo.answered]
      await machines.get('one').cut(direction, [machines.here])
      await echo.say('12345678')
      const due = direction === 'out' ? heard + 8 : heard
      await until(async () => (await echo.heard()) === due, { what: 'heard' })
      assert.equal(await echo.askFrom(machines.get('two')), 'x')
      assert.equal(await echo.heard(), due + 1)
      assert.equal(echo.answered, answered)
      await machines.get('one').heal()
      await until(() => echo.answered === answered + 8, { what: 'an answer after healing' })
    })
  }

  test('has a slow line until it is healed, where the kernel can make one', async () => {
    const { machines, echo } = parts()
    const goodMs = await echo.timeOf(100_000)
    if (machines.badLines === 'none') {
      return assert.rejects(machines.get('one').worsen(), /no bad lines/)
    }
    await machines.get('one').worsen()
    const badMs = await echo.timeOf(100_000)
    await machines.get('one').heal()
    assert.ok(badMs > goodMs && badMs > 200, `100 kB took ${goodMs} ms, then ${badMs} ms`)
    // A busy machine may be slow by itself for a while, a bad line is slow each time.
    await until(async () => (await echo.timeOf(100_000)) < badMs, { what: 'a quick answer' })
  })
}

function leftOverSuite(kind: MachineKind): void {
  test('what a killed run left behind is removed by the next', async () => {
    const { run, folder, pid } = await startAnother(kind, 'wait')
    run.kill('SIGKILL')
    await once(run, 'exit')
    assert.ok(existsSync(folder))
    await (await openMachines(['one'], kind)).remove()
    assertGone({ folder, pid })
  })

  test('a run that ends without removing its machines leaves nothing', async () => {
    const { run, folder, pid } = await startAnother(kind, 'exit')
    if (run.exitCode === null) await once(run, 'exit')
    assertGone({ folder, pid })
  })

  test('what a living run uses is left alone', async () => {
    const { run, folder, pid } = await startAnother(kind, 'wait')
    await (await openMachines(['one'], kind)).remove()
    assert.ok(existsSync(folder))
    assert.notEqual(processStartedAt(pid), undefined)
    run.kill('SIGKILL')
    await once(run, 'exit')
    await (await openMachines(['one'], kind)).remove()
    assertGone({ folder, pid })
  })
}

interface Another {
  readonly run: ChildProcess
  readonly folder: string
  readonly pid: number
}

async function startAnother(kind: MachineKind, then: 'wait' | 'exit'): Promise<Another> {
  const run = spawn(process.execPath, [fixture('left-over'), kind, then], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [told] = (await once(run.stdout, 'data')) as [Buffer]
  return { run, ...(JSON.parse(told.toString()) as { folder: string; pid: number }) }
}

function assertGone({ folder, pid }: { folder: string; pid: number }): void {
  assert.equal(existsSync(folder), false)
  assert.equal(processStartedAt(pid), undefined)
  assert.deepEqual(
    readNamespaces().filter((name) => name.includes(basename(folder).slice(0, -6))),
    [],
  )
}

/** Talks from here to a server on a machine. */
class Echo {
  answered = 0
  readonly #machine: Machine
  readonly #ports: readonly [number, number]
  readonly #socket: Socket

  static async on(machine: Machine): Promise<Echo> {
    const ports = [await machine.port(4_000), await machine.port(4_001)] as const
    machine.spawn([process.execPath, fixture('echo-server'), ...ports.map(String)])
    await until(async () => (await machine.ask(ports[1], '/')) !== undefined, { what: 'echo' })
    const socket = connect(ports[0], machine.address)
    await once(socket, 'connect')
    return new Echo(machine, ports, socket)
  }

  private constructor(machine: Machine, ports: readonly [number, number], socket: Socket) {
    this.#machine = machine
    this.#ports = ports
    this.#socket = socket
    socket.on('data', (bytes) => {
      this.answered += bytes.length
    })
  }

  async heard(): Promise<number> {
    return Number((await this.#machine.ask(this.#ports[1], '/'))?.body)
  }

  async say(text: string): Promise<void> {
    await new Promise<unknown>((resolve) => this.#socket.write(text, resolve))
  }

  end(): void {
    this.#socket.destroy()
  }

  /** Until all of it came back. */
  async timeOf(bytes: number): Promise<number> {
    const due = this.answered + bytes
    const startedAt = performance.now()
    await this.say('x'.repeat(bytes))
    await until(() => this.answered === due, { what: `${bytes} bytes back` })
    return performance.now() - startedAt
  }

  /** One character, by a connection of its own from another machine: what came back. */
  async askFrom(machine: Machine): Promise<string> {
    const address = `${this.#ports[0]}, '${this.#machine.address}'`
    const script = `const s = require('net').connect(${address}); s.write('x')
      s.once('data', (bytes) => { console.log(String(bytes)); s.destroy() })`
    const child = machine.spawn([process.execPath, '-e', script])
    const [said] = (await once(child.stdout!, 'data')) as [Buffer]
    return said.toString().trim()
  }
}

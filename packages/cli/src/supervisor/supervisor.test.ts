import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Refusal, Role } from './role.ts'
import {
  type ProcessEvents,
  RoleRefused,
  Supervisor,
  type SupervisorEvent,
  supervisorTuning,
} from './supervisor.ts'
import { eventLine } from './supervisor-lines.ts'

const frontend: Role = { kind: 'frontend', name: 'frontend-1' }
const primary: Role = { kind: 'backend', name: 'primary-1', rank: 'primary' }

/** Processes that do what the test says, in a time that the test moves. */
class FakeWorld {
  nowMs = 0
  readonly happened: string[] = []
  readonly live = new Map<string, ProcessEvents>()
  readonly events: SupervisorEvent[] = []
  readonly #timers: { atMs: number; act: () => void }[] = []
  /** Roles that do not end when they are asked to. */
  readonly stubborn = new Set<string>()
  #pids = 0

  readonly surroundings = {
    start: (role: Role, events: ProcessEvents) => {
      this.happened.push(`${this.nowMs} start ${role.name}`)
      this.live.set(role.name, events)
      this.#pids += 1
      return {
        pid: this.#pids,
        stop: () => {
          this.happened.push(`${this.nowMs} stop ${role.name}`)
          if (!this.stubborn.has(role.name)) this.end(role, 0)
        },
        kill: () => {
          this.happened.push(`${this.nowMs} kill ${role.name}`)
          this.end(role, 'SIGKILL')
        },
      }
    },
    nowMs: () => this.nowMs,
    after: (ms: number, act: () => void) => {
      const timer = { atMs: this.nowMs + ms, act }
      this.#timers.push(timer)
      return () => {
        const at = this.#timers.indexOf(timer)
        if (at >= 0) this.#timers.splice(at, 1)
      }
    },
    report: (event: SupervisorEvent) => {
      this.events.push(event)
    },
  }

  end(role: Role, how: number | string): void {
    const events = this.live.get(role.name)
    this.live.delete(role.name)
    events?.ended(
      typeof how === 'number' ? { code: how, signal: null } : { code: null, signal: how },
    )
  }

  progress(role: Role, text: string): void {
    this.live.get(role.name)?.progress(text)
  }

  ready(role: Role): void {
    this.live.get(role.name)?.ready({})
  }

  refuse(role: Role, refusal: Refusal): void {
    this.live.get(role.name)?.refused(refusal)
    this.end(role, 3)
  }

  pass(ms: number): void {
    const untilMs = this.nowMs + ms
    for (;;) {
      const due = this.#timers.filter((it) => it.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)
      const [next] = due
      if (!next) break
      this.#timers.splice(this.#timers.indexOf(next), 1)
      this.nowMs = Math.max(this.nowMs, next.atMs)
      next.act()
    }
    this.nowMs = untilMs
  }

  lines(): readonly string[] {
    return this.events.map(eventLine).filter((line) => line !== '')
  }
}

async function standing(
  ...roles: readonly Role[]
): Promise<{ world: FakeWorld; supervisor: Supervisor }> {
  const world = new FakeWorld()
  const supervisor = new Supervisor(roles, world.surroundings)
  const started = supervisor.start()
  for (const role of roles) world.ready(role)
  await started
  world.happened.length = 0
  return { world, supervisor }
}

describe('supervisor', () => {
  it('starts a dead process again at once, and says how long it was away', async () => {
    const { world } = await standing(frontend, primary)
    world.pass(1_000)
    world.end(primary, 'SIGKILL')
    world.pass(50)
    world.pass(310)
    world.ready(primary)
    assert.deepEqual(world.happened, ['1050 start primary-1'])
    assert.deepEqual(world.lines(), ['primary-1 died (SIGKILL), running again after 360 ms'])
  })

  it('[P7] waits longer each time, up to a limit, and afresh after a stable time', async () => {
    const { world } = await standing(primary)
    const startedAfter: number[] = []
    const dieAndWait = (): void => {
      const diedAtMs = world.nowMs
      world.end(primary, 1)
      world.happened.length = 0
      world.pass(supervisorTuning.backoff.maxMs)
      startedAfter.push(Number(world.happened[0]?.split(' ')[0]) - diedAtMs)
    }
    for (let deaths = 0; deaths < 9; deaths++) dieAndWait()
    world.ready(primary)
    world.pass(supervisorTuning.backoff.stableMs)
    dieAndWait()
    assert.deepEqual(startedAfter, [50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 50])
  })

  it('stops everything when a process says at its first start that it cannot', async () => {
    const world = new FakeWorld()
    const supervisor = new Supervisor([frontend, primary], world.surroundings)
    const started = supervisor.start()
    world.ready(primary)
    world.refuse(frontend, { found: 'port 4600 is taken', remedy: 'choose another' })
    await assert.rejects(started, (error) => {
      assert.ok(error instanceof RoleRefused)
      assert.equal(error.message, 'frontend-1: port 4600 is taken')
      assert.equal(error.refusal.remedy, 'choose another')
      return true
    })
    await supervisor.stop()
    world.pass(60_000)
    assert.deepEqual(world.happened, [
      '0 start frontend-1',
      '0 start primary-1',
      '0 stop primary-1',
    ])
  })

  it('gives up on a process that dies again and again before it was ever ready', async () => {
    const world = new FakeWorld()
    const started = new Supervisor([primary], world.surroundings).start()
    for (let deaths = 0; deaths < supervisorTuning.failedStartsMax; deaths++) {
      world.end(primary, 1)
      world.pass(1_000)
    }
    await assert.rejects(started, /primary-1: died 3 times before it was ready \(exit 1\)/)
    assert.equal(world.happened.length, supervisorTuning.failedStartsMax)
  })

  it('gives up on a process that never becomes ready', async () => {
    const world = new FakeWorld()
    const started = new Supervisor([frontend, primary], world.surroundings).start()
    world.ready(frontend)
    world.pass(supervisorTuning.startMsMax)
    await assert.rejects(started, /primary-1: not ready after 60000 ms/)
  })

  it('waits on for a process that comes along, and tells how', async () => {
    const world = new FakeWorld()
    const started = new Supervisor([primary], world.surroundings).start()
    for (const percent of [10, 20]) {
      world.pass(supervisorTuning.startMsMax - 1)
      world.progress(primary, `taking a snapshot from primary-2, ${percent} %`)
    }
    world.pass(supervisorTuning.startMsMax - 1)
    world.ready(primary)
    await started
    world.pass(supervisorTuning.startMsMax)
    assert.deepEqual(world.lines(), [
      'primary-1: taking a snapshot from primary-2, 10 %',
      'primary-1: taking a snapshot from primary-2, 20 %',
    ])
  })

  it('survives a death during the first start', async () => {
    const world = new FakeWorld()
    const started = new Supervisor([primary], world.surroundings).start()
    world.end(primary, 'SIGKILL')
    world.pass(50)
    world.ready(primary)
    await started
  })

  it('tries on when a process that ran before cannot start again', async () => {
    const { world } = await standing(primary)
    world.end(primary, 'SIGKILL')
    world.pass(50)
    const refusal = { found: 'port 4701 is taken', remedy: 'free it' }
    world.refuse(primary, refusal)
    world.pass(100)
    world.refuse(primary, refusal)
    world.pass(200)
    world.ready(primary)
    assert.deepEqual(world.lines(), [
      'primary-1: port 4701 is taken; free it',
      'primary-1 died (exit 3) again, next start in 200 ms',
      'primary-1 died (SIGKILL), running again after 350 ms',
    ])
  })

  it('stops the front-ends first, then the backends, and starts nothing any more', async () => {
    const { world, supervisor } = await standing(primary, frontend)
    const dying: Role = { kind: 'backend', name: 'primary-1', rank: 'primary' }
    world.stubborn.add(frontend.name)
    const stopped = supervisor.stop()
    world.end(dying, 'SIGKILL')
    assert.deepEqual(world.happened, ['0 stop frontend-1'])
    world.end(frontend, 0)
    await stopped
    world.pass(60_000)
    assert.deepEqual(world.happened, ['0 stop frontend-1'])
    assert.deepEqual(supervisor.processes(), [])
  })

  it('[P7] kills who does not stop in time', async () => {
    const { world, supervisor } = await standing(frontend, primary)
    world.stubborn.add(frontend.name).add(primary.name)
    const stopped = supervisor.stop()
    world.pass(supervisorTuning.frontendStopMsMax)
    await Promise.resolve()
    await new Promise(setImmediate)
    world.pass(supervisorTuning.backendStopMsMax)
    await stopped
    assert.deepEqual(world.happened, [
      '0 stop frontend-1',
      '12000 kill frontend-1',
      '12000 stop primary-1',
      '22000 kill primary-1',
    ])
  })

  it('stops while a process waits to be started again', async () => {
    const { world, supervisor } = await standing(primary)
    world.end(primary, 1)
    await supervisor.stop()
    world.pass(60_000)
    assert.deepEqual(world.happened, [])
  })
})

/**
 * All clients of a front-end come back at once, and letting all in takes ten times as long as they
 * wait at first. The front-end is a processor with a queue of connections that it has not looked at
 * (the system's) and its line; clients wait as theirs do.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ClientTuning, clientTuning } from '../client/client-io.ts'
import { seededChance } from '../client/client-scene.test-suite.ts'
import { Patience } from '../client/patience.ts'
import { WaitingLine } from './waiting-line.ts'

const clients = 10_000
const costMs = { accept: 0.5, refuse: 0.5, letIn: 5 }
/** Connections that the system keeps; it does not answer any more. */
const backlogMax = 4_096
/** Of connections taken up, each so many-th is followed by one let in. */
const acceptedPerEntry = 2

interface Client {
  readonly patience: Patience
  /** When it dials, while it waits. */
  dialMs: number | undefined
  /** When it gives up, while it has dialled. */
  deadlineMs: number
  dial: number
  isIn: boolean
}

interface Arrival {
  readonly client: Client
  readonly dial: number
}

interface Rules {
  readonly tuning: ClientTuning
  /** In line. */
  readonly waitMsMax: number
  /** Whether it is seen that a client has gone before work is spent on it. */
  readonly isGoneSeen: boolean
}

class ReconnectStorm {
  readonly #chance = seededChance(11)
  readonly #line: WaitingLine<Arrival>
  readonly #clients: readonly Client[]
  readonly #isGoneSeen: boolean
  #backlog: Arrival[] = []
  #accepted = 0
  inside = 0
  ms = 0

  constructor({ tuning, waitMsMax, isGoneSeen }: Rules) {
    this.#isGoneSeen = isGoneSeen
    const chance = this.#chance
    this.#line = new WaitingLine({ waitingMax: clients, waitMsMax, chance })
    this.#clients = Array.from({ length: clients }, () => {
      const patience = new Patience({ tuning, chance }, { count: 1 })
      return { patience, dialMs: patience.waitMs(0), deadlineMs: 0, dial: 0, isIn: false }
    })
  }

  /** Until all are in or the time is over. */
  run(msMax: number): void {
    let freeMs = 0
    for (; this.ms < msMax && this.inside < clients; this.ms += 10) {
      for (const client of this.#clients) this.#clientAct(client)
      freeMs = Math.max(freeMs, this.ms)
      while (freeMs < this.ms + 10) {
        const spentMs = this.#serverAct()
        if (spentMs === 0) break
        freeMs += spentMs
      }
    }
  }

  #clientAct(client: Client): void {
    if (client.isIn) return
    const { dialMs, patience } = client
    if (dialMs === undefined) {
      if (this.ms < client.deadlineMs) return
      patience.failed()
      client.dialMs = this.ms + patience.waitMs(0)
    } else if (this.ms >= dialMs && this.#backlog.length < backlogMax) {
      client.dialMs = undefined
      client.dial += 1
      client.deadlineMs = this.ms + patience.connectMs
      this.#backlog.push({ client, dial: client.dial })
    }
  }

  /** The milliseconds that it took; 0: there is nothing to do. */
  #serverAct(): number {
    const overdue = this.#line.takeOverdue(this.ms)
    for (const { item, retryMs } of overdue) this.#refuse(item, retryMs)
    if (overdue.length > 0) return overdue.length * costMs.refuse
    const hasTurn = this.#backlog.length === 0 || this.#accepted >= acceptedPerEntry
    if (!hasTurn) return this.#accept()
    this.#accepted = 0
    const next = this.#line.take(this.ms)
    if (next !== undefined) return this.#letIn(next)
    return this.#backlog.length === 0 ? 0 : this.#accept()
  }

  #accept(): number {
    const arrival = this.#backlog.shift()!
    this.#accepted += 1
    if (this.#isGoneSeen && isGone(arrival)) return costMs.accept
    const retryMs = this.#line.join(this.ms, arrival)
    if (retryMs === undefined) return costMs.accept
    this.#refuse(arrival, retryMs)
    return costMs.accept + costMs.refuse
  }

  #refuse(arrival: Arrival, retryMs: number): void {
    if (isGone(arrival)) return
    arrival.client.patience.failed()
    arrival.client.dialMs = this.ms + arrival.client.patience.waitMs(retryMs)
  }

  #letIn(arrival: Arrival): number {
    if (isGone(arrival)) return this.#isGoneSeen ? 0.01 : costMs.letIn
    arrival.client.isIn = true
    this.inside += 1
    return costMs.letIn
  }
}

function isGone({ client, dial }: Arrival): boolean {
  return client.dial !== dial || client.dialMs !== undefined
}

const rules: Rules = { tuning: clientTuning, waitMsMax: 3_000, isGoneSeen: true }

test('[P9] whoever comes back in a storm is in soon after all that could be served are', () => {
  const storm = new ReconnectStorm(rules)
  storm.run(600_000)
  assert.equal(storm.inside, clients)
  assert.ok(storm.ms < 2 * clients * costMs.letIn, `all were in after ${storm.ms} ms`)
})

test('without these rules such a storm does not end, so that it shows something', () => {
  const tuning = { ...clientTuning, connectMsMax: clientTuning.connectMsMin }
  const storm = new ReconnectStorm({ tuning, waitMsMax: 600_000, isGoneSeen: false })
  storm.run(4 * clients * costMs.letIn)
  assert.ok(storm.inside < clients / 2, `${storm.inside} are in`)
})

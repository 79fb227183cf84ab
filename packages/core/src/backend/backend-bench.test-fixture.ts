/** A backend node on a store in memory, with a log that the test turns by hand. */
import assert from 'node:assert/strict'
import { type Limits, limits } from '@starling/protocol/limits'
import type { Operation } from '@starling/protocol/operation'
import type { LinkDown, Reply } from '../link/down.ts'
import { type LinkUp, linkVersion, type RequestBody } from '../link/up.ts'
import type { LogRecord } from '../log/record.ts'
import { MemoryStore } from '../room/memory-store.ts'
import { type BackendOutput, type BackendTuning, backendTuning } from './backend-io.ts'
import { BackendNode } from './backend-node.ts'

interface Configured {
  readonly name?: string
  readonly limits?: Partial<Limits>
  readonly areGuestsAllowed?: boolean
}

export class Bench {
  readonly store = new MemoryStore()
  readonly node: BackendNode
  ms = 1_000
  /** Records taken from the node that did not come back from the log yet. */
  readonly appends: LogRecord[] = []
  readonly sent: { readonly link: string; readonly frame: LinkDown }[] = []
  readonly others: BackendOutput[] = []
  #requests = 0
  #position = 0

  constructor(tuning: Partial<BackendTuning> = {}, configured: Configured = {}) {
    this.node = new BackendNode({
      name: configured.name ?? 'primary-1',
      rank: 'primary',
      store: this.store,
      chance: () => 0.25,
      limits: { ...limits, ...configured.limits },
      areGuestsAllowed: configured.areGuestsAllowed ?? true,
      isRegistrationOpen: true,
      tuning: { ...backendTuning, ...tuning },
    })
  }

  get now() {
    return { ms: this.ms, wallMs: 1_700_000_000_000 + this.ms }
  }

  greet(link: string): void {
    this.node.linkOpened(this.now, link)
    const hello = { t: 'hello', version: linkVersion, frontend: link, incarnation: 'x' } as const
    this.frame(link, { ...hello, address: 'ws://127.0.0.1:1' })
  }

  frame(link: string, frame: LinkUp): void {
    this.node.linkFrame(this.now, link, frame)
    this.turn()
  }

  /** The number of the request. */
  request(link: string, body: RequestBody, after = 0): number {
    this.#requests += 1
    this.frame(link, { t: 'request', request: this.#requests, after, body })
    return this.#requests
  }

  turn(): void {
    for (const output of this.node.drain(this.now)) {
      if (output.kind === 'append') this.appends.push(output.record)
      else if (output.kind === 'send') this.sent.push(output)
      else this.others.push(output)
    }
  }

  tick(ms: number): void {
    this.ms += ms
    this.node.tick(this.now)
    this.turn()
  }

  /** The log hands over a record of another backend. */
  hears(record: LogRecord): void {
    this.#position += 1
    this.node.records(this.now, [{ position: this.#position, record }])
    this.turn()
  }

  /** The log stores the next append and hands it over; what that brings is stored too. */
  land(): void {
    for (;;) {
      const record = this.appends.shift()
      if (record === undefined) return
      this.#position += 1
      this.node.appended(this.now, record.id)
      this.node.records(this.now, [{ position: this.#position, record }])
      this.turn()
    }
  }

  replies(request: number): readonly Reply[] {
    return this.sent.flatMap(({ frame }) =>
      frame.t === 'reply' && frame.request === request ? [frame.reply] : [],
    )
  }

  /** The request's only reply. */
  reply(request: number): Reply {
    const replies = this.replies(request)
    assert.equal(replies.length, 1, `one reply to ${request}: ${JSON.stringify(replies)}`)
    return replies[0]!
  }

  down<T extends LinkDown['t']>(link: string, t: T): readonly Extract<LinkDown, { t: T }>[] {
    return this.sent.flatMap(({ link: to, frame }) =>
      to === link && frame.t === t ? [frame as Extract<LinkDown, { t: T }>] : [],
    )
  }

  guest(link: string, name: string): void {
    const request = this.request(link, {
      kind: 'guest',
      user: `u-${name}`,
      name,
      device: `device-${name}`,
    })
    this.land()
    assert.equal(this.reply(request).kind, 'identity')
  }

  send(link: string, name: string, number: number, op: Operation): number {
    const by = `u-${name}`
    return this.request(link, { kind: 'send', room: 'r1', by, outbox: `o-${name}`, number, op })
  }

  /** Ada is in her room r1, on front-end f1. */
  static withRoom(tuning: Partial<BackendTuning> = {}): Bench {
    const bench = new Bench(tuning)
    bench.greet('f1')
    bench.guest('f1', 'ada')
    bench.send('f1', 'ada', 1, { kind: 'create', room: 'public', name: 'general' })
    bench.land()
    return bench
  }
}

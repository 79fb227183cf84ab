/**
 * An encrypted room as a server shows it to one of its members, read by hand with that member's
 * token: the entries as they are in the log, and who had a leaf in which epoch.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Answer, DownFrame, Leaf } from '@starling/protocol/down'
import type { Entry } from '@starling/protocol/entry'
import { protocolVersion } from '@starling/protocol/up'
import { WebSocket } from 'ws'
import { within } from '../../cluster/until.ts'

export interface ServerView {
  readonly entries: readonly Entry[]
  /** `gen/epoch` → its leaves, of each epoch in which something was sealed. */
  readonly leaves: ReadonlyMap<string, readonly Leaf[]>
  /** As it is now. */
  readonly group: GroupAnswer
}

type GroupAnswer = Extract<Answer, { kind: 'group' }>
const pageEntries = 200
const answerMsMax = 30_000
const triesMax = 20

export function epochKey({ gen, epoch }: { readonly gen: number; readonly epoch: number }): string {
  return `${gen}/${epoch}`
}

/** The token is that of the profile in this folder. */
export async function viewRooms(
  addresses: readonly string[],
  directory: string,
  rooms: readonly string[],
): Promise<ReadonlyMap<string, ServerView>> {
  const profile = JSON.parse(readFileSync(join(directory, 'profile.json'), 'utf8'))
  const { token } = profile.identity as { readonly token: string }
  for (let tries = 1; ; tries += 1) {
    const asking = new Asking(addresses[tries % addresses.length]!, token)
    try {
      const views = new Map<string, ServerView>()
      for (const room of rooms) views.set(room, await viewOf(asking, room))
      return views
    } catch (error) {
      if (!(error instanceof NoAnswer) || tries === triesMax) throw error
    } finally {
      asking.close()
    }
  }
}

async function viewOf(asking: Asking, room: string): Promise<ServerView> {
  const entries: Entry[] = []
  for (;;) {
    const page = { t: 'history', room, after: entries.length, limit: pageEntries } as const
    const answer = await asking.ask(page, 'history')
    if (answer.entries.length === 0) break
    entries.push(...answer.entries)
  }
  const group = await asking.ask({ t: 'group', room }, 'group')
  const leaves = new Map<string, readonly Leaf[]>()
  for (const entry of entries) {
    if (entry.kind !== 'sealed' || leaves.has(epochKey(entry))) continue
    const isPresent = entry.epoch === group.epoch
    const { epoch } = entry
    const past = isPresent ? group : await asking.ask({ t: 'group', room, epoch }, 'group')
    leaves.set(epochKey(entry), past.leaves)
  }
  return { entries, leaves, group }
}

class NoAnswer extends Error {}

class Asking {
  readonly #socket: WebSocket
  readonly #welcomed = Promise.withResolvers<void>()
  readonly #waiting = new Map<number, PromiseWithResolvers<Answer>>()
  #asks = 0

  constructor(address: string, token: string) {
    this.#socket = new WebSocket(address)
    this.#welcomed.promise.catch(() => {})
    this.#socket.on('open', () => {
      this.#say({ t: 'hello', protocol: protocolVersion, auth: { kind: 'token', token } })
    })
    this.#socket.on('message', (bytes: Buffer) => this.#heard(JSON.parse(bytes.toString())))
    this.#socket.on('error', (error) => this.#fail(error.message))
    this.#socket.on('close', (code) => this.#fail(`closed with ${code}`))
  }

  async ask<K extends Answer['kind']>(
    question: object,
    kind: K,
  ): Promise<Extract<Answer, { kind: K }>> {
    await within(this.#welcomed.promise, { what: 'a welcome', ms: answerMsMax })
    this.#asks += 1
    const waiting = Promise.withResolvers<Answer>()
    this.#waiting.set(this.#asks, waiting)
    this.#say({ ...question, ask: this.#asks })
    const answer = await within(waiting.promise, { what: kind, ms: answerMsMax })
    if (answer.kind !== kind) throw new Error(`asked ${kind}, answered ${answer.kind}`)
    return answer as Extract<Answer, { kind: K }>
  }

  close(): void {
    this.#socket.close()
  }

  #say(frame: object): void {
    this.#socket.send(JSON.stringify(frame))
  }

  #heard(frame: DownFrame): void {
    if (frame.t === 'welcome') this.#welcomed.resolve()
    else if (frame.t === 'answer') this.#waiting.get(frame.ask)?.resolve(frame.answer)
    else if (frame.t === 'error') {
      this.#fail(`${frame.code}: ${frame.say}`)
    }
  }

  #fail(why: string): void {
    const error = new NoAnswer(why)
    this.#welcomed.reject(error)
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}

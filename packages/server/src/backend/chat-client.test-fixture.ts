/** A client that speaks the protocol frame by frame and keeps what it heard. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import type { DownFrame, DownFrameOf } from '@starling/protocol/down'
import type { Auth, UpFrame } from '@starling/protocol/up'
import { WebSocket } from 'ws'
import { eventually } from '../telemetry/eventually.test-fixture.ts'

export class ChatClient {
  readonly #ws: WebSocket
  readonly #t: TestContext
  readonly frames: DownFrame[] = []
  closed: number | undefined

  constructor(t: TestContext, address: string) {
    this.#t = t
    this.#ws = new WebSocket(address)
    this.#ws.on('message', (data) => this.frames.push(JSON.parse(String(data))))
    this.#ws.on('error', () => {})
    this.#ws.on('close', (code) => {
      this.closed = code
    })
    t.after(() => this.#ws.terminate())
  }

  async greet(auth: Auth): Promise<void> {
    await eventually(this.#t, () => assert.equal(this.#ws.readyState, this.#ws.OPEN))
    this.send({ t: 'hello', protocol: 1, auth })
  }

  async hello(auth: Auth): Promise<DownFrameOf<'welcome'>> {
    await this.greet(auth)
    return this.heard('welcome', () => true)
  }

  send(frame: UpFrame): void {
    this.#ws.send(JSON.stringify(frame))
  }

  /** Waits for a frame of the kind that fits. */
  async heard<T extends DownFrame['t']>(
    t: T,
    fits: (frame: DownFrameOf<T>) => boolean,
  ): Promise<DownFrameOf<T>> {
    const found = () =>
      this.frames.find(
        (frame): frame is DownFrameOf<T> => frame.t === t && fits(frame as DownFrameOf<T>),
      )
    await eventually(this.#t, () => assert.ok(found(), `no ${t} in ${JSON.stringify(this.frames)}`))
    return found()!
  }

  async post(number: number, text: string): Promise<DownFrameOf<'ack'>> {
    this.send({ t: 'send', room: 'r1', outbox: 'o1', number, op: { kind: 'post', text } })
    return this.heard('ack', (frame) => frame.number === number)
  }
}

export function token(): string {
  return randomBytes(32).toString('base64url')
}

export async function guestInRoom(t: TestContext, address: string): Promise<ChatClient> {
  const client = new ChatClient(t, address)
  await client.hello({ kind: 'guest', name: 'ada', token: token() })
  client.send({
    t: 'send',
    room: 'r1',
    outbox: 'o1',
    number: 1,
    op: { kind: 'create', room: 'public', name: 'talk' },
  })
  await client.heard('ack', (frame) => frame.number === 1)
  return client
}

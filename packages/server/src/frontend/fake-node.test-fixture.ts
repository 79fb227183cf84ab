/** A front-end shell around a node that writes down what it hears and puts out what a test says. */
import { connect, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import {
  type BackendStatus,
  type FrontendFigures,
  type FrontendOutput,
  frontendTuning,
} from '@starling/core/frontend/frontend-io'
import { limits } from '@starling/protocol/limits'
import { linkTuning } from '../link/link-settings.ts'
import { silentTrace, type Trace } from '../telemetry/trace.ts'
import { type FrontendSettings, frontendShellTuning } from './frontend-settings.ts'
import { type FrontendNodeLike, type RunningFrontend, startFrontend } from './frontend-shell.ts'

export class FakeNode implements FrontendNodeLike {
  readonly heard: string[] = []
  readonly sessions: string[] = []
  /** Of its backends. */
  statuses: readonly BackendStatus[] = []
  #outputs: FrontendOutput[] = []
  /** What is answered to a text, in the same turn. */
  onText: (session: string, text: string) => readonly FrontendOutput[] = () => []

  put(...outputs: FrontendOutput[]): void {
    this.#outputs.push(...outputs)
  }

  clientOpened(_now: unknown, session: string): void {
    this.sessions.push(session)
    this.heard.push('opened')
  }

  clientText(_now: unknown, session: string, text: string): void {
    this.heard.push(`text ${text}`)
    this.put(...this.onText(session, text))
  }

  clientAlive(): void {
    this.heard.push('alive')
  }

  clientClosed(): void {
    this.heard.push('closed')
  }

  clientBlocked(): void {
    this.heard.push('blocked')
  }

  clientDrained(): void {
    this.heard.push('drained')
  }

  linkOpened(): void {}
  linkClosed(): void {}
  linkFrame(): void {}

  beginDrain(): void {
    this.heard.push('drain')
  }

  tick(): void {}

  drain(): readonly FrontendOutput[] {
    const outputs = this.#outputs
    this.#outputs = []
    return outputs
  }

  figures(): FrontendFigures {
    return {
      name: 'frontend-1',
      clients: this.sessions.length,
      followers: 0,
      waiting: 0,
      helloes: { waiting: 0, refusedTotal: 0 },
      requestsTotal: 0,
      resentTotal: 0,
      entriesInTotal: 0,
      entriesOutTotal: 0,
      refusalsTotal: {},
      decisionsTotal: {},
      backends: this.statuses.map((status, at) => ({
        name: `primary-${at + 1}`,
        rank: 'primary',
        status,
        why: '',
        clients: 0,
        inFlight: 0,
        requestsTotal: 0,
        latencyMs: 0,
        feeds: 0,
        health: undefined,
      })),
    }
  }
}

export const testSettings: FrontendSettings = {
  name: 'frontend-1',
  host: '127.0.0.1',
  port: 0,
  reusePort: false,
  otherAddresses: [],
  tls: { kind: 'off' },
  allowPlaintext: false,
  origins: ['https://chat.example.org'],
  backends: [],
  linkSecurity: { kind: 'plain' },
  linkTuning,
  policy: 'size-and-clients',
  longMessageCharacters: 7,
  limits,
  tuning: frontendTuning,
  shell: { ...frontendShellTuning, tickMs: 5 },
}

export interface FakeFrontend {
  readonly node: FakeNode
  readonly frontend: RunningFrontend
}

export async function fakeFrontend(
  t: TestContext,
  change: Partial<FrontendSettings> = {},
  trace: Trace = silentTrace(),
): Promise<FakeFrontend> {
  const node = new FakeNode()
  const settings = { ...testSettings, ...change }
  const frontend = await startFrontend(settings, { trace, makeNode: () => node })
  t.after(() => frontend.abort())
  return { node, frontend }
}

/** A socket on which the upgrade to WebSocket was asked for; what follows is up to the test. */
export function rawClient(t: TestContext, port: number): { socket: Socket; bytes: () => Buffer } {
  const socket = connect(port, '127.0.0.1')
  const got: Buffer[] = []
  socket.on('data', (chunk: Buffer) => got.push(chunk))
  socket.on('error', () => {})
  t.after(() => socket.destroy())
  socket.write(
    `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  )
  return {
    socket,
    bytes: () => {
      const all = Buffer.concat(got)
      const end = all.indexOf('\r\n\r\n')
      return end < 0 ? Buffer.alloc(0) : all.subarray(end + 4)
    },
  }
}

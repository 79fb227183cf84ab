/** What one turn puts out, in order, until the shell takes it. */
import type { CloseReason } from '@starling/protocol/close-codes'
import type { DownFrame } from '@starling/protocol/down'
import type { LinkUp } from '../link/up.ts'
import type { FrontendOutput, SessionId } from './frontend-io.ts'

export class Outputs {
  #queued: FrontendOutput[] = []

  text(sessions: readonly SessionId[], text: string): void {
    if (sessions.length > 0) this.#queued.push({ kind: 'text', sessions, text })
  }

  frame(session: SessionId, frame: DownFrame): void {
    this.#queued.push({ kind: 'text', sessions: [session], text: JSON.stringify(frame) })
  }

  link(backend: string, frame: LinkUp): void {
    this.#queued.push({ kind: 'link', backend, frame })
  }

  close(session: SessionId, reason: CloseReason): void {
    this.#queued.push({ kind: 'close', session, reason })
  }

  drained(): void {
    this.#queued.push({ kind: 'drained' })
  }

  take(): readonly FrontendOutput[] {
    const taken = this.#queued
    this.#queued = []
    return taken
  }
}

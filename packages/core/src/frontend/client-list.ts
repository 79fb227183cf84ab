/**
 * Keeps every backend informed of the clients here: the whole list when a link opens, in pieces,
 * then the changes, gathered for a moment. A client that changed is told as added once more.
 */
import type { ClientInfo } from '../link/up.ts'
import type { Now } from '../now.ts'
import type { BackendMonitor } from './backend-monitor.ts'
import type { Outputs } from './outputs.ts'
import type { Session } from './session.ts'

const clientsPerFrameMax = 1_000

export class ClientList {
  readonly #monitor: BackendMonitor
  readonly #outputs: Outputs
  readonly #flushMs: number
  readonly #online = new Set<Session>()
  readonly #changed = new Set<Session>()
  readonly #removed = new Set<string>()
  #flushedMs = Number.NEGATIVE_INFINITY

  constructor(options: { monitor: BackendMonitor; outputs: Outputs; flushMs: number }) {
    this.#monitor = options.monitor
    this.#outputs = options.outputs
    this.#flushMs = options.flushMs
  }

  get size(): number {
    return this.#online.size
  }

  changed(session: Session): void {
    if (session.online === undefined) return
    this.#online.add(session)
    this.#changed.add(session)
  }

  removed(session: Session): void {
    this.#changed.delete(session)
    if (this.#online.delete(session)) this.#removed.add(session.id)
  }

  linkOpened(backend: string): void {
    const all = [...this.#online].map(infoOf).filter((info) => info !== undefined)
    this.#send(backend, { all: true, added: all, removed: [] })
  }

  flush(now: Now): void {
    if (this.#changed.size + this.#removed.size === 0) return
    if (now.ms - this.#flushedMs < this.#flushMs) return
    this.#flushedMs = now.ms
    const added = [...this.#changed].map(infoOf).filter((info) => info !== undefined)
    const removed = [...this.#removed]
    this.#changed.clear()
    this.#removed.clear()
    for (const backend of this.#monitor.names) {
      if (this.#monitor.isLinked(backend)) this.#send(backend, { all: false, added, removed })
    }
  }

  #send(
    backend: string,
    list: { all: boolean; added: readonly ClientInfo[]; removed: readonly string[] },
  ): void {
    for (let at = 0; at === 0 || at < list.added.length; at += clientsPerFrameMax) {
      const isFirst = at === 0
      this.#outputs.link(backend, {
        t: 'clients',
        all: list.all && isFirst,
        added: list.added.slice(at, at + clientsPerFrameMax),
        removed: isFirst ? list.removed : [],
      })
    }
  }
}

function infoOf(session: Session): ClientInfo | undefined {
  const { online } = session
  if (online === undefined) return undefined
  const { user, name } = online
  const rooms = [...online.rooms.keys()].filter((room) => room !== user)
  return { session: session.id, user, name, rooms }
}

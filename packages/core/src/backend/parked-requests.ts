/** Requests that wait for the store to reach a position (P6). */
import type { RequestBody } from '../link/up.ts'
import type { Position } from '../log/record.ts'
import type { LinkId } from './backend-io.ts'

export interface Request {
  readonly link: LinkId
  readonly request: number
  /** To be answered from a state that has reached it. */
  readonly after: Position
  readonly body: RequestBody
  readonly sinceMs: number
}

export class ParkedRequests {
  #waiting: Request[] = []

  get size(): number {
    return this.#waiting.length
  }

  add(request: Request): void {
    this.#waiting.push(request)
  }

  /** Whoever is not served now is added again. */
  takeAll(): readonly Request[] {
    return this.#take(() => true)
  }

  /** Those that wait since then or longer. */
  takeLate(sinceMs: number): readonly Request[] {
    return this.#take((request) => request.sinceMs <= sinceMs)
  }

  forget(link: LinkId): void {
    this.#take((request) => request.link === link)
  }

  #take(isTaken: (request: Request) => boolean): readonly Request[] {
    if (!this.#waiting.some(isTaken)) return []
    const taken = this.#waiting.filter(isTaken)
    this.#waiting = this.#waiting.filter((request) => !isTaken(request))
    return taken
  }
}

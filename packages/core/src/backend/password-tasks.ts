/**
 * Passwords that the shell hashes or checks for the node; bounded, since each costs memory there.
 */
import type { Now } from '../now.ts'
import type { BackendOutput } from './backend-io.ts'

const passwordTasksMax = 256

type Task =
  | { readonly kind: 'hash'; readonly then: (passwordHash: string, now: Now) => void }
  | { readonly kind: 'check'; readonly then: (isRight: boolean, now: Now) => void }

export class PasswordTasks {
  readonly #output: (output: BackendOutput) => void
  readonly #tasks = new Map<number, Task>()
  #last = 0

  constructor(output: (output: BackendOutput) => void) {
    this.#output = output
  }

  get size(): number {
    return this.#tasks.size
  }

  /** False when too many wait already. */
  hash(password: string, then: (passwordHash: string, now: Now) => void): boolean {
    const task = this.#add({ kind: 'hash', then })
    if (task !== undefined) this.#output({ kind: 'hash-password', task, password })
    return task !== undefined
  }

  /** False when too many wait already. */
  check(
    attempt: { readonly password: string; readonly passwordHash: string },
    then: (isRight: boolean, now: Now) => void,
  ): boolean {
    const task = this.#add({ kind: 'check', then })
    if (task !== undefined) this.#output({ kind: 'check-password', task, ...attempt })
    return task !== undefined
  }

  hashed(now: Now, task: number, passwordHash: string): void {
    const found = this.#tasks.get(task)
    this.#tasks.delete(task)
    if (found?.kind === 'hash') found.then(passwordHash, now)
  }

  checked(now: Now, task: number, isRight: boolean): void {
    const found = this.#tasks.get(task)
    this.#tasks.delete(task)
    if (found?.kind === 'check') found.then(isRight, now)
  }

  #add(task: Task): number | undefined {
    if (this.#tasks.size >= passwordTasksMax) return undefined
    this.#last += 1
    this.#tasks.set(this.#last, task)
    return this.#last
  }
}

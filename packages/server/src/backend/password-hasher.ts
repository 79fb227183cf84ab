/**
 * Passwords, hashed with argon2id on threads of libuv's pool, so that the event loop goes on. The
 * hash is a PHC string, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`, and carries its own parameters:
 * what was hashed with older ones is still checked with those. Only so many run at once and only
 * so many wait; above that a task is refused, its request stays unanswered and runs into its own
 * limit.
 */
import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { PasswordTuning } from './backend-settings.ts'

const derive = promisify(argon2) as (
  algorithm: 'argon2id',
  parameters: Argon2Parameters,
) => Promise<Buffer>

const saltBytes = 16
const tagBytes = 32
/** Parameters above these in a stored hash are not computed: they can only be damage. */
const memoryKibMax = 1024 * 1024
const passesMax = 64

interface ParsedHash {
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
  readonly salt: Buffer
  readonly tag: Buffer
}

export class PasswordHasher {
  readonly #tuning: PasswordTuning
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(tuning: PasswordTuning) {
    this.#tuning = tuning
  }

  get waiting(): number {
    return this.#waiting.length + this.#running
  }

  /** Undefined when too many wait. */
  hash(password: string): Promise<string> | undefined {
    return this.#schedule(async () => {
      const { memoryKib, passes, lanes } = this.#tuning
      const salt = randomBytes(saltBytes)
      const tag = await derive('argon2id', {
        message: Buffer.from(password),
        nonce: salt,
        parallelism: lanes,
        tagLength: tagBytes,
        memory: memoryKib,
        passes,
      })
      const parameters = `m=${memoryKib},t=${passes},p=${lanes}`
      return `$argon2id$v=19$${parameters}$${base64(salt)}$${base64(tag)}`
    })
  }

  /** Undefined when too many wait. A hash that cannot be read is never right. */
  check(password: string, passwordHash: string): Promise<boolean> | undefined {
    const parsed = parseHash(passwordHash)
    if (parsed === undefined) return Promise.resolve(false)
    return this.#schedule(async () => {
      const tag = await derive('argon2id', {
        message: Buffer.from(password),
        nonce: parsed.salt,
        parallelism: parsed.parallelism,
        tagLength: parsed.tag.length,
        memory: parsed.memory,
        passes: parsed.passes,
      })
      return timingSafeEqual(tag, parsed.tag)
    })
  }

  #schedule<T>(work: () => Promise<T>): Promise<T> | undefined {
    if (this.#waiting.length >= this.#tuning.hashesWaitingMax) return undefined
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => {
        this.#running += 1
        work()
          .then(resolve, reject)
          .finally(() => {
            this.#running -= 1
            this.#next()
          })
      })
      this.#next()
    })
  }

  #next(): void {
    while (this.#running < this.#tuning.hashesAtOnceMax) {
      const start = this.#waiting.shift()
      if (start === undefined) return
      start()
    }
  }
}

function parseHash(text: string): ParsedHash | undefined {
  const found = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(text)
  if (found === null) return undefined
  const [memory, passes, parallelism] = [Number(found[1]), Number(found[2]), Number(found[3])]
  const salt = Buffer.from(found[4] ?? '', 'base64')
  const tag = Buffer.from(found[5] ?? '', 'base64')
  const isComputable =
    parallelism >= 1 &&
    parallelism <= 255 &&
    memory >= 8 * parallelism &&
    memory <= memoryKibMax &&
    passes >= 1 &&
    passes <= passesMax &&
    salt.length >= 8 &&
    tag.length >= 4 &&
    tag.length <= 128
  return isComputable ? { memory, passes, parallelism, salt, tag } : undefined
}

/** Without padding, as PHC strings are written. */
function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}

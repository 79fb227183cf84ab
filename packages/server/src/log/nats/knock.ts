/**
 * Knocking: connect to every server of the list at once and take the first that says its name.
 * A server that is dead, frozen or cut off then costs nothing: nobody waits for it. (The client
 * itself tries one after the other and waits seconds for one that does not answer.) Servers speak
 * first, unencrypted, so a knock needs no login; the socket is then the connection's.
 */
import { createConnection, isIPv6, type Socket } from 'node:net'
import { z } from 'zod'

const greetingBytesMax = 64 * 1024

export interface ServerAddress {
  readonly host: string
  readonly port: number
}

const greeting = z.object({
  server_name: z.string(),
  version: z.string(),
  max_payload: z.number(),
  jetstream: z.boolean().default(false),
  tls_required: z.boolean().default(false),
  tls_available: z.boolean().default(false),
  /** About to be stopped: takes nobody new. */
  ldm: z.boolean().default(false),
})

export interface Knocked extends z.infer<typeof greeting> {
  readonly address: ServerAddress
  /** To be used or destroyed by who knocked. */
  readonly socket: Socket
  /** All that the server said until now. */
  readonly heard: Buffer
}

export interface KnockOptions {
  readonly msMax: number
  /** To be taken only when no other answered within `otherServerMs`. */
  readonly last?: ServerAddress | undefined
  readonly otherServerMs: number
  readonly signal: AbortSignal
}

/** `nats://` and the port 4222 may be left out. */
export function parseServer(text: string): ServerAddress {
  const url = new URL(`http://${text.replace(/^[a-z]+:\/\//, '')}`)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  // Port 80 is the one that this scheme leaves out.
  const isNamed = /:\d+\/?$/.test(text)
  return { host, port: isNamed ? Number(url.port || 80) : 4222 }
}

export function tellServer({ host, port }: ServerAddress): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`
}

/** Rejects with an Error that says of each server why not. */
export async function knock(
  servers: readonly ServerAddress[],
  { msMax, last, otherServerMs, signal }: KnockOptions,
): Promise<Knocked> {
  const knocks = servers.map((address) => new Knock(address))
  const giveUp = setTimeout(() => end(`no answer within ${msMax} ms`), msMax)
  const end = (why: string) => {
    for (const each of knocks) each.end(why)
  }
  const onAbort = () => end('given up')
  signal.addEventListener('abort', onAbort, { once: true })
  const timers = new Set<NodeJS.Timeout>()
  try {
    if (signal.aborted) onAbort()
    const answers = knocks.map(async (each) => {
      const knocked = await each.answer
      if (last === undefined || tellServer(last) !== tellServer(each.address)) return knocked
      await new Promise<void>((resolve) => timers.add(setTimeout(resolve, otherServerMs)))
      return knocked
    })
    const knocked = await Promise.any(answers)
    for (const each of knocks) if (each.socket === knocked.socket) each.leave()
    return knocked
  } catch (error) {
    if (!(error instanceof AggregateError)) throw error
    throw new Error(error.errors.map((one: Error) => one.message).join('; '))
  } finally {
    clearTimeout(giveUp)
    for (const timer of timers) clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
    end('another answered first')
  }
}

class Knock {
  readonly address: ServerAddress
  readonly answer: Promise<Knocked>
  readonly socket: Socket
  readonly #fail: (why: string) => void
  #heard = Buffer.alloc(0)
  #isLeft = false

  constructor(address: ServerAddress) {
    this.address = address
    const { promise, resolve, reject } = Promise.withResolvers<Knocked>()
    this.answer = promise
    // Whoever is not the first is not waited for.
    promise.catch(() => undefined)
    this.#fail = (why) => reject(new Error(`${tellServer(address)}: ${why}`))
    this.socket = createConnection({ host: address.host, port: address.port })
    this.socket.on('error', (error: NodeJS.ErrnoException) => this.end(error.code ?? error.message))
    this.socket.on('close', () => this.end('it closed the connection'))
    this.socket.setNoDelay(true)
    this.socket.on('data', (chunk: Buffer) => {
      this.#heard = Buffer.concat([this.#heard, chunk])
      if (!this.#heard.includes('\r\n') && this.#heard.length < greetingBytesMax) return
      const knocked = readGreeting(this.#heard.toString('utf8'))
      if (typeof knocked === 'string') return this.end(knocked)
      // Nothing more is read before somebody takes it.
      this.socket.pause()
      resolve({ ...knocked, address, socket: this.socket, heard: this.#heard })
    })
  }

  /** The socket is somebody else's now. */
  leave(): void {
    this.#isLeft = true
    this.socket.removeAllListeners('data')
  }

  end(why: string): void {
    this.#fail(why)
    if (!this.#isLeft) this.socket.destroy()
  }
}

/** A string says why it is none that can be used. */
function readGreeting(text: string): z.infer<typeof greeting> | string {
  const found = /^INFO (\{.*\})\s*?\r\n/.exec(text)?.[1]
  if (found === undefined) return 'it is no NATS server'
  let said: unknown
  try {
    said = JSON.parse(found)
  } catch {
    return 'it is no NATS server'
  }
  const read = greeting.safeParse(said)
  if (!read.success) return 'it is no NATS server'
  return read.data.ldm ? 'it is about to be stopped' : read.data
}

/**
 * A connection that is kept up. The client makes one connection to one server; when it ends, this
 * dials anew: knocks at all servers, takes the first that answers, and makes its subscriptions
 * again. What was on its way over the former connection is nobody's business here: `onClose` says
 * that it may be lost, `onOpen` that there is a new one.
 *
 * A server that is frozen, or behind a path that swallows everything, keeps its socket open. So
 * each tick looks whether a ping is answered; when not, the connection is left.
 */
import type { Msg, MsgHdrs, NatsConnection, Subscription } from '@nats-io/transport-node'
import { type DialOptions, dial } from './dial.ts'
import { type Knocked, knock, parseServer, type ServerAddress } from './knock.ts'
import { NatsRefusal } from './nats-refusal.ts'
import { natsTuning } from './nats-tuning.ts'

export interface NatsLineOptions extends DialOptions {
  readonly onOpen: () => void
  readonly onClose: () => void
  /** No server lets us in: `refusal` says why. */
  readonly onRefused: () => void
  /** The servers took offence at something: a permission that is missing, for example. */
  readonly onComplaint: (text: string) => void
}

export interface Outgoing {
  readonly reply?: string
  readonly headers?: MsgHdrs
}

interface Listening {
  readonly subject: string
  readonly hear: (message: Msg) => void
  subscription: Subscription | undefined
}

export class NatsLine {
  readonly #options: NatsLineOptions
  readonly #servers: readonly ServerAddress[]
  readonly #listenings = new Set<Listening>()
  readonly #ending = new AbortController()
  #connection: NatsConnection | undefined
  #server: Knocked | undefined
  /** The one that was left on purpose. */
  #left: ServerAddress | undefined
  #dialling: Promise<void>
  #trouble = 'not connected yet'
  #refusal: NatsRefusal | undefined
  /** So many servers refused, one after the other. */
  #refusals = 0
  /** Awake time at which the ping was sent that is not answered yet. */
  #pingedAtMs: number | undefined

  constructor(options: NatsLineOptions) {
    this.#options = options
    this.#servers = options.settings.servers.map(parseServer)
    // Not before who made it holds it.
    this.#dialling = Promise.resolve().then(() => this.#dial())
  }

  /** Undefined while there is none. */
  get connection(): NatsConnection | undefined {
    return this.#connection
  }

  get server(): Knocked | undefined {
    return this.#connection && this.#server
  }

  get hasOtherServers(): boolean {
    return this.#servers.length > 1
  }

  /** Why there is no connection. */
  get trouble(): string {
    return this.#trouble
  }

  /** None of the servers lets us in. */
  get refusal(): NatsRefusal | undefined {
    return this.#refusals < this.#servers.length ? undefined : this.#refusal
  }

  /** Also over connections to come. Returns the function that stops it. */
  listen(subject: string, hear: (message: Msg) => void): () => void {
    const listening: Listening = { subject, hear, subscription: undefined }
    this.#listenings.add(listening)
    this.#subscribe(listening)
    return () => {
      this.#listenings.delete(listening)
      if (this.#connection && !this.#connection.isClosed()) listening.subscription?.unsubscribe()
    }
  }

  /** False when there is no connection. */
  publish(subject: string, payload: Uint8Array | string, outgoing: Outgoing = {}): boolean {
    if (!this.#connection || this.#connection.isClosed()) return false
    this.#connection.publish(subject, payload, { ...outgoing })
    return true
  }

  /** Leaves the server, for another if there is one. */
  leave(why: string): void {
    const connection = this.#connection
    if (!connection) return
    this.#left = this.#server?.address
    this.#trouble = why
    this.#closed(connection)
    void connection.close()
  }

  /** Pings, and leaves a server that does not answer. */
  tick(awakeMs: number): void {
    const connection = this.#connection
    if (!connection || connection.isClosed()) return
    if (this.#pingedAtMs === undefined) {
      this.#pingedAtMs = awakeMs
      void connection.flush().then(() => {
        if (this.#connection === connection) this.#pingedAtMs = undefined
      })
    } else if (awakeMs - this.#pingedAtMs > natsTuning.pingSilenceMsMax) {
      this.leave(`server ${this.#server?.server_name} does not answer`)
    }
  }

  async close(): Promise<void> {
    this.#ending.abort()
    if (this.#connection) await this.#connection.close()
    await this.#dialling
  }

  #subscribe(listening: Listening): void {
    if (!this.#connection || this.#connection.isClosed()) return
    const { subject, hear } = listening
    listening.subscription = this.#connection.subscribe(subject, {
      // An error is told as a complaint too.
      callback: (error, message) => {
        if (!error) hear(message)
      },
    })
  }

  async #dial(): Promise<void> {
    let pauseMs: number = natsTuning.redialMs
    let dialMs: number = natsTuning.dialMs
    while (!this.#ending.signal.aborted) {
      const connection = await this.#dialOnce(dialMs)
      if (connection) {
        if (this.#ending.signal.aborted) await connection.close()
        else this.#opened(connection)
        return
      }
      await this.#pause(pauseMs)
      pauseMs = Math.min(2 * pauseMs, natsTuning.redialMsMax)
      // A server that is only slow must get in some time.
      dialMs = Math.min(2 * dialMs, natsTuning.dialMsMax)
    }
  }

  async #dialOnce(msMax: number): Promise<NatsConnection | undefined> {
    const { otherServerMs } = natsTuning
    const { signal } = this.#ending
    let server: Knocked
    try {
      server = await knock(this.#servers, { msMax, last: this.#left, otherServerMs, signal })
    } catch (error) {
      this.#trouble = (error as Error).message
      return undefined
    }
    this.#server = server
    this.#left = server.address
    const giveUp = () => server.socket.destroy()
    signal.addEventListener('abort', giveUp, { once: true })
    try {
      return await dial(server, this.#options, msMax)
    } catch (error) {
      this.#trouble = `server ${server.server_name}: ${(error as Error).message}`
      this.#refusal = error instanceof NatsRefusal ? error : undefined
      this.#refusals = this.#refusal ? this.#refusals + 1 : 0
      if (this.refusal) this.#options.onRefused()
      return undefined
    } finally {
      signal.removeEventListener('abort', giveUp)
    }
  }

  #opened(connection: NatsConnection): void {
    this.#connection = connection
    this.#left = undefined
    this.#refusals = 0
    this.#pingedAtMs = undefined
    void this.#hearStatus(connection)
    void connection.closed().then((error) => {
      if (error && this.#connection === connection) this.#trouble = error.message
      this.#closed(connection)
    })
    for (const listening of this.#listenings) this.#subscribe(listening)
    this.#options.onOpen()
  }

  #closed(connection: NatsConnection): void {
    if (this.#connection !== connection) return
    this.#connection = undefined
    if (this.#ending.signal.aborted) return
    this.#options.onClose()
    this.#dialling = this.#dial()
  }

  async #hearStatus(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'error') this.#options.onComplaint(status.error.message)
      const isLeaving = status.type === 'ldm' && this.#connection === connection
      if (isLeaving) this.leave(`server ${this.#server?.server_name} is about to be stopped`)
    }
  }

  async #pause(ms: number): Promise<void> {
    const { signal } = this.#ending
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      signal.addEventListener('abort', done, { once: true })
    })
  }
}

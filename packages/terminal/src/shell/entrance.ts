/**
 * From nothing to a client that was welcomed: asks for what neither the options nor the profile
 * know, one question at a time, and asks again what the server refuses. With a known identity it
 * asks nothing and waits for nothing: the chat opens from what is stored while the connection is
 * made.
 */
import { userInfo } from 'node:os'
import { dialAddress } from '@starling/client/address'
import type { Credentials, StarlingClient } from '@starling/client/api'
import type {
  NodeConnectOptions,
  PinOptions,
  ProfileSummary,
} from '@starling/client/connect-options'
import {
  addressQuestion,
  nameQuestion,
  passwordQuestion,
  waitQuestion,
  wayQuestion,
  ways,
} from './questions.ts'
import type { Answer, Welcome } from './welcome.ts'

export interface EntranceParts {
  readonly welcome: Welcome
  readonly connect: (options: NodeConnectOptions) => Promise<StarlingClient>
  /** What is known before anything is asked. */
  readonly known: ProfileSummary | undefined
  readonly address: string | undefined
  /** Come in as this guest. */
  readonly name: string | undefined
  /** Profile, pins, name of the program. */
  readonly options: Omit<NodeConnectOptions, 'addresses' | 'auth'>
  readonly pin: PinOptions
}

class Left extends Error {}

export class Entrance {
  readonly #parts: EntranceParts
  #address: string | undefined
  #auth: Credentials | undefined
  #error: string | undefined

  constructor(parts: EntranceParts) {
    this.#parts = parts
    this.#address = parts.address ?? parts.known?.addresses[0]
    if (parts.name !== undefined && parts.known?.userName === undefined) {
      this.#auth = { kind: 'guest', name: parts.name }
    }
  }

  /** Undefined when the person left. */
  async open(): Promise<StarlingClient | undefined> {
    const isKnown = this.#parts.known?.userName !== undefined
    try {
      if (isKnown && this.#address !== undefined) return await this.#connect(this.#address)
      for (;;) {
        const client = await this.#attempt(isKnown)
        if (client !== undefined) return client
      }
    } catch (error) {
      if (error instanceof Left) return undefined
      throw error
    }
  }

  async #attempt(isKnown: boolean): Promise<StarlingClient | undefined> {
    const address = this.#address ?? (await this.#askAddress())
    if (address === undefined) return undefined
    this.#address = address
    if (!isKnown && this.#auth === undefined) {
      this.#auth = await this.#askIdentity()
      if (this.#auth === undefined) {
        this.#address = undefined
        return undefined
      }
    }
    return this.#enter(await this.#connect(address), address)
  }

  #connect(address: string): Promise<StarlingClient> {
    const { options, pin, connect } = this.#parts
    const auth = this.#auth === undefined ? {} : { auth: this.#auth }
    return connect({ ...options, pin, addresses: [address], ...auth })
  }

  /** Waits for the welcome; a refusal or going back leads to a question again. */
  async #enter(client: StarlingClient, address: string): Promise<StarlingClient | undefined> {
    const waiting = this.#parts.welcome.ask(waitQuestion(address))
    const first = await Promise.race([client.ready(), waiting])
    if ('ok' in first && first.ok) {
      this.#parts.welcome.withdraw()
      return client
    }
    await client.close()
    if ('ok' in first) {
      this.#error = first.say
      // A server that cannot be trusted is another address; anything else is about the person.
      if (/^(certificate|tls)-/.test(first.code)) this.#address = undefined
      else this.#auth = undefined
      return undefined
    }
    if (first.kind === 'quit') throw new Left()
    this.#address = undefined
    return undefined
  }

  async #askAddress(): Promise<string | undefined> {
    const question = addressQuestion(this.#parts.address ?? 'localhost')
    const answer = await this.#ask(question)
    if (answer.kind !== 'text') throw new Left()
    const wrong = whatIsWrong(answer.text)
    this.#error = wrong
    return wrong === undefined ? answer.text : undefined
  }

  async #askIdentity(): Promise<Credentials | undefined> {
    const way = await this.#ask(wayQuestion)
    if (way.kind !== 'choice') return undefined
    const kind = ways[way.picked] ?? 'guest'
    const name = await this.#ask(nameQuestion(kind === 'guest' ? systemName() : ''))
    if (name.kind !== 'text') return this.#askIdentity()
    if (kind === 'guest') return { kind, name: name.text }
    const password = await this.#askPassword(name.text, kind === 'register')
    if (password === undefined) return this.#askIdentity()
    return { kind, name: name.text, password, label: 'terminal' }
  }

  async #askPassword(name: string, isNew: boolean): Promise<string | undefined> {
    const password = await this.#ask(passwordQuestion(name, false))
    if (password.kind !== 'text') return undefined
    if (!isNew) return password.text
    const again = await this.#ask(passwordQuestion(name, true))
    if (again.kind !== 'text') return undefined
    if (again.text === password.text) return password.text
    this.#error = 'The two were not the same.'
    return this.#askPassword(name, isNew)
  }

  async #ask(question: Parameters<Welcome['ask']>[0]): Promise<Exclude<Answer, { kind: 'quit' }>> {
    const error = this.#error
    this.#error = undefined
    const answer = await this.#parts.welcome.ask(question, error)
    if (answer.kind === 'quit') throw new Left()
    return answer
  }
}

function whatIsWrong(address: string): string | undefined {
  try {
    dialAddress(address)
    return undefined
  } catch (error) {
    if (error instanceof Error) return error.message
    throw error
  }
}

/** Who is logged in to this machine: most likely the name. */
function systemName(): string {
  const { username } = userInfo()
  return username === 'root' ? '' : username
}

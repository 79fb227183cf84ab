/** What a client says and hears while it comes in; afterwards it only counts messages. */
import type { Talk } from './dialect.ts'

const keptMax = 1_000

export class TalkingSocket implements Talk {
  #kept: string[] = []
  #awaited: { readonly pick: (text: string) => boolean; hear(text: string): void } | undefined
  #isOver = false
  #say: (text: string) => void = () => {
    throw new Error('said before the socket was open')
  }

  begin(say: (text: string) => void): void {
    this.#say = say
  }

  say(text: string): void {
    this.#say(text)
  }

  hear(pick: (text: string) => boolean): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>()
    const at = this.#kept.findIndex(pick)
    if (at >= 0) resolve(this.#kept.splice(0, at + 1).at(-1)!)
    else this.#awaited = { pick, hear: resolve }
    return promise
  }

  /** False when this client has come in, and the payload is for others. */
  heard(payload: Buffer): boolean {
    if (this.#isOver) return false
    const text = payload.toString()
    const awaited = this.#awaited
    if (awaited === undefined) {
      this.#kept.push(text)
      if (this.#kept.length > keptMax) this.#kept.shift()
    } else if (awaited.pick(text)) {
      this.#awaited = undefined
      this.#kept = []
      awaited.hear(text)
    }
    return true
  }

  end(): void {
    this.#isOver = true
    this.#kept = []
  }
}

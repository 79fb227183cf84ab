/**
 * Small texts that outlive the page, in the browser's `localStorage`. A browser may refuse to keep
 * anything (private windows, a full disk): then they live as long as the page.
 */
const prefix = 'starling:'

export class KeptText {
  readonly #fallback = new Map<string, string>()

  get(key: string): string | undefined {
    return this.#tried(() => localStorage.getItem(prefix + key)) ?? this.#fallback.get(key)
  }

  set(key: string, text: string): void {
    this.#fallback.set(key, text)
    this.#tried(() => localStorage.setItem(prefix + key, text))
  }

  delete(key: string): void {
    this.#fallback.delete(key)
    this.#tried(() => localStorage.removeItem(prefix + key))
  }

  /** Keys that begin so, without that beginning. */
  keys(beginning: string): readonly string[] {
    const whole = prefix + beginning
    const kept = this.#tried(() => Object.keys(localStorage)) ?? []
    const held = [...this.#fallback.keys()].map((key) => prefix + key)
    const all = new Set([...kept, ...held])
    return [...all].filter((key) => key.startsWith(whole)).map((key) => key.slice(whole.length))
  }

  /** Another tab set or deleted one. */
  onChange(listener: (key: string) => void): void {
    addEventListener('storage', ({ key }) => {
      if (key?.startsWith(prefix)) listener(key.slice(prefix.length))
    })
  }

  #tried<T>(act: () => T): T | undefined {
    try {
      return act()
    } catch (error) {
      if (error instanceof DOMException) return undefined
      throw error
    }
  }
}

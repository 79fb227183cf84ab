/** What happened, from one picture to the next: who went, who came back, and after how long. */
import { stateKinds, stateWords } from './words.js'

const shownMax = 8

export class Happenings {
  #list
  #states = new Map()
  #wentAt = new Map()

  constructor(list) {
    this.#list = list
  }

  picture({ backends, frontends }, atMs) {
    for (const { name, state, why } of [...backends, ...frontends])
      this.state(name, { state, why }, atMs)
  }

  state(name, { state, why }, atMs) {
    const before = this.#states.get(name)
    this.#states.set(name, state)
    if (before === undefined || before === state) return
    const kind = stateKinds[state] ?? 'unsure'
    if (kind !== 'well') {
      if (!this.#wentAt.has(name)) this.#wentAt.set(name, atMs)
      // On its way back it may be silent for a moment.
      if (kind === 'unsure' && stateKinds[before] === 'gone') return
      const because = why === '' ? '' : `: ${why}`
      this.#add(`${name} is ${stateWords[state] ?? state}${because}`, kind)
      return
    }
    // Seen for the first time since this page was opened.
    if (!this.#wentAt.has(name)) return
    const seconds = (atMs - this.#wentAt.get(name)) / 1_000
    this.#wentAt.delete(name)
    this.#add(`${name} is ${stateWords[state]} again after ${seconds.toFixed(1)} s`, 'well')
  }

  #add(say, kind) {
    const row = document.createElement('li')
    row.dataset.kind = kind
    const time = document.createElement('time')
    time.textContent = new Date().toLocaleTimeString('en-GB')
    row.append(time, say)
    this.#list.prepend(row)
    while (this.#list.children.length > shownMax) this.#list.lastElementChild.remove()
  }
}

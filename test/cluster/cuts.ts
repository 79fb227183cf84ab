/**
 * Which lines are cut, when cuts may overlap: a line, from one machine to another, is open again
 * when everybody who cut it has healed. Says which lines change; who asks carries it out.
 */
import type { Direction } from './machine.ts'

export interface Line {
  readonly from: string
  readonly to: string
}

export class Cuts {
  /** `from to` → who cut it. */
  readonly #owners = new Map<string, Set<string>>()

  /** The lines that are open no more. */
  cut(owner: string, direction: Direction, peers: readonly string[]): readonly Line[] {
    const others = peers.filter((peer) => peer !== owner)
    const out = others.map((to) => ({ from: owner, to }))
    const into = others.map((from) => ({ from, to: owner }))
    const lines = direction === 'out' ? out : direction === 'in' ? into : [...out, ...into]
    return lines.filter((line) => this.#add(line, owner))
  }

  /** The lines that are open again. */
  heal(owner: string): readonly Line[] {
    const opened: Line[] = []
    for (const [key, owners] of this.#owners) {
      if (!owners.delete(owner) || owners.size > 0) continue
      this.#owners.delete(key)
      const [from, to] = key.split(' ') as [string, string]
      opened.push({ from, to })
    }
    return opened
  }

  #add({ from, to }: Line, owner: string): boolean {
    const key = `${from} ${to}`
    const owners = this.#owners.get(key)
    if (owners === undefined) this.#owners.set(key, new Set([owner]))
    else owners.add(owner)
    return owners === undefined
  }
}

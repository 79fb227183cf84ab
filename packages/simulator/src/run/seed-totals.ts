/** What many seeds counted together. */
import { faults } from '../faults/faults.ts'
import type { SeedReport } from '../simulate.ts'

export class SeedTotals {
  readonly broken: SeedReport[] = []
  #seeds = 0
  #steps = 0
  #virtualMs = 0
  #acked = 0
  #opened = 0
  #refused = 0
  #worstCalm = { seed: 0, ms: 0 }
  readonly #faults = new Map<string, number>()

  add(report: SeedReport): void {
    const { counts } = report
    this.#seeds++
    this.#steps += report.steps
    this.#virtualMs += report.virtualMs
    this.#acked += counts.acked
    this.#opened += counts.opened
    this.#refused += counts.refused
    if (counts.calmMs > this.#worstCalm.ms) {
      this.#worstCalm = { seed: report.seed, ms: counts.calmMs }
    }
    for (const [name, times] of counts.faults) {
      this.#faults.set(name, (this.#faults.get(name) ?? 0) + times)
    }
    if (report.broken !== undefined) this.broken.push(report)
  }

  get seeds(): number {
    return this.#seeds
  }

  progress(sinceMs: number): string {
    const seconds = Math.max(0.001, sinceMs / 1000)
    const seedsPerSecond = `${(this.#seeds / seconds).toFixed(1)} seeds/s`
    const stepsPerSecond = `${thousands(this.#steps / seconds)} steps/s`
    const red = `${this.broken.length} red`
    return `${this.#seeds} seeds, ${red}, ${seedsPerSecond}, ${stepsPerSecond}`
  }

  summary(): string {
    const struck = faults.map(({ name }) => `${name} ${this.#faults.get(name) ?? 0}`)
    const missed = faults.filter(({ name }) => !this.#faults.has(name)).map(({ name }) => name)
    return [
      `${thousands(this.#virtualMs / 1000)} virtual seconds, ${thousands(this.#steps)} steps`,
      `${thousands(this.#acked)} sends acknowledged, ${thousands(this.#refused)} refused for good`,
      `${thousands(this.#opened)} boxes opened`,
      `longest calm: ${(this.#worstCalm.ms / 1000).toFixed(1)} s (seed ${this.#worstCalm.seed})`,
      `faults: ${struck.join(', ')}`,
      `coverage: ${faults.length - missed.length} of ${faults.length} kinds of faults${
        missed.length > 0 ? `; never: ${missed.join(', ')}` : ''
      }`,
    ].join('\n')
  }
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

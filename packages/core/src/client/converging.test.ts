import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ClientScene } from './client-scene.test-suite.ts'
import { LittleServer } from './little-server.test-suite.ts'

/** What happens next, to one of three people. */
type Event =
  | { readonly kind: 'post'; readonly who: number }
  | { readonly kind: 'cut' | 'lose-up' | 'lose-down' | 'wait'; readonly who: number }
  | { readonly kind: 'fault'; readonly code: 'unavailable' | 'rate-limited' | 'out-of-turn' }
  | { readonly kind: 'refuse' }

const who = fc.nat(2)
const eventArbitrary: fc.Arbitrary<Event> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('post' as const), who }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'cut' as const,
        'lose-up' as const,
        'lose-down' as const,
        'wait' as const,
      ),
      who,
    }),
  },
  fc.record({
    kind: fc.constant('fault' as const),
    code: fc.constantFrom('unavailable' as const, 'rate-limited' as const, 'out-of-turn' as const),
  }),
  fc.record({ kind: fc.constant('refuse' as const) }),
)

const names = ['ada', 'bob', 'cyd']

class Company {
  readonly server = new LittleServer()
  readonly people: readonly ClientScene[]
  readonly refused = new Set<string>()
  #written = 0

  constructor() {
    this.people = names.map((name, at) => {
      return new ClientScene({ server: this.server, name, seed: at + 1 }).start()
    })
    const [first] = this.people
    first!.node.compose(first!.now, 'r', { kind: 'create', room: 'public', name: 'room' })
    first!.settle()
    for (const person of this.people.slice(1)) {
      person.node.compose(person.now, 'r', { kind: 'join' })
      person.settle()
    }
  }

  take(event: Event): void {
    if (event.kind === 'fault') return this.#failOnce(event.code)
    if (event.kind === 'refuse') return this.#failOnce('not-allowed')
    const person = this.people[event.who]!
    switch (event.kind) {
      case 'post':
        this.#written += 1
        person.node.compose(person.now, 'r', {
          kind: 'post',
          text: `${names[event.who]} ${this.#written}`,
        })
        break
      case 'cut':
        person.cut()
        break
      case 'lose-up':
        person.passesUp = once((frame) => frame.t !== 'send')
        break
      case 'lose-down':
        person.passesDown = once((frame) => frame.t !== 'ack' && frame.t !== 'entries')
        break
      case 'wait':
        person.wait(300)
    }
    person.settle()
  }

  calm(): void {
    this.server.fault = () => undefined
    for (const person of this.people) {
      person.passesUp = () => true
      person.passesDown = () => true
    }
    for (let round = 0; round < 3; round += 1) for (const person of this.people) person.wait(20_000)
  }

  #failOnce(code: 'unavailable' | 'rate-limited' | 'out-of-turn' | 'not-allowed'): void {
    let left = 1
    this.server.fault = (send) => {
      if (left === 0 || send.op.kind !== 'post' || this.#stands(send)) return undefined
      left -= 1
      if (code !== 'not-allowed') return { code, retryMs: 200 }
      // A real refusal consumes the number, which only the rules can do: an edit of nothing.
      this.refused.add(send.op.text)
      const op = { kind: 'edit', target: 1, text: 'x' } as const
      this.server.frame(this.#sessionOf(send.op.text), { ...send, op })
      return { code }
    }
  }

  /** A repeat of what stands already is acknowledged, whatever else happens. */
  #stands({ room, outbox, number }: { room: string; outbox: string; number: number }): boolean {
    return number <= (this.server.store.outbox(room, outbox)?.last ?? 0)
  }

  #sessionOf(text: string): string {
    return this.people[names.indexOf(text.split(' ')[0]!)]!.session!
  }
}

/** True except the first time that it would be false. */
function once<T>(passes: (frame: T) => boolean): (frame: T) => boolean {
  let isUsed = false
  return (frame) => {
    if (isUsed || passes(frame)) return true
    isUsed = true
    return false
  }
}

test('[P2] [P3] [P4] whatever is lost, all see the same, each message once, in order', () => {
  fc.assert(
    fc.property(fc.array(eventArbitrary, { maxLength: 40 }), (events) => {
      const company = new Company()
      for (const event of events) company.take(event)
      company.calm()
      const truth = company.server
        .entries('r')
        .flatMap((entry) => (entry.kind === 'post' ? [entry.text] : []))
      const numbers = (name: string) =>
        truth.filter((text) => text.startsWith(name)).map((text) => Number(text.split(' ')[1]))
      for (const name of names) {
        const sorted = [...numbers(name)].sort((a, b) => a - b)
        assert.deepEqual(numbers(name), sorted, `${name} in order`)
      }
      assert.equal(new Set(truth).size, truth.length, 'each once')
      const written = events.filter((event) => event.kind === 'post').length
      assert.equal(truth.length + company.refused.size, written, 'none lost')
      for (const person of company.people) {
        assert.deepEqual(person.texts('r'), truth)
        const { sends } = person.room('r').timeline
        assert.ok(sends.every(({ state, text }) => state === 'failed' && company.refused.has(text)))
        const seen = person.entriesSeen('r')
        assert.deepEqual(
          seen,
          seen.map((_, at) => seen[0]! + at),
          'entries once and dense',
        )
      }
    }),
    { numRuns: 150 },
  )
})

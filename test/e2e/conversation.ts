/** Two people in one room of a real cluster, who can check that they still hear each other. */
import assert from 'node:assert/strict'
import type { Sent, StarlingClient } from '@starling/client/api'
import { openMemoryStorage } from '@starling/client/memory-storage'
import { connect } from '@starling/client/node'
import type { Entry } from '@starling/protocol/entry'
import { until } from '../cluster/until.ts'

export async function arrive(addresses: readonly string[], name: string): Promise<StarlingClient> {
  const client = await connect({
    addresses,
    auth: { kind: 'guest', name },
    storage: openMemoryStorage(),
    encryption: false,
  })
  const ready = await client.ready()
  assert.ok(ready.ok, JSON.stringify(ready))
  return client
}

export class Conversation {
  readonly room: string
  readonly ada: StarlingClient
  readonly bob: StarlingClient
  /** What each saw, as `index text`. */
  readonly seen: { readonly ada: string[]; readonly bob: string[] } = { ada: [], bob: [] }
  readonly acked: string[] = []

  private constructor(room: string, ada: StarlingClient, bob: StarlingClient) {
    this.room = room
    this.ada = ada
    this.bob = bob
    for (const who of ['ada', 'bob'] as const) {
      this[who].on('entry', ({ room: where, entry }) => {
        if (where === room && entry.kind === 'post') {
          this.seen[who].push(`${entry.index} ${entry.text}`)
        }
      })
    }
  }

  static async begin(addresses: readonly string[]): Promise<Conversation> {
    const ada = await arrive(addresses, 'ada')
    const bob = await arrive(addresses, 'bob')
    const created = await ada.createRoom({ title: 'general' })
    assert.ok(created.ok, JSON.stringify(created))
    const joined = await bob.join('#general')
    assert.ok(joined.ok, JSON.stringify(joined))
    await until(() => ada.snapshot().rooms[0]?.members === 2, { what: 'bob in the room' })
    return new Conversation(created.value, ada, bob)
  }

  /** Each says something short and something long, hears the other and itself; acks are noted. */
  async exchange(label: string): Promise<void> {
    const texts = [`${label}a`, `${label}b`, `a longer ${label}`, `b, longer too: ${label}`]
    const sent = await Promise.all(
      texts.map((text, at) => {
        const who = at % 2 === 0 ? this.ada : this.bob
        return who.post(this.room, text).settled
      }),
    )
    sent.forEach((result, at) => {
      assert.ok(result.ok, `${texts[at]}: ${JSON.stringify(result)}`)
      this.acked.push(`${(result.value as Sent).index} ${texts[at]}`)
    })
    await this.bothSaw(this.acked)
  }

  async bothSaw(lines: readonly string[]): Promise<void> {
    const missing = () =>
      (['ada', 'bob'] as const).flatMap((who) => {
        const seen = new Set(this.seen[who])
        return lines.filter((line) => !seen.has(line)).map((line) => `${who}: ${line}`)
      })
    await until(() => missing().length === 0, {
      what: () => `seen by both; missing ${missing().join(', ')}`,
      ms: 60_000,
    })
  }

  /** Everything acknowledged stands in the room once, and both saw exactly the room. */
  async checkHistory(): Promise<readonly Entry[]> {
    const entries: Entry[] = []
    for (;;) {
      const page = await this.ada.history(this.room, { after: entries.length, limit: 200 })
      assert.ok(page.ok, JSON.stringify(page))
      if (page.value.length === 0) break
      entries.push(...page.value)
    }
    for (const [at, entry] of entries.entries()) assert.equal(entry.index, at + 1)
    const posts = entries.flatMap((entry) =>
      entry.kind === 'post' ? [`${entry.index} ${entry.text}`] : [],
    )
    for (const line of this.acked) assert.ok(posts.includes(line), `lost: ${line}`)
    assert.equal(new Set(posts.map((line) => line.replace(/^\d+ /, ''))).size, posts.length)
    assert.deepEqual(this.seen.ada, posts)
    assert.deepEqual(this.seen.bob, posts)
    return entries
  }

  async end(): Promise<void> {
    await Promise.all([this.ada.close(), this.bob.close()])
  }
}

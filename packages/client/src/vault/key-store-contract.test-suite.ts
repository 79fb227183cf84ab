/** What every key store must do. `open` gives another handle on the same store. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KeyStore } from './key-store.ts'

export interface KeyStoreUnderTest {
  open(): Promise<KeyStore>
  dispose(): void
}

const bytes = (...values: readonly number[]) => new Uint8Array(values)

export async function read(store: KeyStore, key: string): Promise<Uint8Array | undefined> {
  const value = await store.turn((turn) => turn.get(key))
  return value && new Uint8Array(value)
}

export function put(store: KeyStore, key: string, value: Uint8Array | null): Promise<void> {
  return store.turn((turn) => turn.batch([{ key, value }]))
}

export function keyStoreContract(name: string, make: () => KeyStoreUnderTest): void {
  const run = (title: string, act: (under: KeyStoreUnderTest) => Promise<void>) => {
    test(`${name}: ${title}`, async () => {
      const under = make()
      try {
        await act(under)
      } finally {
        under.dispose()
      }
    })
  }

  run('what a turn put is there when it is opened again', async (under) => {
    const first = await under.open()
    await put(first, 'a', bytes(1, 2))
    await put(first, 'b', bytes())
    await put(first, 'c', bytes(3))
    await put(first, 'c', null)
    await first.close()
    const second = await under.open()
    assert.deepEqual(await read(second, 'a'), bytes(1, 2))
    assert.deepEqual(await read(second, 'b'), bytes())
    assert.equal(await read(second, 'c'), undefined)
    await second.close()
  })

  run('a turn that throws put nothing, and the next one is done', async (under) => {
    const store = await under.open()
    const failed = store.turn(async (turn) => {
      await turn.batch([{ key: 'a', value: bytes(1) }])
      throw new Error('on purpose')
    })
    const next = put(store, 'b', bytes(2))
    await assert.rejects(failed, /on purpose/)
    await next
    assert.equal(await read(store, 'a'), undefined)
    assert.deepEqual(await read(store, 'b'), bytes(2))
    await store.close()
  })

  run('a turn reads what it put', async (under) => {
    const store = await under.open()
    await put(store, 'k/1', bytes(1))
    await store.turn(async (turn) => {
      await turn.batch([
        { key: 'k/1', value: null },
        { key: 'k/2', value: bytes(2) },
        { key: 'k/3', value: bytes(3) },
        { key: 'l', value: bytes(4) },
      ])
      assert.deepEqual(await turn.keys('k/'), ['k/2', 'k/3'])
      assert.equal(await turn.get('k/1'), undefined)
      assert.deepEqual(new Uint8Array((await turn.get('k/2'))!), bytes(2))
    })
    assert.deepEqual(await store.turn((turn) => turn.keys('')), ['k/2', 'k/3', 'l'])
    await store.close()
  })

  run('who shares a store sees that another has written', tellsOfOthers)
  run('what a caller does with bytes later changes nothing', async (under) => {
    const store = await under.open()
    const value = bytes(1, 2, 3)
    await put(store, 'k', value)
    value.fill(0)
    assert.deepEqual(await read(store, 'k'), bytes(1, 2, 3))
    await store.close()
  })
}

async function tellsOfOthers(under: KeyStoreUnderTest): Promise<void> {
  const [a, b] = [await under.open(), await under.open()]
  const isChanged = (store: KeyStore) => store.turn(async (turn) => turn.isChanged)
  await put(a, 'k', bytes(1))
  assert.equal(await isChanged(b), true)
  assert.equal(await isChanged(b), false)
  assert.equal(await isChanged(a), false)
  await put(b, 'k', bytes(2))
  assert.equal(await isChanged(b), false)
  assert.equal(await isChanged(a), true)
  assert.deepEqual(await read(a, 'k'), bytes(2))
  await a.close()
  await b.close()
}

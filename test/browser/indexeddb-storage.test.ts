import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { ClientStorage } from '@starling/client/storage'
import { item, storageContract, stored } from '@starling/client/storage-contract.test-suite'
import type { Entry } from '@starling/protocol/entry'
import type { Page } from 'playwright-core'
import { until } from '../cluster/until.ts'
import { PageServer } from './page-server.ts'
import { remoteStorage } from './remote-storage.ts'
import { bundleSdk } from './sdk-bundle.ts'
import { WebBrowser } from './web-browser.ts'

let server: PageServer
let browser: WebBrowser
let page: Page
let profiles = 0

before(async () => {
  const launching = WebBrowser.launch()
  const { scripts } = await bundleSdk()
  server = await PageServer.start(scripts)
  browser = await launching
  page = await openTab()
})

after(async () => {
  await browser?.end()
  await server?.stop()
})

async function openTab(): Promise<Page> {
  const tab = await browser.openPage(`${server.origin}/storage`)
  await isUp(tab)
  return tab
}

async function isUp(tab: Page): Promise<void> {
  await until(() => tab.evaluate(() => window.storage !== undefined), { what: 'the page' })
}

function newProfile(): string {
  profiles += 1
  return `profile-${profiles}`
}

storageContract('indexeddb', () => {
  const profile = newProfile()
  return { open: () => remoteStorage(() => page, profile), dispose: () => {} }
})

function posts(from: number, to: number): readonly Entry[] {
  return Array.from({ length: to - from + 1 }, (_, at) => {
    const index = from + at
    return { index, at: index, by: 'u', name: 'u', kind: 'post', text: `${index}` }
  })
}

async function held(storage: ClientStorage): Promise<readonly number[]> {
  const { state } = await storage.open()
  return (state.timelines.get('r') ?? []).map(({ index }) => index)
}

test('[P1] what a tab that crashed left unsent is adopted once by another', async () => {
  const profile = newProfile()
  const tab = await openTab()
  const theirs = remoteStorage(() => tab, profile)
  const mine = remoteStorage(() => page, profile)
  await theirs.open()
  await theirs.write([stored(item('theirs', 1), item('theirs', 2))])
  assert.deepEqual((await mine.open()).state.items, [])
  assert.deepEqual(await mine.adoptOrphans(), [])
  await crash(tab)
  let adopted = await mine.adoptOrphans()
  await until(
    async () => {
      if (adopted.length === 0) adopted = await mine.adoptOrphans()
      return adopted.length > 0
    },
    { what: 'the slot of the tab that crashed' },
  )
  assert.deepEqual(adopted, [item('theirs', 1), item('theirs', 2)])
  assert.deepEqual(await mine.adoptOrphans(), [])
  await mine.close()
  const later = remoteStorage(() => page, profile)
  const { items, outboxes } = (await later.open()).state
  assert.deepEqual([items, outboxes], [adopted, []])
  await later.close()
})

test('what another account left unsent is adopted as refused, never sent', async () => {
  const profile = newProfile()
  const tab = await openTab()
  const theirs = remoteStorage(() => tab, profile)
  const mine = remoteStorage(() => page, profile)
  await theirs.open()
  await theirs.write([meOf('u1'), stored(item('theirs', 1))])
  await mine.open()
  await theirs.close()
  assert.deepEqual(await mine.adoptOrphans(), [])
  await mine.write([meOf('u2')])
  const [adopted] = await mine.adoptOrphans()
  assert.equal(adopted?.refused?.code, 'not-allowed')
  await mine.close()
  await tab.close()
})

test('two tabs that open a new profile at once come in with one identity', async () => {
  const profile = newProfile()
  const tab = await openTab()
  const first = remoteStorage(() => page, profile)
  const second = remoteStorage(() => tab, profile)
  assert.equal((await first.open()).identity, undefined)
  const later = second.open()
  const isWaiting = (name: string) =>
    tab.evaluate(async (lock) => {
      const { pending } = await navigator.locks.query()
      return pending?.some((one) => one.name === lock) ?? false
    }, name)
  await until(() => isWaiting(`starling:${profile}/identity`), { what: 'the second tab waits' })
  const identity = { token: 'one', kind: 'guest', name: 'ada', isKnown: false } as const
  await first.saveIdentity(identity)
  assert.deepEqual((await later).arriving, identity)
  await Promise.all([first.close(), second.close()])
  await tab.close()
})

test('[P7] of a room the newest 500 entries are kept', async () => {
  const storage = remoteStorage(() => page, newProfile())
  await storage.open()
  for (const entries of [posts(1, 400), posts(401, 800)]) {
    await storage.write([{ kind: 'store-entries', room: 'r', entries, isReset: false }])
  }
  await storage.close()
  const indexes = await held(storage)
  assert.deepEqual([indexes.length, indexes[0], indexes.at(-1)], [500, 301, 800])
  await storage.close()
})

test('[P7] of more than 200 rooms those with the newest entries are kept', async () => {
  const storage = remoteStorage(() => page, newProfile())
  await storage.open()
  const rooms = Array.from({ length: 205 }, (_, at) => `room ${at}`)
  await storage.write(
    rooms.map((room, at) => ({
      ...{ kind: 'store-entries', room, isReset: false },
      entries: posts(1, 2).map((entry) => ({ ...entry, at: at + entry.index })),
    })),
  )
  await storage.close()
  const kept = [...(await storage.open()).state.timelines.keys()].sort()
  assert.deepEqual(kept, rooms.slice(5).sort())
  await storage.close()
})

test('[P1] when the browser has no more room, entries make way for what is unsent', async () => {
  const tab = await openTab()
  const storage = remoteStorage(() => tab, newProfile())
  await storage.open()
  await storage.write([{ kind: 'store-entries', room: 'r', entries: posts(1, 5), isReset: false }])
  await storage.adoptOrphans()
  // Chromium enforces its quota by estimates, too late to fill it up here.
  await tab.evaluate(() => {
    const { put } = IDBObjectStore.prototype
    IDBObjectStore.prototype.put = function (this: IDBObjectStore, ...given) {
      if (this.name === 'entries') throw new DOMException('full', 'QuotaExceededError')
      return put.apply(this, given)
    }
  })
  await storage.write([
    { kind: 'store-entries', room: 'r', entries: posts(6, 9), isReset: false },
    stored(item('mine', 1)),
  ])
  await storage.close()
  const { state } = await storage.open()
  assert.deepEqual([state.items, [...state.timelines.keys()]], [[item('mine', 1)], []])
  await storage.close()
  await tab.close()
})

test('a page that goes writes what was gathered; reloaded it has its slot again', async () => {
  const profile = newProfile()
  const tab = await openTab()
  const first = remoteStorage(() => page, profile)
  const second = remoteStorage(() => tab, profile)
  await first.open()
  await second.open()
  await second.write([{ kind: 'store-entries', room: 'r', entries: posts(1, 3), isReset: false }])
  await first.close()
  await tab.reload()
  await isUp(tab)
  assert.deepEqual(await held(second), [1, 2, 3])
  await tab.close()
})

function meOf(user: string) {
  const me = { user, name: user, isGuest: true, device: 'd' }
  return { kind: 'store-me', me, rooms: [] } as const
}

async function crash(tab: Page): Promise<void> {
  const gone = tab.waitForEvent('crash')
  // The page does not answer any more, which is what is wanted.
  tab.goto('chrome://crash').catch(() => {})
  await gone
  await tab.close()
}

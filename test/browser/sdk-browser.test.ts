import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { StarlingClient } from '@starling/client/api'
import { openMemoryStorage } from '@starling/client/memory-storage'
import { connect } from '@starling/client/node'
import { Cluster } from '../cluster/cluster.ts'
import { until } from '../cluster/until.ts'
import { PageServer } from './page-server.ts'
import { bundleSdk, type SdkBundle } from './sdk-bundle.ts'
import { type Tab, WebBrowser } from './web-browser.ts'

/** Was 50,500 when rooms were encrypted; more than that is somebody's dependency. */
const bundleGzipBytesMax = 55_000
/** The servers are away for seconds, not for hours: nobody shall wait long for them. */
const backoffMsMax = 500

let bundle: SdkBundle
let server: PageServer
let cluster: Cluster
let browser: WebBrowser
let url: string
let ada: Tab
let bob: StarlingClient
let room: string

before(async () => {
  bundle = await bundleSdk()
  server = await PageServer.start(bundle.scripts)
  cluster = await Cluster.create({ config: `[clients]\norigins = ["${server.origin}"]\n` })
  const launching = WebBrowser.launch()
  await cluster.start()
  browser = await launching
  const [address] = cluster.addresses
  const query = new URLSearchParams({ address: address!, backoffMsMax: `${backoffMsMax}` })
  url = `${server.origin}/page?${query}`
  ada = await browser.open(url)
  room = await ada.createRoom('web')
  bob = await connect({
    addresses: cluster.addresses,
    auth: { kind: 'guest', name: 'bob' },
    storage: openMemoryStorage(),
    tuning: { backoffMsMax },
  })
  assert.ok((await bob.join('#web')).ok)
})

after(async () => {
  await bob?.close()
  await browser?.end()
  await server?.stop()
  await cluster?.remove()
})

/** The posts of the room as a fresh reading of its history tells, as `index text`. */
async function history(): Promise<readonly string[]> {
  const posts: string[] = []
  for (let after = 0; ; ) {
    const page = await bob.history(room, { after, limit: 200 })
    assert.ok(page.ok, JSON.stringify(page))
    for (const entry of page.value) {
      after = entry.index
      if (entry.kind === 'post') posts.push(`${entry.index} ${entry.text}`)
    }
    if (page.value.length === 0) return posts
  }
}

async function exchange(label: string): Promise<void> {
  await ada.post(`${label}a`, `a longer one, ${label}`)
  const sent = await bob.post(room, `${label}b`).settled
  assert.ok(sent.ok, JSON.stringify(sent))
  await stands([`${label}a`, `a longer one, ${label}`], [`${label}b`])
}

/** Each list stands in the room, each text once and in its order; the page shows the room. */
async function stands(...lists: readonly (readonly string[])[]): Promise<void> {
  let posts: readonly string[] = []
  const isThere = (text: string) => posts.some((line) => line.endsWith(` ${text}`))
  await until(
    async () => {
      posts = await history()
      return lists.flat().every(isThere)
    },
    { what: () => `${lists.join(' and ')} in the room: ${posts.join(', ')}`, ms: 60_000 },
  )
  await ada.showing(({ waiting }) => waiting === 0, 'nothing waits any more')
  posts = await history()
  const texts = posts.map((line) => line.replace(/^\d+ /, ''))
  assert.deepEqual(texts, [...new Set(texts)])
  for (const list of lists)
    assert.deepEqual(
      texts.filter((text) => list.includes(text)),
      list,
    )
  const shown = await ada.showing(({ lines }) => lines.length >= posts.length, 'the whole room')
  assert.deepEqual(shown.lines, posts)
  assert.deepEqual(shown.sends, [])
  assert.deepEqual(await ada.troubles(), [])
}

test('the SDK is one small module that needs nothing but a browser', (t) => {
  assert.deepEqual(bundle.imports, [])
  assert.doesNotMatch(bundle.scripts.get('sdk.js')!, /["'`]node:|\brequire\(/)
  t.diagnostic(`${bundle.bytes} bytes, ${bundle.gzipBytes} with gzip`)
  assert.ok(bundle.gzipBytes <= bundleGzipBytesMax, `${bundle.gzipBytes} bytes with gzip`)
})

test('the SDK works where the page’s policy forbids eval', async () => {
  assert.deepEqual(await ada.troubles(), [])
  const other = await browser.open(url)
  assert.equal(await other.tryEval(), 'EvalError')
  assert.deepEqual(await other.violations(), ['script-src eval'])
  await other.close()
})

test('[P1] [P3] a browser and a program chat', async () => {
  await exchange('hello')
})

test('[P1] [P9] they go on when backends are killed', async () => {
  for (const name of ['primary-1', 'secondary-1']) {
    assert.ok(cluster.signal('backend', name, 'SIGKILL'))
    await exchange(`without ${name}`)
  }
})

test('[P5] when the front-end is killed the page is back, and nothing is missing', async () => {
  assert.ok(cluster.signal('frontend', 'frontend-1', 'SIGKILL'))
  await exchange('after the front-end')
  assert.deepEqual(await ada.seen(), await history())
})

test('[P1] [P2] [P4] what is written offline survives reload and browser crash', async () => {
  const said = await history()
  await cluster.killAll()
  await ada.compose('offline 1', 'a longer one, offline 2')
  await ada.reload()
  const reloaded = await ada.first()
  assert.notEqual(reloaded.connection, 'online')
  assert.deepEqual(reloaded.lines, said)
  assert.deepEqual(reloaded.sends, pending('offline 1', 'a longer one, offline 2'))

  await ada.compose('offline 3')
  assert.deepEqual(await ada.troubles(), [])
  await browser.crash()
  ada = await browser.open(url)
  const restarted = await ada.first()
  assert.deepEqual(restarted.lines, said)
  const unsent = ['offline 1', 'a longer one, offline 2', 'offline 3']
  assert.deepEqual(restarted.sends, pending(...unsent))

  await cluster.start()
  await stands(unsent)
  await exchange('again')
})

test('[P2] [P4] two tabs send all once; the one that stays sends for the other', async () => {
  const other = await browser.open(url)
  await other.showing(({ connection }) => connection === 'online', 'the other tab online')
  await cluster.killAll()
  await ada.compose('first tab 1', 'first tab 2')
  await other.compose('other tab 1', 'other tab 2')
  await ada.reload()
  assert.deepEqual((await ada.first()).sends, pending('first tab 1', 'first tab 2'))
  await other.reload()
  assert.deepEqual((await other.first()).sends, pending('other tab 1', 'other tab 2'))
  await ada.post('first tab 3')
  assert.deepEqual(await other.troubles(), [])
  await other.close()
  await cluster.start()
  await stands(['first tab 1', 'first tab 2', 'first tab 3'], ['other tab 1', 'other tab 2'])
})

function pending(...texts: readonly string[]): readonly { text: string; state: string }[] {
  return texts.map((text) => ({ text, state: 'pending' }))
}

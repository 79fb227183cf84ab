/** Tabs of one profile, in both ways in which they find who runs their client. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import type { PageServer } from '../browser/page-server.ts'
import { WebBrowser } from '../browser/web-browser.ts'
import { Cluster } from '../cluster/cluster.ts'
import { until } from '../cluster/until.ts'
import type { TabShown } from './tab-page.ts'
import { startTabSite } from './tab-site.ts'

let site: PageServer
let cluster: Cluster

before(async () => {
  site = await startTabSite()
  cluster = await Cluster.create({ config: `[clients]\norigins = ["${site.origin}"]\n` })
  await cluster.start()
})

after(async () => {
  await site?.stop()
  await cluster?.remove()
})

function urlOf(way: string, name?: string): string {
  const query = new URLSearchParams({ address: cluster.addresses[0]!, way })
  if (name !== undefined) query.set('name', name)
  return `${site.origin}/tab-page?${query}`
}

async function open(browser: WebBrowser, url: string): Promise<Page> {
  const page = await browser.openPage(url)
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  await until(() => page.evaluate(() => window.tab !== undefined), {
    what: () => `a tab at ${url}: ${errors}`,
  })
  return page
}

function shown(page: Page): Promise<TabShown> {
  return page.evaluate(() => window.tab!.shown())
}

async function showing(page: Page, isSo: (shown: TabShown) => boolean, what: string) {
  let last = await shown(page)
  await until(
    async () => {
      last = await shown(page)
      return isSo(last)
    },
    { what: () => `${what}: ${JSON.stringify(last)}`, ms: 20_000 },
  )
  return last
}

async function connections(): Promise<number> {
  const { figures } = (await cluster.status('frontend-1')) as { figures: { clients: number } }
  return figures.clients
}

/** Which page leads, if one does. */
function leader(page: Page): Promise<string | undefined> {
  return page.evaluate(async () => {
    const { held } = await navigator.locks.query()
    return held?.find(({ name }) => name === 'starling:test/tabs/leader')?.clientId
  })
}

/** Names the worker's life that serves the tabs. */
function host(page: Page): Promise<string | undefined> {
  return page.evaluate(async () => {
    const { held } = await navigator.locks.query()
    return held?.find(({ name }) => name?.startsWith('starling:test/tabs/host/'))?.name
  })
}

/** Ends the worker without a word to its tabs. */
async function killWorker(page: Page): Promise<void> {
  const tools = await page.context().browser()!.newBrowserCDPSession()
  const { targetInfos } = await tools.send('Target.getTargets')
  const [worker] = targetInfos.filter(({ type }) => type === 'shared_worker')
  assert.ok(worker, JSON.stringify(targetInfos))
  await tools.send('Target.closeTarget', { targetId: worker.targetId })
}

/** The texts of the room, as a reading of its history tells. */
async function texts(page: Page): Promise<readonly string[]> {
  const posts = await page.evaluate(() => window.tab!.history())
  return posts.map((line) => line.replace(/^\d+ /, ''))
}

for (const way of ['worker', 'leader']) {
  describe(`tabs that share a client by ${way}`, () => {
    let browser: WebBrowser
    let first: Page
    let second: Page
    const sent: string[] = []

    before(async () => {
      browser = await WebBrowser.launch()
      first = await open(browser, urlOf(way, `ada-${way}`))
      await first.evaluate((title) => window.tab!.createRoom(title), `room of ${way}`)
      second = await open(browser, urlOf(way))
    })

    after(async () => {
      await browser?.end()
    })

    test('[U2] they have one connection, and both show everything', async () => {
      await showing(second, ({ connection }) => connection === 'online', 'online')
      assert.equal(await connections(), 1)
      await first.evaluate(() => window.tab!.postAndWait('from the first'))
      await second.evaluate(() => window.tab!.postAndWait('from the second, a longer one'))
      sent.push('from the first', 'from the second, a longer one')
      for (const page of [first, second]) {
        await showing(page, ({ lines }) => lines.length === sent.length, 'both messages')
      }
    })

    test('[P2] what is sent in both at once stands once each', async () => {
      const [some, others] = [
        ['a1', 'a longer a2', 'a3'],
        ['b1', 'a longer b2', 'b3'],
      ]
      await Promise.all([
        first.evaluate((posts) => window.tab!.postAndWait(...posts), some!),
        second.evaluate((posts) => window.tab!.postAndWait(...posts), others!),
      ])
      sent.push(...some!, ...others!)
      const stand = await texts(first)
      assert.deepEqual([...stand].sort(), [...sent].sort())
      for (const own of [some, others]) {
        assert.deepEqual(
          stand.filter((text) => own!.includes(text)),
          own,
        )
      }
    })

    test('[P2] a tab that is to be frozen lets another lead; thawed, it has all', async () => {
      const before = await leader(second)
      // Chromium freezes no page that a test drives; this is how it says that it will.
      await first.evaluate(() => document.dispatchEvent(new Event('freeze')))
      if (way === 'leader') {
        await until(async () => ![undefined, before].includes(await leader(second)), {
          what: 'another tab leads',
        })
      }
      await second.evaluate(() => window.tab!.postAndWait('while one is frozen'))
      await first.evaluate(() => document.dispatchEvent(new Event('resume')))
      await first.evaluate(() => window.tab!.postAndWait('thawed'))
      sent.push('while one is frozen', 'thawed')
      for (const page of [first, second]) {
        await showing(page, ({ lines }) => lines.length === sent.length, 'all messages')
      }
      assert.equal(await connections(), 1)
      for (const event of ['freeze', 'resume']) {
        await second.evaluate((name) => document.dispatchEvent(new Event(name)), event)
      }
      await until(async () => (await leader(second)) === before, { what: 'the first leads again' })
    })

    test('[P2] [P4] the first is closed amid its sends and those of the other', async () => {
      const posts = Array.from({ length: 20 }, (_, at) => `amid ${at}`)
      const settled = second.evaluate((them) => window.tab!.postAndWait(...them), posts)
      await first.evaluate(() => window.tab!.post('the last of the first'))
      await first.close()
      await settled
      sent.push(...posts)
      const stand = await texts(second)
      assert.deepEqual(
        stand.filter((text) => text.startsWith('amid')),
        posts,
      )
      assert.equal(new Set(stand).size, stand.length)
      assert.ok(sent.every((text) => stand.includes(text)))
      await showing(second, ({ waiting }) => waiting === 0, 'nothing waits')
      assert.equal(await connections(), 1)
      assert.deepEqual(await second.evaluate(() => window.tab!.troubles), [])
    })

    if (way === 'worker') {
      test('[P2] [P4] the worker is killed amid sends, and another goes on', async () => {
        const posts = Array.from({ length: 20 }, (_, at) => `worker ${at}`)
        const before = await host(second)
        const killing = killWorker(second)
        const settled = second.evaluate((them) => window.tab!.postAndWait(...them), posts)
        await Promise.all([killing, settled])
        await until(async () => ![undefined, before].includes(await host(second)), {
          what: 'another worker',
        })
        sent.push(...posts)
        const stand = await texts(second)
        assert.deepEqual(
          stand.filter((text) => text.startsWith('worker')),
          posts,
        )
        await until(async () => (await connections()) === 1, { what: 'one connection' })
      })
    }

    test('[U2] a tab that comes later is told of all, each entry once', async () => {
      const third = await open(browser, urlOf(way))
      await showing(third, ({ connection }) => connection === 'online', 'online')
      await third.evaluate(() => window.tab!.postAndWait('the third is here'))
      const seen = async () => await second.evaluate(() => window.tab!.seen)
      await until(async () => (await seen()).at(-1)?.endsWith('the third is here') === true, {
        what: 'an event for the last',
      })
      const heard = (await seen()).filter((line) => !line.startsWith('gap'))
      assert.equal(new Set(heard).size, heard.length)
      await third.close()
    })

    test('[P1] what is written offline is there after a reload, and goes out once', async () => {
      await cluster.killAll()
      await second.evaluate(() => window.tab!.post('offline 1', 'offline 2'))
      await showing(second, ({ sends }) => sends.length === 2, 'two pending')
      await second.reload()
      await until(() => second.evaluate(() => window.tab !== undefined), { what: 'the tab again' })
      const { sends, lines } = await shown(second)
      assert.deepEqual(sends, ['pending offline 1', 'pending offline 2'])
      assert.ok(lines.length >= sent.length)
      await cluster.start()
      await showing(second, ({ waiting }) => waiting === 0, 'all sent')
      const stand = await texts(second)
      assert.deepEqual(
        stand.filter((text) => text.startsWith('offline')),
        ['offline 1', 'offline 2'],
      )
      assert.equal(await connections(), 1)
    })

    test('[U19] signing out ends the client in all tabs and forgets the profile', async () => {
      const other = await open(browser, urlOf(way))
      await other.evaluate(() => window.tab!.forget())
      await showing(second, ({ connection }) => connection === 'closed', 'closed here too')
      const names = await other.evaluate(async () => {
        return (await indexedDB.databases()).map(({ name }) => name)
      })
      assert.deepEqual(names, [])
    })
  })
}

/** Encrypted conversations of browsers, in both ways in which tabs find who runs their client. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import type { PageServer } from '../browser/page-server.ts'
import { WebBrowser } from '../browser/web-browser.ts'
import { Cluster } from '../cluster/cluster.ts'
import { until } from '../cluster/until.ts'
import { startTabSite } from './tab-site.ts'

let site: PageServer
let cluster: Cluster
const browsers: WebBrowser[] = []

before(async () => {
  site = await startTabSite(['private-page', 'tab-worker', 'vault-worker'])
  cluster = await Cluster.create({ config: `[clients]\norigins = ["${site.origin}"]\n` })
  await cluster.start()
})

after(async () => {
  await Promise.all(browsers.map((browser) => browser.end()))
  await site?.stop()
  await cluster?.remove()
})

interface Person {
  readonly page: Page
  readonly is: (state: string, room?: string) => Promise<void>
  readonly read: (room: string, text: string) => Promise<void>
}

async function arrive(name: string, way: string): Promise<Person> {
  const browser = await WebBrowser.launch()
  browsers.push(browser)
  const query = new URLSearchParams({ address: cluster.addresses[0]!, way, name })
  const page = await browser.openPage(`${site.origin}/private-page?${query}`)
  return personOf(page)
}

async function personOf(page: Page): Promise<Person> {
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  await until(() => page.evaluate(() => window.mine !== undefined), {
    what: () => `the page: ${errors}`,
  })
  let last = ''
  const is = (state: string, room?: string) =>
    until(
      async () => {
        last = await page.evaluate((where) => window.mine!.state(where), room)
        return last === state
      },
      { what: () => `${state}, not ${last}; ${errors}` },
    )
  const read = (room: string, text: string) =>
    until(
      async () => {
        const lines = await page.evaluate((where) => window.mine!.reads(where), room)
        last = lines.join(', ')
        return lines.includes(text)
      },
      { what: () => `${text} among ${last}` },
    )
  return { page, is, read }
}

for (const way of ['worker', 'leader']) {
  test(`[P10] two browsers talk sealed, and go on after a reload (${way})`, async () => {
    const ada = await arrive(`ada-${way}`, way)
    const bob = await arrive(`bob-${way}`, way)
    await ada.is('ready')
    await bob.is('ready')
    const room = await ada.page.evaluate((name) => window.mine!.openDirect(name), `bob-${way}`)
    await ada.is('ready', room)
    await bob.is('ready', room)
    const say = (who: Person, text: string) =>
      who.page.evaluate(([where, what]) => window.mine!.say(where!, what!), [room, text])
    await say(ada, 'hello bob')
    await bob.read(room, 'hello bob')
    await say(bob, 'hello ada')
    await ada.read(room, 'hello ada')
    assert.deepEqual(await bob.page.evaluate(() => window.mine!.find('hel bo')), ['hello bob'])
    const kept = await bob.page.evaluate(() => window.mine!.kept())
    assert.ok(kept.includes('starling:test/keys'), kept.join())
    assert.ok(!kept.includes('a readable key'))
    await bob.page.reload()
    const again = await personOf(bob.page)
    await again.is('ready', room)
    await again.read(room, 'hello ada')
    await say(again, 'still me')
    await ada.read(room, 'still me')
    assert.deepEqual(await again.page.evaluate(() => window.mine!.troubles), [])
  })
}

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { WebBrowser } from '../browser/web-browser.ts'
import { Cluster } from '../cluster/cluster.ts'
import { until } from '../cluster/until.ts'

const showMsMax = 2_000

let cluster: Cluster
let browser: WebBrowser
let page: Page

before(async () => {
  cluster = await Cluster.create()
  browser = await WebBrowser.launch()
  await cluster.start()
  page = await browser.openPage(`http://127.0.0.1:${cluster.frontends[0]!.adminPort}/status`)
})

after(async () => {
  await browser?.end()
  await cluster?.remove()
})

function card(name: string) {
  return page.locator('article', { hasText: name })
}

function happening(text: string) {
  return page.locator('#happenings li', { hasText: text }).first()
}

test('[U21] the page shows every server, and says in one sentence how it is', async () => {
  await page.getByRole('status').filter({ hasText: 'All 4 backends are active' }).waitFor()
  for (const { name } of [...cluster.frontends, ...cluster.backends]) {
    await card(name).first().waitFor()
  }
  assert.deepEqual(await page.evaluate(() => window.violations), [])
})

test('[U21] a backend that is killed shows within two seconds, and its return', async () => {
  const killedAt = performance.now()
  assert.ok(cluster.signal('backend', 'primary-2', 'SIGKILL'))
  await happening('primary-2 is down').waitFor()
  assert.ok(performance.now() - killedAt < showMsMax)
  await happening('primary-2 is active again').waitFor()
})

test('[U21] a backend that hangs shows as silent with the reason, until it goes on', async () => {
  const pid = cluster.pidOf('backend', 'secondary-1')!
  process.kill(pid, 'SIGSTOP')
  try {
    await page.locator('article[data-kind=unsure]', { hasText: 'no health for' }).waitFor()
  } finally {
    process.kill(pid, 'SIGCONT')
  }
  await page.getByRole('status').filter({ hasText: 'All 4 backends are active' }).waitFor()
})

test('[U21] when the front-end itself dies the page says so, and goes on by itself', async () => {
  assert.ok(cluster.signal('frontend', 'frontend-1', 'SIGKILL'))
  await page.getByRole('status').filter({ hasText: 'frontend-1 does not answer' }).waitFor()
  await page.getByRole('status').filter({ hasText: 'backends are active' }).waitFor()
  await until(() => happening('frontend-1 is running again').isVisible(), { what: 'its return' })
})

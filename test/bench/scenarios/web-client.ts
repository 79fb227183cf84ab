/**
 * What somebody with 2,000 rooms feels in the web client: going from room to room, opening it with
 * what the browser kept, and what a tab holds after 100,000 messages went by. Also run alone, with
 * `node test/bench/scenarios/web-client.ts`.
 */
import { openMemoryStorage } from '@starling/client/memory-storage'
import { connect } from '@starling/client/node'
import type { Page } from 'playwright-core'
import { WebBrowser } from '../../browser/web-browser.ts'
import { Cluster } from '../../cluster/cluster.ts'
import { buildWebClient, roomOf, writeMany } from '../../web/web-place.ts'
import { WebPerson } from '../../web-cluster/web-person.ts'
import { Progress } from '../progress.ts'
import { type Figures, runScenario, type Scenario } from '../scenario.ts'
import { tableOf } from '../tables.ts'

const rooms = 2_000
const messagesInEach = 30
const switches = 60
const roomsAtOnce = 50
const messages = 100_000
const messagesAtOnce = 5_000
const password = 'a long password'

export const webClientScenario: Scenario = {
  name: 'web-client',
  title: `The web client of somebody with ${rooms} rooms`,
  columns: [
    { key: 'switchP50', head: 'room switch p50 ms', digits: 0 },
    { key: 'switchP95', head: 'p95 ms', digits: 0 },
    { key: 'coldMs', head: 'reload to readable ms', digits: 0 },
    { key: 'heapMegabytes', head: `page's heap after ${messages} messages, MB`, digits: 0 },
  ],
  cases: () => [{ label: 'chromium', measure }],
}

async function measure(): Promise<Figures> {
  buildWebClient()
  const cluster = await Cluster.create()
  const browser = await WebBrowser.launch()
  try {
    await cluster.start()
    const busy = await furnish(cluster)
    const url = cluster.addresses[0]!.replace('ws', 'http')
    const ada = await new WebPerson(await browser.openPage(url)).logIn('ada', password)
    const { page } = ada
    await page.locator(`.room-section li[aria-setsize="${rooms}"]`).first().waitFor()
    const switched = await timeSwitches(page)
    const coldMs = await timeReload(page)
    return { ...switched, coldMs, heapMegabytes: await heapAfter(page, cluster, busy) }
  } finally {
    await browser.end()
    await cluster.remove()
  }
}

/** Makes the rooms; the value is the id of one. */
async function furnish(cluster: Cluster): Promise<string> {
  const ada = await connect({
    addresses: cluster.addresses,
    auth: { kind: 'register', name: 'ada', password },
    storage: openMemoryStorage(),
    encryption: false,
  })
  const made: string[] = []
  for (let from = 0; from < rooms; from += roomsAtOnce) {
    const titles = Array.from({ length: roomsAtOnce }, (_, at) => `room ${from + at + 1}`)
    const ids = await Promise.all(titles.map((title) => roomOf(ada.createRoom({ title }))))
    made.push(...ids)
    const texts = Array.from({ length: messagesInEach }, (_, at) => `message **${at}** of many`)
    await Promise.all(ids.map((room) => writeMany(ada, room, texts)))
  }
  await ada.close()
  return made[0]!
}

/** From the click until the room's messages are drawn. */
async function timeSwitches(page: Page): Promise<Figures> {
  const times = await page.evaluate(async (count) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
    const list = document.querySelector('.room-lists')!
    const taken: number[] = []
    for (let at = 0; at < count; at += 1) {
      list.scrollTop = ((at * 997) % 2_000) * 30
      await frame()
      await frame()
      const all = [...document.querySelectorAll<HTMLElement>('.room-row:not([aria-current])')]
      const row = all[all.length >> 1]!
      const title = row.querySelector('.room-title')!.textContent
      const startedAt = performance.now()
      row.click()
      const isShown = () =>
        document.querySelector('.conversation h1')?.textContent === title &&
        document.querySelector('.conversation .message') !== null
      while (!isShown()) await frame()
      taken.push(performance.now() - startedAt)
      await frame()
    }
    return taken.sort((a, b) => a - b)
  }, switches)
  const part = (of: number) => times[Math.floor(times.length * of)]!
  return { switchP50: part(0.5), switchP95: part(0.95) }
}

async function timeReload(page: Page): Promise<number> {
  await page.context().addInitScript(() => {
    const look = () => {
      if (document.querySelector('.message') === null) requestAnimationFrame(look)
      else document.documentElement.dataset.readableMs = `${performance.now()}`
    }
    requestAnimationFrame(look)
  })
  await page.reload()
  const readable = page.locator('html[data-readable-ms]')
  await readable.waitFor()
  return Number(await readable.getAttribute('data-readable-ms'))
}

async function heapAfter(page: Page, cluster: Cluster, room: string): Promise<number> {
  const writer = await connect({
    addresses: cluster.addresses,
    auth: { kind: 'guest', name: 'writer' },
    storage: openMemoryStorage(),
    encryption: false,
  })
  await roomOf(writer.join(room))
  await page.goto(`${page.url().split('#')[0]}#/${room}`)
  for (let from = 0; from < messages; from += messagesAtOnce) {
    const texts = Array.from({ length: messagesAtOnce }, (_, at) => `message ${from + at + 1} .`)
    await writeMany(writer, room, texts)
  }
  await page.getByText(`message ${messages} .`).first().waitFor()
  await writer.close()
  const tools = await page.context().newCDPSession(page)
  await tools.send('HeapProfiler.collectGarbage')
  await tools.send('Performance.enable')
  const { metrics } = await tools.send('Performance.getMetrics')
  const bytes = metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? Number.NaN
  return bytes / 1_000_000
}

if (import.meta.main) {
  const effort = { seconds: 0, runs: Number(process.argv[2] ?? 1) }
  const steps = Array.from({ length: effort.runs }, () => 'web-client, chromium')
  const progress = new Progress(steps, { now: () => performance.now(), say: console.error })
  console.log(tableOf(await runScenario(webClientScenario, effort, progress)))
  process.exit(0)
}

/**
 * Makes docs/pictures/status.png: the status page of a real cluster with people talking, at the
 * moment after a backend was killed. `node test/web-cluster/status-picture.ts`
 */
import type { StarlingClient } from '@starling/client/api'
import { chromium } from 'playwright-core'
import { browserArguments, findBrowser } from '../../scripts/browser.ts'
import { Cluster } from '../cluster/cluster.ts'
import { arrive } from '../e2e/conversation.ts'

const people = 24
const rooms = 6
const sayMs = 40
const pictureFile = new URL('../../docs/pictures/status.png', import.meta.url).pathname

async function crowd(cluster: Cluster): Promise<readonly StarlingClient[]> {
  const names = Array.from({ length: people }, (_, at) => `person-${at}`)
  const clients = await Promise.all(names.map((name) => arrive(cluster.addresses, name)))
  for (let room = 0; room < rooms; room += 1) {
    await clients[room]!.createRoom({ title: `room ${room}` })
  }
  for (const [at, client] of clients.entries()) {
    await client.join(`#room ${at % rooms}`)
    await client.join(`#room ${(at + 1) % rooms}`)
  }
  return clients
}

function talk(clients: readonly StarlingClient[]): ReturnType<typeof setInterval> {
  let said = 0
  return setInterval(() => {
    said += 1
    const client = clients[said % people]!
    const mine = client.snapshot().rooms
    const room = mine[said % mine.length]?.room
    if (room !== undefined) client.post(room, said % 5 < 3 ? 'hi' : 'something longer to say')
  }, sayMs)
}

const cluster = await Cluster.create()
const browser = await chromium.launch({
  executablePath: await findBrowser(),
  args: [...browserArguments],
})
let talking: ReturnType<typeof setInterval> | undefined
let clients: readonly StarlingClient[] = []
try {
  await cluster.start()
  clients = await crowd(cluster)
  talking = talk(clients)
  const page = await browser.newPage({
    viewport: { width: 1280, height: 800 },
    deviceScaleFactor: 1.5,
    colorScheme: 'light',
  })
  await page.goto(`http://127.0.0.1:${cluster.frontends[0]!.adminPort}/status`)
  const happened = (text: string) => page.locator('#happenings li', { hasText: text }).first()
  await page.locator('#decisions li').nth(2).waitFor()
  cluster.signal('backend', 'secondary-1', 'SIGKILL')
  await happened('secondary-1 is active again').waitFor()
  // As soon as the rates are of the time with all four.
  await page.waitForTimeout(4_000)
  cluster.signal('backend', 'primary-1', 'SIGKILL')
  await happened('primary-1 is down').waitFor()
  await page.screenshot({ path: pictureFile, fullPage: true })
} finally {
  clearInterval(talking)
  for (const client of clients) await client.close()
  await browser.close()
  await cluster.remove()
}

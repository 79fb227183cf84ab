/** One person at two devices. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { StarlingClient } from '@starling/client/api'
import { WebBrowser } from '../browser/web-browser.ts'
import { Cluster } from '../cluster/cluster.ts'
import { arrive } from '../e2e/conversation.ts'
import { WebPerson } from './web-person.ts'

const convergeMsMax = 1_000
const password = 'correct horse battery'

let cluster: Cluster
let browsers: readonly [WebBrowser, WebBrowser]
let desk: WebPerson
let phone: WebPerson
let bob: StarlingClient

before(async () => {
  cluster = await Cluster.create()
  browsers = await Promise.all([WebBrowser.launch(), WebBrowser.launch()])
  await cluster.start()
  const page = cluster.addresses[0]!.replace('ws', 'http')
  desk = await new WebPerson(await browsers[0].openPage(page)).register('ada', password)
  phone = await new WebPerson(await browsers[1].openPage(page)).logIn('ada', password)
  await desk.createRoom('general')
  await desk.createRoom('elsewhere')
  bob = await arrive(cluster.addresses, 'bob')
})

after(async () => {
  await bob?.close()
  for (const browser of browsers ?? []) await browser.end()
  await cluster?.remove()
})

function row(person: WebPerson, mark: string) {
  return person.page.locator(`.room-row${mark}`, { hasText: 'general' })
}

test('[P6] [U9] what is read on one device is read on the other within a second', async () => {
  const joined = await bob.join('#general')
  assert.ok(joined.ok)
  for (const text of ['one', 'two', 'three']) bob.post(joined.value, text)
  await row(desk, '.unread').waitFor()
  await row(phone, '.unread').waitFor()
  await row(desk, '').click()
  await row(desk, ':not(.unread)').waitFor()
  const readAt = performance.now()
  await row(phone, ':not(.unread)').waitFor()
  const tookMs = performance.now() - readAt
  assert.ok(tookMs < convergeMsMax, `${Math.round(tookMs)} ms`)
  assert.deepEqual([...desk.errors, ...phone.errors], [])
})

/** What is new is counted, told where it should be, and read everywhere when it is read once. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { StarlingClient } from '@starling/client/api'
import { texts } from '../../packages/web/src/texts.ts'
import { WebBrowser } from '../browser/web-browser.ts'
import { until } from '../cluster/until.ts'
import { WebPerson } from '../web-cluster/web-person.ts'
import { roomOf, WebPlace, writeMany } from './web-place.ts'

const convergeMsMax = 1_000
const title = 'general'
const password = 'a long password'

let place: WebPlace
let otherBrowser: WebBrowser
let bob: StarlingClient
let room: string
let ada: WebPerson
/** Ada's other device. */
let phone: WebPerson

before(async () => {
  place = await WebPlace.open()
  bob = await place.other('bob')
  room = await roomOf(bob.createRoom({ title }))
  ada = await new WebPerson(await place.page()).register('ada', password)
  await ada.join(title)
  await ada.createRoom('elsewhere')
  otherBrowser = await WebBrowser.launch()
  phone = await new WebPerson(await otherBrowser.openPage(place.line.origin)).logIn('ada', password)
})

after(async () => {
  await otherBrowser?.end()
  await place?.end()
})

async function state(person: WebPerson, wanted: RegExp): Promise<void> {
  let seen = ''
  await until(
    async () => {
      seen = await person.roomState(title)
      return wanted.test(seen)
    },
    { what: () => `${wanted} of ${seen}` },
  )
}

test('[U9] what was read on one device is read on the others within a second', async () => {
  await writeMany(bob, room, ['one', 'two', '@ada three'])
  await state(ada, /1 for you, 3 unread/)
  await state(phone, /1 for you, 3 unread/)
  await until(async () => /^\(1\)/.test(await phone.page.title()), {
    what: 'the count in the title',
  })
  await ada.page.locator('.room-row', { hasText: title }).click()
  await ada.sees('three')
  await state(ada, /^(?!.*unread)/)
  const startedAt = performance.now()
  await state(phone, /^(?!.*unread)/)
  assert.ok(performance.now() - startedAt < convergeMsMax)
  await until(async () => /^Starling|^elsewhere/.test(await phone.page.title()), {
    what: 'the title without a count',
  })
})

test('[U6] a line stands before what is new, and stays while one reads', async () => {
  const line = ada.page.getByText(texts.newMessages, { exact: true })
  await line.waitFor()
  const rows = (await ada.page.getByRole('log').textContent()) ?? ''
  const at = rows.indexOf(texts.newMessages)
  assert.ok(at !== -1 && at < rows.indexOf('one'))
})

test('[U6] marked unread from a message, it is so everywhere until one comes back', async () => {
  const { page } = ada
  await ada.rows('two').hover()
  await ada.rows('two').getByRole('button', { name: texts.acts.more }).click()
  await page.getByRole('menuitem', { name: texts.acts.unread }).click()
  await state(ada, /2 unread/)
  await state(phone, /2 unread/)
  await page.locator('.room-row', { hasText: 'elsewhere' }).click()
  await state(ada, /2 unread/)
  await page.locator('.room-row', { hasText: title }).click()
  await state(ada, /^(?!.*unread)/)
  await state(phone, /^(?!.*unread)/)
})

test('[U10] a message for one calls where nobody looks; its click lands on it', async () => {
  const { page } = phone
  await page.context().grantPermissions(['notifications'])
  await page.reload()
  await page.locator('.room-row', { hasText: 'elsewhere' }).click()
  const shown = () =>
    page.evaluate(async () => {
      const worker = await navigator.serviceWorker.ready
      const all = await worker.getNotifications()
      return all.map((one) => `${one.title}: ${one.body}`)
    })
  await ada.page.locator('.room-row', { hasText: 'elsewhere' }).click()
  await until(() => page.evaluate(() => Notification.permission === 'granted'), {
    what: 'the permission',
  })
  const sent = await bob.post(room, 'where is @ada').settled
  assert.ok(sent.ok)
  await until(async () => (await shown()).includes(`bob · #${title}: where is @ada`), {
    what: 'the notification',
  })
  const click = { kind: 'open', room, index: sent.value.index }
  await page.evaluate((data) => {
    navigator.serviceWorker.dispatchEvent(new MessageEvent('message', { data }))
  }, click)
  await page.locator('.message.flash', { hasText: 'where is @ada' }).waitFor()
  await until(async () => (await shown()).length === 0, { what: 'the notification to go' })
  assert.deepEqual([...ada.errors, ...phone.errors], [])
})

/** All of it without a mouse, and nothing that a screen reader would stumble over. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { StarlingClient } from '@starling/client/api'
import type { Page } from 'playwright-core'
import { texts } from '../../packages/web/src/texts.ts'
import { until } from '../cluster/until.ts'
import { WebPerson } from '../web-cluster/web-person.ts'
import { checkBothColours } from './stumbles.ts'
import { roomOf, WebPlace } from './web-place.ts'

const title = 'general'

let place: WebPlace
let bob: StarlingClient
let room: string
let page: Page
let ada: WebPerson

before(async () => {
  place = await WebPlace.open()
  bob = await place.other('bob')
  room = await roomOf(bob.createRoom({ title, topic: 'Everything' }))
  await roomOf(bob.createRoom({ title: 'second' }))
  page = await place.page()
  ada = new WebPerson(page)
})

after(() => place?.end())

async function press(...keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key)
}

/** What is on its way is dim; that is not judged. */
async function acked(): Promise<void> {
  await until(async () => (await page.locator('.message.pending, .message.sent').count()) === 0, {
    what: 'the ack',
  })
}

test('[U7] one comes in, creates a room and writes there without a mouse', async () => {
  const name = page.getByRole('textbox', { name: texts.name })
  await name.waitFor()
  await checkBothColours(page)
  while (!(await name.evaluate((field) => field === document.activeElement))) await press('Tab')
  await page.keyboard.type('ada')
  await press('Enter')
  await page.getByRole('navigation', { name: texts.rooms }).waitFor()
  await checkBothColours(page)
  await press('Control+k')
  await page.keyboard.type('own')
  const create = page.getByRole('option', { name: texts.switcher.create })
  await create.waitFor()
  while ((await create.getAttribute('aria-selected')) !== 'true') await press('ArrowDown')
  await checkBothColours(page)
  await press('Enter')
  await ada.composer('own').waitFor()
  await page.keyboard.type('**first** words')
  await press('Enter')
  await ada.sees('first words')
})

test('[U7] Ctrl-K joins a room, Alt with arrows goes through the rooms', async () => {
  await press('Control+k')
  await page.keyboard.type(`#${title}`)
  await page.getByRole('option', { name: texts.switcher.join }).waitFor()
  await press('Enter')
  await ada.composer(title).waitFor()
  await press('Alt+ArrowDown')
  await ada.composer('own').waitFor()
  await bob.post(room, '@ada over here').settled
  await until(async () => /1 for you/.test(await ada.roomState(title)), { what: 'the mention' })
  await press('Alt+Shift+ArrowDown')
  await ada.composer(title).waitFor()
  await ada.sees('over here')
  await until(async () => !/unread/.test(await ada.roomState(title)), { what: 'it to be read' })
})

test('[U7] a message is reached, answered, reacted to and deleted by keys', async () => {
  await page.keyboard.type('mine')
  await press('Enter')
  await ada.sees('mine')
  await acked()
  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '')
  while (!(await page.evaluate(() => document.activeElement?.matches('.messages')))) {
    await press('Shift+Tab')
  }
  await press('ArrowUp')
  assert.match(await focused(), /mine/)
  await press('ArrowUp')
  assert.match(await focused(), /over here/)
  await press('r')
  await page.keyboard.type('coming')
  await press('Enter')
  await page.locator('.message', { hasText: 'coming' }).locator('.quote').waitFor()
  await acked()
  await checkBothColours(page)
})

test('[U7] the keys are shown by a question mark, and Escape backs out of everything', async () => {
  await page.locator('.messages').focus()
  await press('?')
  await page.getByRole('dialog', { name: texts.keysTitle }).waitFor()
  await checkBothColours(page)
  await press('Escape')
  await until(async () => (await page.getByRole('dialog').count()) === 0, { what: 'it to close' })
  await press('Control+k')
  await page.keyboard.type('not a room')
  await press('Escape')
  await until(async () => (await page.getByRole('dialog').count()) === 0, { what: 'it to close' })
  await press('Control+Shift+F')
  await page.getByRole('complementary', { name: texts.search }).waitFor()
  await checkBothColours(page)
  await press('Escape')
  await until(async () => (await page.getByRole('complementary').count()) === 0, {
    what: 'the pane to close',
  })
  assert.ok(await page.evaluate(() => document.activeElement?.matches('.composer textarea')))
})

test('[U7] members, settings and the directory of rooms are without hindrance', async () => {
  await page.getByRole('button', { name: texts.membersOnline(2, 2) }).click()
  await page.getByRole('complementary').getByText('bob').waitFor()
  await checkBothColours(page)
  await page.getByRole('button', { name: texts.about }).click()
  await checkBothColours(page)
  await page.locator('.self').click()
  await page.getByRole('dialog', { name: texts.settings }).waitFor()
  await checkBothColours(page)
  await press('Escape')
  await page.getByRole('button', { name: texts.add, exact: true }).click()
  await page.getByRole('menuitem', { name: texts.browseRooms }).click()
  await page.getByRole('button', { name: `${texts.join} #second` }).waitFor()
  await checkBothColours(page)
  await press('Escape')
  assert.deepEqual(ada.errors, [])
})

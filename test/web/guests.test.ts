/** A guest in the web client: asked in, taken out, and given an account. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { StarlingClient } from '@starling/client/api'
import type { Page } from 'playwright-core'
import { texts } from '../../packages/web/src/texts.ts'
import { WebBrowser } from '../browser/web-browser.ts'
import { WebPerson } from '../web-cluster/web-person.ts'
import { roomOf, WebPlace } from './web-place.ts'

/** As short as this server allows, which is not what the page was built with. */
const password = 'four'
const config = '[limits]\npasswordCharactersMin = 4\n'

/** The title of an encrypted room reaches only who is in it. */
const plain = { kind: 'private', encrypted: false } as const

let place: WebPlace
let otherBrowser: WebBrowser
let bob: StarlingClient
let ada: WebPerson
let page: Page

before(async () => {
  place = await WebPlace.open({ config })
  bob = await place.other('bob')
  page = await place.page()
  ada = await new WebPerson(page).enterAs('ada')
})

after(async () => {
  await otherBrowser?.end()
  await place?.end()
})

test('[U13] an invitation that can wait is out of sight until one is asked again', async () => {
  const den = await roomOf(bob.createRoom({ ...plain, title: 'den' }))
  assert.ok((await bob.invite(den, 'ada')).ok)
  const invitation = page.locator('.invitation', { hasText: 'den' })
  await invitation.waitFor()
  await page.getByRole('button', { name: `${texts.notNow}: den` }).click()
  await invitation.waitFor({ state: 'detached' })
  await page.reload()
  await page.getByRole('navigation', { name: texts.rooms }).waitFor()
  assert.equal(await invitation.count(), 0)
  const nest = await roomOf(bob.createRoom({ ...plain, title: 'nest' }))
  assert.ok((await bob.invite(nest, 'ada')).ok)
  await page.locator('.invitation', { hasText: 'nest' }).getByText(texts.join).click()
  await ada.composer('nest').waitFor()
  assert.equal(await invitation.count(), 0)
})

test('[U12] who is taken out of a room reads by whom, where the room was', async () => {
  const yard = await roomOf(bob.createRoom({ title: 'yard', kind: 'public' }))
  await ada.join('yard')
  assert.ok((await bob.kick(yard, 'ada')).ok)
  await page.getByText(texts.farewells.kicked('bob', 'yard')).waitFor()
  await page.getByRole('button', { name: texts.joinAgain }).click()
  await ada.composer('yard').waitFor()
  assert.ok((await bob.ban(yard, 'ada', { on: true })).ok)
  await page.getByText(texts.farewells.banned('bob', 'yard')).waitFor()
  await page.getByText(texts.farewells.untilLifted).waitFor()
  assert.equal(await page.getByRole('button', { name: texts.joinAgain }).count(), 0)
  await page.getByRole('button', { name: texts.toRooms }).click()
  await page.getByText(texts.welcomeBack).waitFor()
})

test('[A6] [U14] a guest gets an account, and keeps their name and rooms', async () => {
  await page.locator('.self').click()
  const dialog = page.getByRole('dialog', { name: texts.settings })
  await dialog.getByText(texts.keepName).click()
  await dialog.getByRole('textbox', { name: texts.name }).fill('bob')
  await dialog.getByLabel(texts.password).fill(password)
  await dialog.getByRole('button', { name: texts.enter.register }).click()
  await dialog.getByRole('alert').waitFor()
  await dialog.getByRole('textbox', { name: texts.name }).fill('ada')
  await dialog.getByRole('button', { name: texts.enter.register }).click()
  await page.getByText(texts.keptName('ada')).waitFor()
  await dialog.getByText(texts.registered).waitFor()
  await page.keyboard.press('Escape')
  await page.locator('.room-row', { hasText: 'nest' }).waitFor()
  await page.reload()
  await page.locator('.room-row', { hasText: 'nest' }).click()
  await ada.say('nest', 'still me')
  otherBrowser = await WebBrowser.launch()
  const phone = new WebPerson(await otherBrowser.openPage(place.line.origin))
  await phone.logIn('ada', password)
  await phone.page.locator('.room-row', { hasText: 'nest' }).click()
  await phone.sees('still me')
  assert.deepEqual([...ada.errors, ...phone.errors], [])
})

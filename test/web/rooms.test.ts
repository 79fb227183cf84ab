/** Rooms, people and one's own account, as they are used in the web client. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { StarlingClient } from '@starling/client/api'
import type { Page } from 'playwright-core'
import { texts } from '../../packages/web/src/texts.ts'
import { WebBrowser } from '../browser/web-browser.ts'
import { until } from '../cluster/until.ts'
import { WebPerson } from '../web-cluster/web-person.ts'
import { WebPlace } from './web-place.ts'

const password = 'a long password'

let place: WebPlace
let otherBrowser: WebBrowser
let bob: StarlingClient
let ada: WebPerson
let page: Page

before(async () => {
  place = await WebPlace.open()
  bob = await place.other('bob')
  page = await place.page()
  ada = await new WebPerson(page).register('ada', password)
})

after(async () => {
  await otherBrowser?.end()
  await place?.end()
})

async function choose(button: string, item: string): Promise<void> {
  await page.getByRole('button', { name: button, exact: true }).click()
  await page.getByRole('menuitem', { name: item }).click()
}

async function bobIsIn(title: string, isIn: boolean): Promise<void> {
  const isThere = () => bob.snapshot().rooms.some((room) => room.title === title)
  await until(() => isThere() === isIn, { what: `bob ${isIn ? 'in' : 'out of'} ${title}` })
}

test('[U18] a private room is made, somebody asked in, muted and removed', async () => {
  await choose(texts.add, texts.createRoom)
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: texts.roomName }).fill('hideout')
  await dialog.getByRole('radio', { name: texts.privateRoomHint }).check()
  await dialog.getByRole('button', { name: texts.create, exact: true }).click()
  await ada.composer('hideout').fill('/invite bob')
  await page.keyboard.press('Enter')
  await until(() => bob.snapshot().invitations.length === 1, { what: 'the invitation' })
  const entered = await bob.join(bob.snapshot().invitations[0]!.room)
  assert.ok(entered.ok)
  await page.getByRole('button', { name: texts.membersOnline(2, 2) }).click()
  await choose(texts.actOn('bob'), texts.measures.mute.act)
  await dialog.getByRole('button', { name: texts.measures.mute.act }).click()
  await page.getByText(texts.happened.muted('ada', 'bob')).waitFor()
  await choose(texts.actOn('bob'), texts.measures.kick.act)
  await dialog.getByRole('textbox', { name: texts.reason }).fill('too loud')
  await dialog.getByRole('button', { name: texts.measures.kick.act }).click()
  await page.getByText(`${texts.happened.kicked('ada', 'bob')}: too loud`).waitFor()
  await bobIsIn('hideout', false)
  await page.keyboard.press('Escape')
})

test('[U18] a topic is set, a rank is given, and the room can be left', async () => {
  await ada.createRoom('plaza')
  assert.ok((await bob.join('#plaza')).ok)
  await page.getByRole('button', { name: texts.addTopic }).click()
  await page.getByRole('dialog').getByRole('textbox').fill('The middle of town')
  await page.keyboard.press('Enter')
  await page.locator('.conversation-head').getByText('The middle of town').waitFor()
  await page.getByRole('button', { name: texts.membersOnline(2, 2) }).click()
  await choose(texts.actOn('bob'), texts.makeRole.owner)
  const plaza = () => bob.snapshot().rooms.find(({ title }) => title === 'plaza')
  await until(() => plaza()?.role === 'owner', { what: 'the rank' })
  await page.getByRole('button', { name: texts.about }).click()
  await page.getByRole('button', { name: texts.leave }).click()
  await page.getByRole('dialog').getByRole('button', { name: texts.leave }).click()
  await until(async () => (await page.locator('.room-row', { hasText: 'plaza' }).count()) === 0, {
    what: 'the room to be gone',
  })
})

test('[U18] two people talk alone; reactions, an edit and a deletion are seen', async () => {
  await choose(texts.add, texts.newDirect)
  await page.getByRole('dialog').getByRole('textbox').fill('bob')
  await page.keyboard.press('Enter')
  const composer = page.getByRole('textbox', { name: texts.messageTo('bob') })
  await composer.fill('just us')
  await composer.press('Enter')
  await until(() => bob.snapshot().rooms.some(({ peer }) => peer?.name === 'ada'), { what: 'ada' })
  const room = bob.snapshot().rooms.find(({ peer }) => peer?.name === 'ada')!.room
  const sent = await bob.post(room, 'a smile :)').settled
  assert.ok(sent.ok)
  await ada.rows('a smile').hover()
  await ada.rows('a smile').getByRole('button', { name: texts.acts.react }).click()
  await page.getByRole('dialog').getByRole('searchbox').last().fill('tada')
  await page.keyboard.press('Enter')
  await ada
    .rows('a smile')
    .getByRole('button', { name: texts.reactionBy('🎉', 1) })
    .waitFor()
  assert.equal(await composer.inputValue(), '')
  await bob.edit(room, sent.value.index, 'a grin').settled
  await ada.sees('a grin')
  await bob.delete(room, sent.value.index).settled
  await page.getByText(texts.deleted).waitFor()
})

test('[U1] who is typing is told, and nothing moves for it', async () => {
  const room = bob.snapshot().rooms.find(({ peer }) => peer?.name === 'ada')!.room
  const top = () => page.locator('.composer').evaluate((one) => one.getBoundingClientRect().top)
  const before = await top()
  bob.typing(room, true)
  await page.getByText(texts.typing(['bob'])).waitFor()
  assert.equal(await top(), before)
})

test('[U14] the password is changed; another device is seen, and signed out', async () => {
  otherBrowser = await WebBrowser.launch()
  const other = new WebPerson(await otherBrowser.openPage(place.line.origin))
  await other.logIn('ada', password)
  await page.locator('.self').click()
  const dialog = page.getByRole('dialog', { name: texts.settings })
  await dialog.getByText(texts.changePassword).first().click()
  await dialog.getByLabel(texts.oldPassword).fill(password)
  await dialog.getByLabel(texts.newPassword).fill('another long password')
  await dialog.getByRole('button', { name: texts.changePassword }).click()
  await page.getByText(texts.passwordChanged).waitFor()
  await dialog.getByText(texts.thisDevice, { exact: true }).waitFor()
  await dialog.getByRole('button', { name: texts.signOutOthers }).click()
  await other.page.getByRole('button', { name: texts.enter.login }).waitFor()
  await other.page.getByLabel(texts.password).fill('another long password')
  await other.page.getByRole('button', { name: texts.enter.login }).click()
  await other.page.getByRole('navigation', { name: texts.rooms }).waitFor()
  assert.deepEqual(other.errors, [])
  await page.keyboard.press('Escape')
})

test('[U17] without a network the page opens with what was held', async () => {
  await page.evaluate(() => navigator.serviceWorker.ready)
  await page.locator('.room-row', { hasText: 'hideout' }).click()
  await ada.say('hideout', 'before the cut')
  await ada.sees('before the cut')
  await until(async () => (await page.locator('.message.pending, .message.sent').count()) === 0, {
    what: 'the ack',
  })
  // Files that were loaded before the worker was there are kept with the next load.
  await page.reload()
  await ada.sees('before the cut')
  place.line.cut(true)
  await page.reload()
  await ada.sees('before the cut')
  place.line.cut(false)
})

test('[U19] signed out, nothing of it is left in the browser', async () => {
  await page.locator('.self').click()
  // Each of one's other devices has such a button, once the list of them is read.
  await page.locator('.account').getByRole('button', { name: texts.signOut }).click()
  await page.getByRole('dialog').getByText(texts.signOutHint).waitFor()
  await page.getByRole('button', { name: texts.signOut, exact: true }).click()
  await page.getByRole('button', { name: texts.enter.guest }).waitFor()
  assert.deepEqual(await page.evaluate(recordsKept), [])
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), [])
  assert.deepEqual(ada.errors, [])
})

/** Runs in the page: all that its databases hold. */
async function recordsKept(): Promise<readonly unknown[]> {
  const answered = <T>(request: IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
  const kept: unknown[] = []
  for (const { name } of await indexedDB.databases()) {
    const database = await answered(indexedDB.open(name!))
    for (const store of database.objectStoreNames) {
      kept.push(...(await answered(database.transaction(store).objectStore(store).getAll())))
    }
    database.close()
  }
  return kept
}

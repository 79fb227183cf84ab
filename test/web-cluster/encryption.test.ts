/** Encrypted rooms at browsers: on new devices, and with new identities. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { privacyTexts } from '../../packages/web/src/privacy-texts.ts'
import { texts } from '../../packages/web/src/texts.ts'
import { WebBrowser } from '../browser/web-browser.ts'
import { Cluster } from '../cluster/cluster.ts'
import { until } from '../cluster/until.ts'
import { checkBothColours } from '../web/stumbles.ts'
import { buildWebClient } from '../web/web-place.ts'
import { WebPerson } from './web-person.ts'

const room = 'hideout'
const password = 'a long password'
/** Read by no device that is not linked, and more than a window of them. */
const many = Array.from({ length: 40 }, (_, at) => `${'one more secret '.repeat(at % 9)}nr ${at}`)

let cluster: Cluster
let url: string
const browsers: WebBrowser[] = []
let ada: WebPerson
let bob: WebPerson
/** Ada's other device. */
let phone: WebPerson
/** Bob with his new identity. */
let again: WebPerson
let recoveryKey: string

async function newPerson(): Promise<WebPerson> {
  const browser = await WebBrowser.launch()
  browsers.push(browser)
  return new WebPerson(await browser.openPage(url))
}

before(async () => {
  buildWebClient()
  cluster = await Cluster.create()
  await cluster.start()
  url = cluster.addresses[0]!.replace('ws', 'http')
  ada = await (await newPerson()).register('ada', password)
  bob = await (await newPerson()).register('bob', password)
})

after(async () => {
  for (const browser of browsers) await browser.end()
  await cluster?.remove()
})

const dialogOf = ({ page }: WebPerson) => page.getByRole('dialog')

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('dialog').getByRole('button', { name, exact: true }).click()
}

async function goToRoom({ page }: WebPerson): Promise<void> {
  await page.locator('.room-row').first().click()
}

async function openVerification(person: WebPerson, name: string): Promise<string> {
  const { page } = person
  const members = page.getByRole('button', { name: /^2 members/ })
  if ((await members.getAttribute('aria-pressed')) !== 'true') await members.click()
  await page.getByRole('button', { name: texts.actOn(name) }).click()
  await page.getByRole('menuitem', { name: texts.encryption.verify }).click()
  const digits = page.getByRole('list', { name: privacyTexts.safetyNumber(name) })
  await digits.waitFor()
  return (await digits.getByRole('listitem').allTextContents()).join(' ')
}

test('[U22] a private room is encrypted, who comes later reads from then on', async () => {
  await ada.createPrivateRoom(room)
  await ada.page.getByRole('button', { name: texts.lock.byDevices }).waitFor()
  await ada.say(room, 'before bob', '/invite bob')
  await bob.page.getByRole('button', { name: texts.join, exact: true }).click()
  await bob.composer(room).waitFor()
  await ada.say(room, 'hello bob')
  await bob.sees('hello bob')
  await bob.say(room, 'hello ada')
  await ada.sees('hello ada')
  await bob.page.locator('.divider-row').waitFor()
  assert.equal(await bob.rows('before bob').count(), 0)
  assert.equal(await bob.page.locator('.unreadable').count(), 0)
  await checkBothColours(bob.page)
})

test('[U22] more than a window of messages is read by the other, each once', async () => {
  await bob.say(room, ...many)
  await ada.sees(many.at(-1)!)
  const said = await ada.page.locator('.message .markdown').allTextContents()
  assert.equal(new Set(said).size, said.length)
})

test('[U24] a recovery key is shown once, and counts when a part of it is given', async () => {
  const { page } = ada
  await page.locator('.self').click()
  await press(page, privacyTexts.makeRecoveryKey)
  await dialogOf(ada).getByText(privacyTexts.recoveryWhat).waitFor()
  await press(page, privacyTexts.makeRecoveryKey)
  await dialogOf(ada).getByText(privacyTexts.recoveryOnce).waitFor()
  await checkBothColours(page)
  const list = dialogOf(ada).getByRole('list', { name: privacyTexts.recoveryKey })
  const parts = await list.getByRole('listitem').allTextContents()
  recoveryKey = parts.join(' ')
  await press(page, privacyTexts.iKeptIt)
  const asked = dialogOf(ada).getByRole('textbox')
  await asked.fill('nothing')
  await press(page, privacyTexts.confirm)
  await dialogOf(ada).getByText(privacyTexts.wrongGroup).waitFor()
  const number = /\d+/.exec((await dialogOf(ada).locator('.field-label').textContent())!)!
  await asked.fill(parts[Number(number[0]) - 1]!.toLowerCase())
  await press(page, privacyTexts.confirm)
  await page.getByText(privacyTexts.kept).waitFor()
  await dialogOf(ada).waitFor({ state: 'detached' })
})

test('[U23] [U24] a new device is linked by its code, and all heals where it stands', async () => {
  phone = await (await newPerson()).logIn('ada', password)
  const { page } = phone
  await page.getByRole('region', { name: texts.encryption.unlinkedTitle }).waitFor()
  await goToRoom(phone)
  const unreadable = page.locator('.unreadable')
  await unreadable.first().waitFor()
  assert.match((await unreadable.last().textContent())!, /Link this device.*not-linked/)
  await checkBothColours(page)
  const list = page.locator('.messages')
  await list.evaluate((one) => one.scrollBy(0, -250))
  await page.locator('.pill').waitFor()
  const anchor = await list.evaluate((one) => {
    const middle = one.getBoundingClientRect().top + 100
    const rows = [...one.querySelectorAll<HTMLElement>('.message')]
    const row = rows.find((each) => each.getBoundingClientRect().top > middle)!
    return { index: row.dataset.index!, top: row.getBoundingClientRect().top }
  })
  await page.locator('.room-notice').getByRole('button').click()
  const code = (await page.getByRole('status', { name: privacyTexts.linkCode }).textContent())!
  await page.getByRole('img', { name: privacyTexts.qrCode }).waitFor()
  await checkBothColours(page)
  await ada.page.getByRole('button', { name: texts.encryption.linkIt }).click()
  await dialogOf(ada).getByRole('listitem').waitFor()
  await checkBothColours(ada.page)
  await ada.page.getByRole('textbox', { name: privacyTexts.code }).fill('AAAAA-BBBBB-CCCCC-DDDDD')
  await press(ada.page, privacyTexts.link)
  await dialogOf(ada).getByRole('alert').waitFor()
  await ada.page.getByRole('textbox', { name: privacyTexts.code }).fill(code.toLowerCase())
  await press(ada.page, privacyTexts.link)
  await page.getByText(privacyTexts.thisIsLinked).waitFor()
  await press(page, privacyTexts.done)
  await until(async () => (await unreadable.count()) === 0, { what: 'all to be read' })
  const healed = page.locator(`.message[data-index="${anchor.index}"]`)
  assert.match((await healed.textContent())!, /nr \d+/)
  const top = await healed.evaluate((one) => one.getBoundingClientRect().top)
  assert.ok(Math.abs(top - anchor.top) <= 1, `moved by ${top - anchor.top} pixels`)
  await list.evaluate((one) => one.scrollTo(0, 0))
  await phone.sees('before bob')
})

test('[U24] the recovery key alone brings a device in', async () => {
  const desk = await (await newPerson()).logIn('ada', password)
  const notice = desk.page.getByRole('region', { name: texts.encryption.unlinkedTitle })
  await notice.getByRole('button', { name: texts.encryption.ways.restore }).click()
  const field = dialogOf(desk).getByRole('textbox', { name: privacyTexts.recoveryKey })
  await field.fill(recoveryKey.replace(/^./, (sign) => (sign === 'A' ? 'B' : 'A')))
  await press(desk.page, privacyTexts.restore)
  await dialogOf(desk).getByRole('alert').waitFor()
  await checkBothColours(desk.page)
  await field.fill(recoveryKey)
  await press(desk.page, privacyTexts.restore)
  await desk.page.getByText(privacyTexts.restored).waitFor()
  await goToRoom(desk)
  await desk.sees(many.at(-1)!)
  await desk.say(room, 'from the desk')
  await bob.sees('from the desk')
  assert.deepEqual(desk.errors, [])
})

test('[U11] a search finds what was read in it, and leads there', async () => {
  const { page } = phone
  await page.getByRole('button', { name: texts.search }).first().click()
  await page.getByRole('searchbox', { name: texts.search }).fill('before bob')
  await page.locator('.hit').click()
  await page.locator('.message.flash', { hasText: 'before bob' }).waitFor()
})

test('[U25] a person is verified by the number that both see', async () => {
  const [digits, others] = [await openVerification(ada, 'bob'), await openVerification(bob, 'ada')]
  assert.match(digits, /^(\d{5} ){11}\d{5}$/)
  assert.equal(digits, others)
  await checkBothColours(ada.page)
  await press(ada.page, privacyTexts.areSame)
  await ada.page.getByText(privacyTexts.verified('bob')).waitFor()
  await ada.page.locator('.member', { hasText: 'bob' }).locator('.verified').waitFor()
  await bob.page.keyboard.press('Escape')
  await bob.say(room, 'it is me')
  await ada.rows('it is me').locator('.by .verified').waitFor()
})

test('[U24] [U25] a new identity is told, and who verified the old one looks at it', async () => {
  again = await (await newPerson()).logIn('bob', password)
  const notice = again.page.getByRole('region', { name: texts.encryption.unlinkedTitle })
  await notice.getByRole('button', { name: texts.encryption.ways.reset }).click()
  const act = dialogOf(again).getByRole('button', { name: privacyTexts.resetIdentity })
  assert.ok(await act.isDisabled())
  await checkBothColours(again.page)
  await dialogOf(again).getByRole('checkbox').check()
  await act.click()
  await again.page.getByText(privacyTexts.identityReset).waitFor()
  await goToRoom(again)
  await ada.page.getByText(texts.happened.identities(['bob'])).waitFor()
  await ada.say(room, 'who is there')
  await ada.page.locator('.message.pending', { hasText: 'who is there' }).waitFor()
  await ada.page.locator('.room-notice').waitFor()
  await checkBothColours(ada.page)
  await ada.page.locator('.room-notice').getByRole('button').click()
  await dialogOf(ada).getByText(privacyTexts.isChanged('bob')).waitFor()
  assert.equal(await again.rows('who is there').count(), 0)
  await press(ada.page, privacyTexts.accept)
  await again.sees('who is there')
  await ada.page.locator('.room-notice').waitFor({ state: 'detached' })
})

test('[U22] where one chooses so, who comes later reads what was written before', async () => {
  await ada.createPrivateRoom('archive', texts.encryption.histories.all.act)
  await ada.say('archive', 'an early word', '/invite bob')
  await again.page.getByRole('button', { name: texts.join, exact: true }).click()
  await again.sees('an early word')
  for (const { errors } of [ada, bob, phone, again]) assert.deepEqual(errors, [])
})

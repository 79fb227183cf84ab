/** What one looks at stays where it is, whatever comes above or below. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { StarlingClient } from '@starling/client/api'
import type { Page } from 'playwright-core'
import { texts } from '../../packages/web/src/texts.ts'
import { until } from '../cluster/until.ts'
import type { WebPerson } from '../web-cluster/web-person.ts'
import { roomOf, WebPlace, writeMany } from './web-place.ts'

const messages = 10_000
const pageLoads = 10
const movedPixelsMax = 1

let place: WebPlace
let writer: StarlingClient
let room: string
let ada: WebPerson

before(async () => {
  place = await WebPlace.open()
  writer = await place.other('writer')
  room = await roomOf(writer.createRoom({ title: 'history' }))
  await writeMany(
    writer,
    room,
    Array.from({ length: messages }, (_, at) => textOf(at + 1)),
  )
  ada = await place.person('ada')
  await ada.join('history')
  await ada.sees(`line ${messages} `)
})

after(() => place?.end())

/** Of different heights, so that nothing is right by chance. */
function textOf(number: number): string {
  const lines = ['a second line', '```\ncode\n```', 'words '.repeat(60)]
  return `line ${number} ${number % 3 === 0 ? `\n${lines[(number % 7) % 3]}` : ''}`
}

interface Anchor {
  readonly index: number
  readonly top: number
}

/** The first message that is wholly in sight. */
function anchorOf(page: Page): Promise<Anchor> {
  return page.evaluate(() => {
    const edge = document.querySelector('.messages')!.getBoundingClientRect().top
    const all = [...document.querySelectorAll<HTMLElement>('.message')]
    const first = all.find((one) => one.getBoundingClientRect().top >= edge)!
    return { index: Number(first.dataset.index), top: first.getBoundingClientRect().top }
  })
}

async function topOf(page: Page, index: number): Promise<number> {
  return page.evaluate(
    (at) => document.querySelector(`.message[data-index="${at}"]`)!.getBoundingClientRect().top,
    index,
  )
}

/** Scrolls as a person does, and waits until that is drawn. */
async function scroll(page: Page, to: { readonly top: number } | { readonly by: number }) {
  await page
    .locator('.messages')
    .evaluate(async (list, { by, top }: { by?: number; top?: number }) => {
      list.scrollTop = top ?? list.scrollTop + (by ?? 0)
      for (let frame = 0; frame < 3; frame += 1) {
        await new Promise((resolve) => requestAnimationFrame(resolve))
      }
    }, to)
}

/** How high the list is. */
function heightOf(page: Page): Promise<number> {
  return page.locator('.messages').evaluate((list) => list.scrollHeight)
}

test('[U4] ten pages of older messages move what is looked at by at most a pixel', async () => {
  const { page } = ada
  const moved: number[] = []
  place.line.delayMs = 300
  while (moved.length < pageLoads) {
    await scroll(page, { top: 900 })
    const anchor = await anchorOf(page)
    const before = await heightOf(page)
    await until(async () => (await heightOf(page)) > before + 1_000, { what: 'an older page' })
    moved.push(Math.abs((await topOf(page, anchor.index)) - anchor.top))
  }
  place.line.delayMs = 0
  assert.ok(Math.max(...moved) <= movedPixelsMax, `moved by ${moved.join(', ')} pixels`)
})

test('[U5] while one reads above, 200 messages move nothing; the pill counts them', async () => {
  const { page } = ada
  await page.keyboard.press('Escape')
  await ada.sees(`line ${messages} `)
  await scroll(page, { by: -1_200 })
  const anchor = await anchorOf(page)
  await writeMany(
    writer,
    room,
    Array.from({ length: 200 }, (_, at) => `new ${at}`),
  )
  const pill = page.locator('.pill')
  await until(async () => (await pill.textContent()) === texts.newBelow(200), {
    what: () => 'the pill counts 200',
  })
  assert.ok(Math.abs((await topOf(page, anchor.index)) - anchor.top) <= movedPixelsMax)
  await pill.click()
  await ada.sees('new 199')
  await until(async () => !(await pill.isVisible()), { what: 'the bottom' })
})

test('[U5] at the bottom what comes is in sight', async () => {
  const { page } = ada
  await writeMany(writer, room, ['here at once'])
  await ada.sees('here at once')
  const below = await page
    .locator('.messages')
    .evaluate((one) => one.scrollHeight - one.clientHeight - one.scrollTop)
  assert.ok(below <= 1, `${below} pixels below`)
})

test('[U11] a hit of a search is shown, and "Back" returns to the exact place', async () => {
  const { page } = ada
  await scroll(page, { by: -3_333 })
  const anchor = await anchorOf(page)
  await page.getByRole('button', { name: texts.search }).click()
  await page.getByRole('searchbox', { name: texts.search }).fill('"line 1234"')
  await page.locator('.hit', { hasText: 'line 1234' }).click()
  const flashed = page.locator('.message.flash', { hasText: 'line 1234' })
  await flashed.waitFor()
  await page.getByRole('button', { name: texts.back, exact: true }).click()
  await page.locator(`.message[data-index="${anchor.index}"]`).waitFor()
  const moved = async () => Math.abs((await topOf(page, anchor.index)) - anchor.top)
  await until(async () => (await moved()) <= movedPixelsMax, {
    what: 'the place before the jump',
  })
  assert.deepEqual(ada.errors, [])
})

test('[U4] 10,000 messages are scrolled to their beginning, each in its place', async () => {
  const { page } = ada
  const seen: number[] = []
  const look = () =>
    page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('.message')].map(({ dataset }) =>
        Number(dataset.index),
      ),
    )
  await until(
    async () => {
      await scroll(page, { by: -100_000 })
      const indexes = await look()
      assert.deepEqual(
        indexes,
        [...new Set(indexes)].sort((a, b) => a - b),
      )
      seen.push(indexes[0] ?? 0)
      return page.locator('.start-row').isVisible()
    },
    { what: () => `the beginning, at ${seen.at(-1)}`, ms: 120_000 },
  )
  await ada.sees('line 1 ')
  assert.deepEqual(ada.errors, [])
})

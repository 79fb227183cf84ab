/** What one writes is there at once, stays through trouble, and moves nothing when it arrives. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { StarlingClient } from '@starling/client/api'
import type { Page } from 'playwright-core'
import { texts } from '../../packages/web/src/texts.ts'
import { until } from '../cluster/until.ts'
import type { WebPerson } from '../web-cluster/web-person.ts'
import { roomOf, WebPlace } from './web-place.ts'

const echoMsMax = 50
const title = 'general'

let place: WebPlace
let bob: StarlingClient
let room: string
let ada: WebPerson

before(async () => {
  place = await WebPlace.open()
  bob = await place.other('bob')
  room = await roomOf(bob.createRoom({ title }))
  ada = await place.person('ada')
  await ada.join(title)
})

after(() => place?.end())

/** Each text stands in the room once, in this order. */
async function bobSees(...wanted: readonly string[]): Promise<void> {
  let seen: readonly string[] = []
  await until(
    async () => {
      const page = await bob.history(room, { limit: 200 })
      if (!page.ok) throw new Error(page.say)
      const posts = page.value.flatMap((entry) => (entry.kind === 'post' ? [entry.text] : []))
      seen = posts.filter((text) => wanted.includes(text))
      return wanted.every((text) => seen.includes(text))
    },
    { what: () => `${wanted} in the room: ${seen}` },
  )
  assert.deepEqual(seen, wanted)
}

/** From the key until the message is drawn, in the page's own time; and what moved meanwhile. */
function timeEcho(page: Page, text: string) {
  return page.evaluate(async (wanted) => {
    const field = document.querySelector('textarea')!
    const isThere = () =>
      [...document.querySelectorAll('.message')].some((one) => one.textContent?.includes(wanted))
    const drawn = new Promise<number>((resolve) => {
      field.addEventListener(
        'keydown',
        () => {
          const pressedAt = performance.now()
          const look = () => {
            if (isThere()) resolve(performance.now() - pressedAt)
            else requestAnimationFrame(look)
          }
          requestAnimationFrame(look)
        },
        { once: true, capture: true },
      )
    })
    window.echo = drawn.then((ms) => ({ ms, isEmpty: field.value === '' }))
  }, text)
}

declare global {
  interface Window {
    echo?: Promise<{ readonly ms: number; readonly isEmpty: boolean }>
    shifts?: number[]
  }
}

test('[U1] with 2 s of latency a message shows within 50 ms; its ack moves nothing', async () => {
  const { page } = ada
  await ada.say(title, 'warm')
  await ada.sees('warm')
  await bobSees('warm')
  await page.evaluate(() => {
    const shifts: number[] = []
    window.shifts = shifts
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries())
        shifts.push((entry as unknown as { value: number }).value)
    }).observe({ type: 'layout-shift' })
  })
  place.line.delayMs = 1_000
  const took: number[] = []
  for (const text of ['first', 'second', 'third', 'fourth', 'seen at once']) {
    await ada.composer(title).fill(text)
    await timeEcho(page, text)
    await page.keyboard.press('Enter')
    const echo = await page.evaluate(() => window.echo!)
    took.push(echo.ms)
    assert.equal(echo.isEmpty, true)
  }
  // A starved machine delays one or the other; it cannot make any quicker.
  assert.ok(Math.min(...took) < echoMsMax, `shown after ${took.join(', ')} ms`)
  const row = ada.rows('seen at once')
  assert.match((await row.getAttribute('class')) ?? '', /pending/)
  const before = await row.boundingBox()
  await until(async () => !/pending|sent/.test((await row.getAttribute('class')) ?? ''), {
    what: 'the ack',
  })
  assert.deepEqual(await row.boundingBox(), before)
  assert.deepEqual(await page.evaluate(() => window.shifts), [])
  place.line.delayMs = 0
  await bobSees('seen at once')
})

test('[P2] [P4] what was not sent when the page was reloaded goes out once, in order', async () => {
  const { page } = ada
  place.line.cut(true)
  const said = ['A', 'B', 'C', 'D'].map((letter) => `${letter} offline`)
  await ada.say(title, ...said)
  for (const text of said) await ada.sees(text)
  const told = page.getByText(texts.connection.withWaiting('', 4).trim())
  await told.waitFor()
  place.line.cut(false)
  await page.reload()
  await bobSees(...said)
  await ada.sees('D offline')
  for (const text of said) assert.equal(await ada.rows(text).count(), 1)
})

test('[U3] a draft is there again after a reload, and marked in the list of rooms', async () => {
  const { page } = ada
  await ada.composer(title).fill('half a thou')
  await page.reload()
  await until(async () => (await ada.composer(title).inputValue()) === 'half a thou', {
    what: 'the draft',
  })
  await ada.createRoom('other')
  assert.match(await ada.roomState(title), /, draft/)
  await page.locator('.room-row', { hasText: title }).click()
  await ada.composer(title).fill('')
})

test('[U3] an arrow up in the empty composer edits the last message; Escape ends it', async () => {
  const { page } = ada
  await ada.say(title, 'a mistkae')
  await bobSees('a mistkae')
  await until(async () => (await page.locator('.message.pending, .message.sent').count()) === 0, {
    what: 'the ack',
  })
  await page.keyboard.press('ArrowUp')
  assert.equal(await ada.composer(title).inputValue(), 'a mistkae')
  await page.keyboard.press('Escape')
  assert.equal(await ada.composer(title).inputValue(), '')
  await page.keyboard.press('ArrowUp')
  await ada.composer(title).fill('a mistake')
  await page.keyboard.press('Enter')
  await ada.sees('a mistake')
  await bobSees('a mistake')
  assert.match((await ada.rows('a mistake').textContent()) ?? '', /edited/)
})

test('[U20] a paste of more than five lines can become a block of code', async () => {
  const { page } = ada
  const lines = ['one', 'two', 'three', '```', 'five', 'six'].join('\n')
  const field = ada.composer(title)
  await field.evaluate((one, text) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', text)
    one.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }))
  }, lines)
  await field.fill(lines)
  await page.getByRole('button', { name: texts.asCode }).click()
  assert.equal(await field.inputValue(), `\`\`\`\`\n${lines}\n\`\`\`\`\n`)
  await page.keyboard.press('Enter')
  await page.locator('.message pre', { hasText: 'three' }).waitFor()
})

test('[U20] a message that is too long stays in the composer, with the reason', async () => {
  const { page } = ada
  const long = 'x'.repeat(20_000)
  await ada.say(title, long)
  await page.locator('.note.error').waitFor()
  assert.equal(await ada.composer(title).inputValue(), long)
  await ada.composer(title).fill('')
})

test('[U20] a refused message is marked, to be sent again or given up', async () => {
  const { page } = ada
  place.line.delayMs = 500
  assert.ok((await bob.mute(room, 'ada', true)).ok)
  await ada.say(title, 'without the word')
  const failed = page.locator('.message.failed', { hasText: 'without the word' })
  await failed.getByRole('button', { name: texts.retry }).waitFor()
  assert.ok((await bob.mute(room, 'ada', false)).ok)
  await ada.composer(title).waitFor()
  place.line.delayMs = 0
  await failed.getByRole('button', { name: texts.retry }).click()
  await bobSees('without the word')
  await until(async () => (await failed.count()) === 0, { what: 'the mark to go' })
  assert.deepEqual(ada.errors, [])
})

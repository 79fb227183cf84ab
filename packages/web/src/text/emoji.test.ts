import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isOnlyEmoji, loadEmojis, withEmoji } from './emoji.ts'
import { momentsFor } from './moment.ts'

test('emoji are found by any word that describes them, and named as people know them', async () => {
  const book = await loadEmojis()
  assert.equal(book.named('tada'), '🎉')
  assert.equal(book.find('tada')[0]?.emoji, '🎉')
  assert.ok(book.find('party').some(({ emoji }) => emoji === '🎉'))
  assert.equal(
    withEmoji('so :tada: `:tada:` 10:30:45 :nope:', book),
    'so 🎉 `:tada:` 10:30:45 :nope:',
  )
  assert.equal(withEmoji('```\n:tada:\n``` :+1:', book), '```\n:tada:\n``` 👍')
})

test('a few emoji alone are large, and nothing else is', () => {
  for (const text of ['🎉', '🎉 🎉', '👩‍👩‍👧', '🇩🇪', '👍🏽', '❤️'])
    assert.ok(isOnlyEmoji(text), text)
  for (const text of ['', '1', 'a🎉', '🎉!', '🎉'.repeat(60)]) assert.ok(!isOnlyEmoji(text), text)
})

test('days are named as one speaks of them', () => {
  const now = new Date(2026, 4, 4, 12).getTime()
  const { day, clock } = momentsFor('en-GB', () => now)
  assert.equal(day(now), 'Today')
  assert.equal(day(now - 13 * 3_600_000), 'Yesterday')
  assert.equal(day(now - 3 * 86_400_000), 'Friday 1 May')
  assert.equal(day(now - 400 * 86_400_000), '30 March 2025')
  assert.equal(momentsFor('en-US', () => now).clock(now), '12:00')
  assert.equal(clock(now), '12:00')
})

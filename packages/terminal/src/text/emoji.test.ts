import assert from 'node:assert/strict'
import { it } from 'node:test'
import { emojiNamed, emojis, withEmoji } from './emoji.ts'
import { widthOf } from './width.ts'

it('names between colons become emoji, except in code', () => {
  assert.equal(withEmoji('well :tada: done'), 'well 🎉 done')
  assert.equal(withEmoji('at 10:30:45 `:tada:` :nosuch:'), 'at 10:30:45 `:tada:` :nosuch:')
})

it('every emoji of the table is one, and its name finds it', () => {
  for (const { name, emoji } of emojis) {
    assert.match(name, /^[a-z0-9_+-]+$/)
    assert.match(emoji, /\p{Extended_Pictographic}/u)
    assert.ok(widthOf(emoji) <= 2, name)
    assert.equal(emojiNamed(`:${name}:`), emoji)
  }
})

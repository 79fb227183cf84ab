import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkRoomTitle, foldTitle } from './check-title.ts'

function title(raw: unknown): string | undefined {
  const checked = checkRoomTitle(raw)
  return checked.ok ? checked.title : undefined
}

test('[N9] a room may be named with any visible text; spaces come in single file', () => {
  assert.equal(title('  The   Lobby \u00A0 '), 'The Lobby')
  assert.equal(title('#общий 🙂 & more'), '#общий 🙂 & more')
  assert.equal(title('👩‍🚀'), '👩‍🚀')
})

test('[N9] controls, line ends and marks that turn the text are refused', () => {
  const bad = ['', '  ', 'a\nb', 'a\tb', 'a\u0000', 'a\u2028', '\u202Eabc', '\u2066a', '\uD800']
  for (const raw of [...bad, '\u200B', '\uE000', undefined, 7, {}]) {
    assert.equal(title(raw), undefined, JSON.stringify(raw))
  }
})

test('[N9] a title has at most the characters of its limit', () => {
  assert.ok(checkRoomTitle('🙂'.repeat(64)).ok)
  assert.ok(!checkRoomTitle('🙂'.repeat(65)).ok)
  assert.ok(!checkRoomTitle('abcde', 4).ok)
})

test('[N10] titles that differ in case, variant or what is invisible are one', () => {
  const folded = ['The Lobby', 'the lobby', 'ＴＨＥ　ＬＯＢＢＹ', 'The Lob\u200Bby'].map(foldTitle)
  assert.deepEqual(new Set(folded), new Set(['the lobby']))
  assert.notEqual(foldTitle('lobby'), foldTitle('lobbý'))
})

test('[N10] folding titles is total and repeatable', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (raw) => {
      const checked = checkRoomTitle(raw)
      if (!checked.ok) return
      assert.equal(foldTitle(checked.title), checked.folded)
      assert.equal(foldTitle(checked.folded), checked.folded)
    }),
    { numRuns: 500 },
  )
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import stringWidth from 'string-width'
import { sanitise } from './sanitise.ts'
import { cellsOf, clip, fit, takeCells, widthOf } from './width.ts'
import { wrap, wrapExactly } from './wrap.ts'

const written = fc.string({ unit: 'grapheme', maxLength: 60 }).map(sanitise)

describe('cells', () => {
  it('are two for a wide character and for an emoji of several', () => {
    assert.deepEqual(['a', '日', '👍', '👨‍👩‍👧', 'e\u0301'].map(widthOf), [1, 2, 2, 2, 1])
  })

  it('are never half of a wide character', () => {
    assert.equal(takeCells('日本', 3), '日')
    assert.equal(clip('日本語', 4), '日…')
    assert.equal(fit('日本', 3), '日…')
    assert.equal(fit('ab', 4, 'right'), '  ab')
  })

  it('are exactly as many as asked, whatever the text', () => {
    fc.assert(
      fc.property(written, fc.integer({ min: 1, max: 30 }), (text, cells) => {
        const line = text.replaceAll('\n', ' ')
        assert.equal(widthOf(fit(line, cells)), cells)
      }),
    )
  })
})

it('simple characters are as wide as the full tables say', () => {
  for (let code = 0x20; code < 0x3000; code++) {
    const character = String.fromCodePoint(code)
    if (/\p{Cc}|\p{Cn}/u.test(character)) continue
    assert.equal(widthOf(character), stringWidth(character), code.toString(16))
  }
})

it('colours take no cells', () => {
  assert.equal(cellsOf('\u001b[1;36mab\u001b[22;39m日'), 4)
})

describe('wrapping', () => {
  it('breaks at words, and inside a word that is longer than a row', () => {
    assert.deepEqual(wrap('the quick brown fox', 10), ['the quick', 'brown fox'])
    assert.deepEqual(wrap('see https://example.org/long', 8), [
      'see',
      'https://',
      'example.',
      'org/long',
    ])
  })

  it('breaks anywhere in a script without spaces', () => {
    assert.deepEqual(wrap('see 日本語の文', 8), ['see 日本', '語の文'])
  })

  it('keeps every space of code', () => {
    assert.deepEqual(wrapExactly('  a  b', 4), ['  a ', ' b'])
  })

  it('makes no row too wide and loses no letter', () => {
    fc.assert(
      fc.property(written, fc.integer({ min: 2, max: 30 }), (text, cells) => {
        const rows = wrap(text, cells)
        for (const row of rows) assert.ok(widthOf(row) <= cells, JSON.stringify(row))
        assert.equal(rows.join('').replace(/\s/g, ''), text.replace(/\s/g, ''))
      }),
    )
  })
})

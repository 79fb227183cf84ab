import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { sanitise, sanitiseLine } from './sanitise.ts'

describe('text of others', () => {
  it('cannot command the terminal: no control character is left', () => {
    assert.equal(sanitise('a\u001b[2Jb\u009b31mc\u0007d\u0000e\u007f'), 'a[2Jb31mcde')
    assert.equal(sanitise('\u001b]0;title\u0007x'), ']0;titlex')
  })

  it('cannot turn a row around: bidi controls are dropped, letters stay', () => {
    assert.equal(sanitise('a\u202eb\u2066c\u200fשלום'), 'abcשלום')
  })

  it('keeps line feeds, makes others of them, and opens tabs', () => {
    assert.equal(sanitise('a\r\nb\rc\u2028d\te'), 'a\nb\nc\nd    e')
  })

  it('keeps joiners and emoji whole', () => {
    assert.equal(sanitise('👨‍👩‍👧 ❤️ 🇫🇷'), '👨‍👩‍👧 ❤️ 🇫🇷')
  })

  it('bounds the marks that climb over one letter', () => {
    assert.equal(sanitise(`a${'\u0301'.repeat(100)}b`), `a${'\u0301'.repeat(4)}b`)
  })

  it('replaces half a surrogate pair', () => {
    assert.equal(sanitise('a\ud800b'), 'a\ufffdb')
  })

  it('is one line as a name or a title', () => {
    assert.equal(sanitiseLine('  a\n\tb \u202e c '), 'a b c')
  })

  it('is printable whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.doesNotMatch(sanitise(text), /[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/u)
        assert.doesNotMatch(sanitiseLine(text), /\p{Cc}/u)
      }),
    )
  })
})

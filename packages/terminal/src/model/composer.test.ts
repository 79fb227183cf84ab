import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type Composer, composerKeys, composerWith, insert, moveLine } from './composer.ts'

/** `|` is the cursor. */
function at(marked: string): Composer {
  const cursor = marked.indexOf('|')
  return { text: marked.replace('|', ''), cursor, cut: '' }
}

function marked({ text, cursor }: Composer): string {
  return `${text.slice(0, cursor)}|${text.slice(cursor)}`
}

function press(from: string, ...keys: readonly string[]): string {
  return marked(keys.reduce((composer, key) => composerKeys[key]!(composer), at(from)))
}

describe('the composer', () => {
  it('moves by graphemes, words, lines', () => {
    assert.equal(press('a👨‍👩‍👧|b', 'left'), 'a|👨‍👩‍👧b')
    assert.equal(press('one two| three', 'alt+left'), 'one |two three')
    assert.equal(press('one |two three', 'alt+right'), 'one two| three')
    assert.equal(press('a\nbc|d\ne', 'home'), 'a\n|bcd\ne')
    assert.equal(press('a\nb|cd\ne', 'end'), 'a\nbcd|\ne')
  })

  it('deletes by graphemes and cuts words and lines, which Ctrl-Y brings back', () => {
    assert.equal(press('a❤️|', 'backspace'), 'a|')
    assert.equal(press('|❤️a', 'delete'), '|a')
    assert.equal(press('one two|', 'ctrl+w'), 'one |')
    assert.equal(press('one two|', 'ctrl+w', 'ctrl+y'), 'one two|')
    assert.equal(press('a\nbcd|e', 'ctrl+u'), 'a\n|e')
  })

  it('makes new lines and moves between them', () => {
    assert.equal(press('ab|', 'alt+enter'), 'ab\n|')
    assert.equal(marked(moveLine(at('abc\nde|'), -1)!), 'ab|c\nde')
    assert.equal(marked(moveLine(at('ab|c\nd'), 1)!), 'abc\nd|')
    assert.equal(moveLine(at('a|b'), -1), undefined)
    assert.equal(moveLine(at('ab|'), 1), undefined)
  })

  it('stays a text with a cursor in it, whatever is pressed', () => {
    const keys = fc.array(fc.constantFrom(...Object.keys(composerKeys), 'x', '日', '\n', '👍'))
    fc.assert(
      fc.property(keys, (pressed) => {
        let composer = composerWith('')
        for (const key of pressed) composer = composerKeys[key]?.(composer) ?? insert(composer, key)
        assert.ok(composer.cursor >= 0 && composer.cursor <= composer.text.length)
        assert.ok(composer.text.isWellFormed())
      }),
    )
  })
})

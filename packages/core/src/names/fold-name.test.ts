import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { standsFor } from './confusables.ts'
import { checkUserName, foldName } from './fold-name.ts'

function shown(raw: unknown): string | undefined {
  const checked = checkUserName(raw)
  return checked.ok ? checked.name : undefined
}

function assertSame(...names: readonly string[]): void {
  const folded = names.map((name) => {
    const checked = checkUserName(name)
    assert.ok(checked.ok, name)
    return checked.folded
  })
  assert.equal(new Set(folded).size, 1, `${names} fold to ${folded}`)
}

function assertRefused(...names: readonly unknown[]): void {
  for (const name of names) assert.equal(shown(name), undefined, JSON.stringify(name))
}

test('[N1] a name is shown as it was chosen, in usual width and NFC', () => {
  assert.equal(shown('Ann'), 'Ann')
  assert.equal(shown(' Ａｎｎ '), 'Ann')
  assert.equal(shown('Zoe\u0308'), 'Zo\u00EB')
  assert.equal(shown('ﾀﾛｳ'), 'タロウ')
})

test('[N2] letters, digits and marks of a recommended script are a name', () => {
  const names = ['Zoë', 'Straße', 'Алиса', 'Σοφία', 'אברהם', 'محمد', 'नमस्ते', 'ก้อง', '김철수']
  const more = [
    '李小龙',
    'さくら',
    '田中タロウ',
    'ann_b-c.d',
    '_ann',
    '7of9',
    'אב12',
    'Անի',
    'გიორგი',
  ]
  for (const name of [...names, ...more]) assert.equal(shown(name), name.normalize('NFC'))
})

test('[N2] spaces, signs, controls and what is invisible are refused', () => {
  assertRefused('a b', 'a\u00A0b', 'a\tb', 'a\nb', 'a\u0000', 'a@b', 'a/b', 'a:b', '#ann', 'a,b')
  assertRefused('🙂', '€', '½', '²a', 'ﬁn', 'Ⅷ', 'a\u200Db', 'a\u200Bb', 'a\u00ADb', 'a\uFE0Fb')
  assertRefused('\u202Eann', '\uE000', '\uD800', '\u{E0041}', '\u0378', 'ـمحمد', '\u1100', 'ᄀa')
})

test('[N2] a name begins with a letter, a digit or _ and does not end with a point', () => {
  assertRefused('', ' ', '-ann', '.ann', 'ann.', '\u0301ann')
})

test('[N2] what is no text is no name', () => {
  assertRefused(undefined, null, 7, {}, [], true, ['ann'])
})

test('[N2] a heap of marks is refused', () => {
  assertRefused(`a${'\u0316'.repeat(5)}`)
  assert.ok(checkUserName(`b${'\u0316'.repeat(2)}`).ok)
})

test('[N3] a name has at most the characters of its limit, counted after NFC', () => {
  assert.ok(checkUserName('a'.repeat(32)).ok)
  assert.ok(!checkUserName('a'.repeat(33)).ok)
  assert.ok(checkUserName('e\u0301'.repeat(32)).ok)
  assert.ok(checkUserName('𠀀'.repeat(32)).ok)
  assert.ok(!checkUserName('abcde', 4).ok)
  assertRefused('a'.repeat(1_000_000))
})

test('[N4] scripts are not mixed, but for Japanese, Chinese and Korean', () => {
  assertRefused('Аnn', 'pаypal', 'Σam', 'אann', '김Алиса', 'さ김', 'ㄅさ', 'कก')
  for (const name of ['ann田中', '田中さんタロ', 'ann김', '김中', 'ㄅ中a']) {
    assert.equal(shown(name), name)
  }
})

test('[N5] a right-to-left name begins with such a letter and keeps to one kind of digit', () => {
  assertRefused('1אב', 'אב-', '_אב', 'مح1٢', 'مح٢۲')
  assert.ok(checkUserName('مح٢٣').ok)
  assert.ok(checkUserName('אב-ג').ok)
})

test('[N6] names that differ in case, width or composition are one', () => {
  assertSame('Ann', 'ann', 'ANN', 'ａｎｎ')
  assertSame('Zoë', 'ZOE\u0308')
  assertSame('ΣΟΦΟΣ', 'σοφος')
  assertSame('İstanbul', 'istanbul')
})

test('[N7] names that look alike are one', () => {
  assertSame('scope', 'ѕсоре', 'SCOPE', 'ЅСОРЕ')
  assertSame('Bill', 'Bi11', 'BlII', 'вill'.replace('в', 'b'))
  assertSame('HET', 'нет', 'het')
  assertSame('bob0', 'bobo', 'BOBO', 'ВОВО', 'ΒΟΒΟ')
  assertSame('Arnold', 'Amold')
  assertSame('ロ中', '口中')
  assertSame('مح٢', 'مح2', 'مح۲')
})

test('[N7] names that differ to the eye stay apart', () => {
  const names = ['ann', 'anna', 'añn', 'bob', 'bob2', 'a_b', 'a-b', 'a.b', 'ab', 'zoe', 'zoë']
  assert.equal(new Set(names.map(foldName)).size, names.length)
})

test('[N7] every look-alike leads to a letter that leads no further', () => {
  for (const [letter, first] of standsFor) {
    assert.equal(standsFor.get(first), undefined, letter)
    assert.equal(letter.toLowerCase(), letter)
    assert.equal(letter.normalize('NFD'), letter)
  }
})

test('[N8] folding is total, repeatable and blind to case', () => {
  const nameLike = fc.constantFrom(...'AaIil10oОоЗбrnRNσςΣÉé\u0301İßЙй٣۳-_.アァ中נשׁ')
  const anyText = fc.oneof(
    fc.string({ unit: nameLike, maxLength: 8 }),
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units)),
  )
  fc.assert(
    fc.property(anyText, (raw) => {
      const checked = checkUserName(raw)
      foldName(raw)
      if (!checked.ok) return
      assert.equal(checked.folded, foldName(raw))
      assert.equal(foldName(checked.folded), checked.folded)
      assert.equal(foldName(checked.name.toLowerCase()), checked.folded)
      const again = checkUserName(checked.name)
      assert.deepEqual(again, checked)
    }),
    { numRuns: 1_000 },
  )
})

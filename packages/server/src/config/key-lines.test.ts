import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { parse } from 'smol-toml'
import { keyLines, lineOf } from './key-lines.ts'

it('every key is found on its line, whatever stands around it', () => {
  const toml = [
    '# a = 1',
    'plain = 1 # b = 2',
    'long = """',
    'fake = 1 """',
    'list = [',
    '  "x = 1", # fake = 2',
    '  "]",',
    ']',
    '"quoted" . inner = { one = 1, two = "]" }',
    '[table] # note',
    "text = 'it = [ '",
    '[[many]]',
    'name = "a"',
    '[[many]]',
    'name = "b"',
    '[last.one]',
    'key = 1',
  ].join('\n')
  const found = Object.fromEntries(keyLines(toml))
  assert.deepEqual(found, {
    plain: 2,
    long: 3,
    list: 5,
    'quoted.inner': 9,
    table: 10,
    'table.text': 11,
    'many.0': 12,
    'many.0.name': 13,
    'many.1': 14,
    'many.1.name': 15,
    'last.one': 16,
    'last.one.key': 17,
  })
  assert.ok('table' in parse(toml))
  assert.equal(lineOf(keyLines(toml), 'quoted.inner.two'), 9)
  assert.equal(lineOf(keyLines(toml), 'many.1.absent'), 14)
  assert.equal(lineOf(keyLines(toml), 'absent'), undefined)
})

it('no text makes it fail or run on', () => {
  const bits = ['[', ']', '"', "'", '"""', "'''", '=', 'a', '.', '\n', '{', '}', '\\', '#', ' ']
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...bits), { maxLength: 60 }), (chosen) => {
      assert.ok(keyLines(chosen.join('')).size <= chosen.length)
    }),
  )
})

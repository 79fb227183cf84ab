import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type Input, KeyDecoder } from './key-decoder.ts'

const esc = '\u001b'

function decode(...chunks: readonly string[]): readonly Input[] {
  const decoder = new KeyDecoder()
  return chunks.flatMap((chunk) => decoder.push(chunk))
}

function keys(bytes: string): readonly string[] {
  return decode(bytes).map((input) => (input.kind === 'key' ? input.key : input.kind))
}

describe('keys', () => {
  it('are named by their modifiers and their name', () => {
    assert.deepEqual(keys(`${esc}[A${esc}[1;3A${esc}[1;4A${esc}[1;5A`), [
      'up',
      'alt+up',
      'alt+shift+up',
      'ctrl+up',
    ])
    assert.deepEqual(keys(`\r\t\u007f\u000b${esc}a${esc}\r${esc}[13;2u`), [
      'enter',
      'tab',
      'backspace',
      'ctrl+k',
      'alt+a',
      'alt+enter',
      'shift+enter',
    ])
    assert.deepEqual(keys(`${esc}OP${esc}[11~${esc}[5~${esc}[6~${esc}[Z${esc}[1;5F`), [
      'f1',
      'f1',
      'pageup',
      'pagedown',
      'shift+tab',
      'ctrl+end',
    ])
    assert.deepEqual(keys(`${esc}${esc}[A${esc}1${esc}A`), ['alt+up', 'alt+1', 'alt+shift+a'])
  })

  it('may come cut anywhere', () => {
    assert.deepEqual(decode(esc, '[1;', '3', 'A'), [{ kind: 'key', key: 'alt+up' }])
  })

  it('Escape is an escape character after which nothing comes', () => {
    const decoder = new KeyDecoder()
    assert.deepEqual(decoder.push(esc), [])
    assert.equal(decoder.isWaiting, true)
    assert.deepEqual(decoder.flush(), [{ kind: 'key', key: 'esc' }])
    assert.equal(decoder.isWaiting, false)
  })

  it('that mean nothing are dropped, never typed', () => {
    assert.deepEqual(decode(`${esc}[>0;276;0c${esc}[99~x`), [{ kind: 'text', text: 'x' }])
  })
})

describe('text', () => {
  it('is one input however it is cut into runs', () => {
    assert.deepEqual(decode('grüße 👋'), [{ kind: 'text', text: 'grüße 👋' }])
  })

  it('that is pasted is one input with all its lines, and obeys nothing', () => {
    const paste = `${esc}[200~a\r\nb\u0003${esc}[A${esc}[20`
    assert.deepEqual(decode(paste, `1~c`), [
      { kind: 'paste', text: `a\nb\u0003${esc}[A` },
      { kind: 'text', text: 'c' },
    ])
  })
})

it('focus is told', () => {
  assert.deepEqual(decode(`${esc}[I${esc}[O`), [
    { kind: 'focus', isFocused: true },
    { kind: 'focus', isFocused: false },
  ])
})

it('whatever comes is decoded the same however it is cut, and never stops the decoder', () => {
  const bytes = fc.array(
    fc.oneof(
      fc.constantFrom(esc, '[', 'O', 'A', ';', '5', '~', '200~', `${esc}[201~`, '\r'),
      fc.string(),
    ),
  )
  fc.assert(
    fc.property(bytes, (parts) => {
      const whole = new KeyDecoder()
      const cut = new KeyDecoder()
      const inputs = whole.push(parts.join(''))
      const text = (all: readonly Input[]) => all.map((one) => JSON.stringify(one)).join()
      const pieces = parts.flatMap((part) => cut.push(part))
      const written = (all: readonly Input[]) =>
        all.flatMap((one) => (one.kind === 'text' ? [...one.text] : [text([one])])).join()
      assert.equal(written(pieces), written(inputs))
    }),
  )
})

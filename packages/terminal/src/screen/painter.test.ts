import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Painter } from './painter.ts'

const esc = '\u001b'
const size = { columns: 20, rows: 3 }

describe('the painter', () => {
  it('writes nothing when nothing changed', () => {
    const painter = new Painter()
    const frame = { ...size, lines: ['a', 'b', 'c'], cursor: { x: 1, y: 2 } }
    assert.notEqual(painter.paint(frame), '')
    assert.equal(painter.paint({ ...frame, lines: [...frame.lines] }), '')
  })

  it('writes only the rows that changed, at their place', () => {
    const painter = new Painter()
    painter.paint({ ...size, lines: ['a', 'b', 'c'] })
    const bytes = painter.paint({ ...size, lines: ['a', 'x', 'c'] })
    assert.equal(bytes, `${esc}[?2026h${esc}[?25l${esc}[2;1Hx${esc}[0m${esc}[K${esc}[?2026l`)
  })

  it('moves the cursor without writing a row', () => {
    const painter = new Painter()
    painter.paint({ ...size, lines: ['a'], cursor: { x: 0, y: 0 } })
    const bytes = painter.paint({ ...size, lines: ['a'], cursor: { x: 1, y: 0 } })
    assert.equal(bytes, `${esc}[?2026h${esc}[?25l${esc}[1;2H${esc}[?25h${esc}[?2026l`)
  })

  it('paints everything once after a resize', () => {
    const painter = new Painter()
    painter.paint({ ...size, lines: ['a', 'b', 'c'] })
    const bytes = painter.paint({ columns: 10, rows: 2, lines: ['a', 'b'] })
    assert.match(bytes, /\[2J.*\[1;1Ha.*\[2;1Hb/)
  })

  it('sets the column again after what terminals disagree about, so that borders stay', () => {
    const painter = new Painter()
    const bytes = painter.paint({ ...size, lines: ['👨‍👩‍👧 a│', 'plain │', '日本│'] })
    assert.ok(bytes.includes(`👨‍👩‍👧${esc}[3G a│`))
    assert.ok(bytes.includes('plain │'))
    assert.ok(bytes.includes('日本│'))
  })

  it('does not erase the last column of a full row', () => {
    const bytes = new Painter().paint({ columns: 3, rows: 1, lines: ['abc'] })
    assert.ok(!bytes.includes(`${esc}[K`))
  })

  it('leaves bare text to the terminal to wrap, and writes it once', () => {
    const painter = new Painter()
    const bare = { ...size, bare: 'one\ntwo' }
    assert.ok(painter.paintBare(bare).includes(`${esc}[?7hone\r\ntwo${esc}[?7l`))
    assert.equal(painter.paintBare(bare), '')
    assert.match(painter.paint({ ...size, lines: ['a'] }), /\[2J/)
  })
})

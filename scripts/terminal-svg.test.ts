import assert from 'node:assert/strict'
import { it } from 'node:test'
import { runsOf, svgOf } from './terminal-svg.ts'

const esc = '\u001b'

it('styles go on over the end of a row and are placed by their cells', () => {
  const runs = runsOf([`a${esc}[1;36m日`, `b${esc}[0mc`])
  assert.deepEqual(
    runs.flat().map(({ column, text, style }) => [column, text, style.isBold, style.colour]),
    [
      [0, 'a', false, '#d5d8de'],
      [1, '日', true, '#5fc6c9'],
      [0, 'b', true, '#5fc6c9'],
      [1, 'c', false, '#d5d8de'],
    ],
  )
})

it('what is written is text, never markup', () => {
  assert.match(svgOf(['<b>&']), />&lt;b&gt;&amp;<\/text>/)
})

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { boundedLines, lineCharactersMax } from './bounded-lines.ts'

async function linesOf(...pieces: readonly (string | Uint8Array)[]): Promise<readonly string[]> {
  async function* given() {
    yield* pieces
  }
  const lines: string[] = []
  for await (const line of boundedLines(given())) lines.push(line)
  return lines
}

it('lines are the same however the stream is cut, also within a character', async () => {
  const bytes = Buffer.from('one\r\n\nzwölf 🐦\nlast')
  const whole = ['one', '', 'zwölf 🐦', 'last']
  assert.deepEqual(await linesOf(bytes), whole)
  assert.deepEqual(await linesOf(...[...bytes].map((byte) => Uint8Array.of(byte))), whole)
})

it('nothing is no line, and an end of line at the end begins none', async () => {
  assert.deepEqual(await linesOf(), [])
  assert.deepEqual(await linesOf('one\n'), ['one'])
})

it('[P7] of a line without an end only so much is kept, and the next is whole', async () => {
  const piece = 'x'.repeat(64 * 1024)
  const [first, second] = await linesOf(piece, piece, piece, `${piece}\nnext`)
  assert.equal(first?.length, lineCharactersMax)
  assert.equal(second, 'next')
})

/**
 * The lines of a stream, however it is cut into pieces. A line is kept up to a limit that is above
 * every message's, so that a stream without an end of line costs no memory; what is cut off could
 * not have been sent, since what is left is refused as too long.
 */
import { StringDecoder } from 'node:string_decoder'

export const lineCharactersMax = 128 * 1024

export async function* boundedLines(
  pieces: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8')
  let line = ''
  const keep = (part: string): void => {
    if (line.length < lineCharactersMax) line += part.slice(0, lineCharactersMax - line.length)
  }
  for await (const piece of pieces) {
    const text = typeof piece === 'string' ? piece : decoder.write(piece)
    const parts = text.split('\n')
    const rest = parts.pop() ?? ''
    for (const part of parts) {
      keep(part)
      yield ended(line)
      line = ''
    }
    keep(rest)
  }
  keep(decoder.end())
  if (line !== '') yield ended(line)
}

function ended(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}

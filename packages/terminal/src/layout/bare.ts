/**
 * The messages alone, for copying: no columns, no borders, long lines left to the terminal's own
 * wrapping, so that it copies them as one.
 */

import { clockOf, type ZoneOffset } from '../text/moment.ts'
import { sanitise, sanitiseLine } from '../text/sanitise.ts'
import { widthOf } from '../text/width.ts'
import type { Window } from './list-window.ts'
import type { ListLine } from './message-rows.ts'
import { causeSentence } from './privacy-words.ts'
import { systemSentence } from './system-sentence.ts'
import type { TimelineBlocks } from './timeline-blocks.ts'

/** As many whole messages as fit, up to the last one in the window. */
export function bareText(
  blocks: TimelineBlocks,
  at: { window: Window; columns: number; rows: number; zone: ZoneOffset; me: string },
): string {
  const lines: string[] = []
  let used = 0
  const last = at.window.lastWhole === -1 ? blocks.count - 1 : at.window.lastWhole
  for (let block = last; block > 0; block--) {
    const line = blocks.lineAt(block)
    if (line === undefined) continue
    const text = plainText(line, at)
    const height = text
      .split('\n')
      .reduce((sum, row) => sum + Math.max(1, Math.ceil(widthOf(row) / at.columns)), 0)
    if (used + height > at.rows) break
    used += height
    lines.unshift(text)
  }
  return lines.join('\n')
}

function plainText(line: ListLine, { zone, me }: { zone: ZoneOffset; me: string }): string {
  const clock = clockOf(line.at, zone)
  if (line.kind === 'system') return `${clock} ${systemSentence(line)}`
  if (line.kind === 'sealed-run') return `${clock} ${causeSentence(line.unreadable, line.count)}`
  if (line.kind === 'message' && line.unreadable !== undefined) {
    return `${clock} ${sanitiseLine(line.name)}: (${line.unreadable.say})`
  }
  const name = line.kind === 'message' ? sanitiseLine(line.name) : me
  return `${clock} ${name}: ${sanitise(line.text)}`
}

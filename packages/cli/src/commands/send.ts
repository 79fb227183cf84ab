/** `starling send ROOM [TEXT|-]`: ends with 0 only when everything was acknowledged. */
import { parseArgs } from 'node:util'
import { exitCodes, UsageError } from '../exit-codes.ts'
import { boundedLines } from '../pipes/bounded-lines.ts'
import { findRoom, identityOptions, openPipeClient } from '../pipes/pipe-client.ts'
import { heldBackBecause, usableRoom } from '../pipes/room-privacy.ts'
import { sendLines } from '../pipes/send-lines.ts'
import { wholeNumber } from '../pipes/whole-number.ts'
import type { RunCommand } from '../subcommand.ts'

const secondsDefault = 30
const aheadMax = 64

export const run: RunCommand = async (args, { note }) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { ...identityOptions, create: { type: 'boolean' }, seconds: { type: 'string' } },
    allowPositionals: true,
  })
  const [wanted, text = '-', ...rest] = positionals
  if (wanted === undefined) throw new UsageError('say which room, like "#general"')
  if (rest.length > 0) throw new UsageError('put the text in quotes')
  if (text.trim() === '') throw new UsageError('the text is empty')
  if (text === '-' && process.stdin.isTTY) note('Each line is a message; Ctrl-D ends.')
  const waitMsMax = wholeNumber('--seconds', values.seconds ?? String(secondsDefault)) * 1_000
  const client = await openPipeClient(values, { note, waitMsMax })
  try {
    const room = await findRoom(client, wanted, { isMade: values.create ?? false })
    const { profile } = values
    await usableRoom(client, { room, profile, isWriting: true, waitMsMax })
    const lines = text === '-' ? boundedLines(process.stdin) : [text]
    const { refused, open } = await sendLines(client, lines, {
      room,
      waitMsMax,
      aheadMax,
      note,
    })
    if (open > 0) {
      note(
        `${open} not acknowledged within ${waitMsMax / 1_000} s` +
          `${heldBackBecause(client, room)}; ` +
          `kept, and sent with the next run of the profile "${profile}"`,
      )
    }
    return refused + open === 0 ? exitCodes.done : exitCodes.failed
  } finally {
    await client.close()
  }
}

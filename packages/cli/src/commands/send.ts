/** `starling send ROOM [TEXT|-]`: ends with 0 only when everything was acknowledged. */
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { exitCodes, UsageError } from '../exit-codes.ts'
import { findRoom, identityOptions, openPipeClient } from '../pipes/pipe-client.ts'
import { sendLines } from '../pipes/send-lines.ts'
import { wholeNumber } from '../pipes/whole-number.ts'
import type { RunCommand } from '../subcommand.ts'

const secondsDefault = 30
const aheadMax = 64

export const run: RunCommand = async (args, { note }) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { ...identityOptions, seconds: { type: 'string' } },
    allowPositionals: true,
  })
  const [wanted, text = '-', ...rest] = positionals
  if (wanted === undefined) throw new UsageError('say which room, like "#general"')
  if (rest.length > 0) throw new UsageError('put the text in quotes')
  if (text === '-' && process.stdin.isTTY) note('Each line is a message; Ctrl-D ends.')
  const waitMsMax = wholeNumber('--seconds', values.seconds ?? String(secondsDefault)) * 1_000
  const client = await openPipeClient(values, { note, waitMsMax })
  try {
    const room = await findRoom(client, wanted)
    const lines = text === '-' ? createInterface({ input: process.stdin }) : [text]
    const { acked, refused, open } = await sendLines(client, lines, {
      room,
      waitMsMax,
      aheadMax,
      note,
    })
    if (open > 0) {
      note(
        `${open} not acknowledged within ${waitMsMax / 1_000} s; ` +
          `kept, and sent with the next run of the profile "${values.profile}"`,
      )
    }
    return acked > 0 && refused + open === 0 ? exitCodes.done : exitCodes.failed
  } finally {
    await client.close()
  }
}

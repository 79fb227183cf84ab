/** `starling tail ROOM`: prints entries until it is stopped; no hole, no repeat. */
import { parseArgs } from 'node:util'
import { exitCodes, UsageError } from '../exit-codes.ts'
import { entryLine } from '../pipes/entry-line.ts'
import { findRoom, identityOptions, openPipeClient } from '../pipes/pipe-client.ts'
import { usableRoom } from '../pipes/room-privacy.ts'
import { RoomTail, TailEnded } from '../pipes/room-tail.ts'
import { wholeNumber } from '../pipes/whole-number.ts'
import type { RunCommand } from '../subcommand.ts'

/** For the keys of an encrypted room. */
const waitMsMax = 30_000

export const run: RunCommand = async (args, { out, printed, note }) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      ...identityOptions,
      json: { type: 'boolean' },
      last: { type: 'string' },
      from: { type: 'string' },
      count: { type: 'string' },
    },
    allowPositionals: true,
  })
  const [wanted, ...rest] = positionals
  if (wanted === undefined) throw new UsageError('say which room, like "#general"')
  if (rest.length > 0) throw new UsageError('only one room')
  const number = (name: 'last' | 'from' | 'count'): number | undefined =>
    values[name] === undefined ? undefined : wholeNumber(`--${name}`, values[name])
  const start = { last: number('last'), from: number('from') }
  if (start.last !== undefined && start.from !== undefined) {
    throw new UsageError('--last and --from exclude each other')
  }
  const count = number('count') ?? Number.POSITIVE_INFINITY
  const client = await openPipeClient(values, { note })
  let tail: RoomTail | undefined
  try {
    const room = await findRoom(client, wanted)
    tail = await RoomTail.open(client, { room, ...start })
    await usableRoom(client, { room, profile: values.profile, isWriting: false, waitMsMax })
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => tail?.close())
    for (let printedCount = 0; printedCount < count; ) {
      const entry = await tail.next()
      const line = values.json ? JSON.stringify(entry) : entryLine(entry)
      if (line === undefined) continue
      printedCount += 1
      out(line)
      await printed()
    }
    return exitCodes.done
  } catch (error) {
    if (!(error instanceof TailEnded)) throw error
    if (error.message === 'closed') return exitCodes.done
    note(`starling tail: ${error.message}`)
    return exitCodes.failed
  } finally {
    tail?.close()
    await client.close()
  }
}

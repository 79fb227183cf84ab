/** What went wrong with a copy of a log, as a command tells it: what was found, what to do. */
import { LogError } from '@starling/core/log/log'
import { NatsRefusal } from '@starling/server/log/nats/nats-refusal'
import { NoCopy } from '@starling/server/migration/copy-log'
import { NotEqual } from '@starling/server/migration/moving'
import { NotDone } from '../exit-codes.ts'

const differencesShown = 5

/** The error itself when it is of another kind. */
export function notDone(error: unknown): unknown {
  if (error instanceof NoCopy) {
    return new NotDone(
      `the target is not a copy of the source: ${error.message}`,
      'give it an empty target: another nats.stream, or a data folder without starling.db',
    )
  }
  if (error instanceof NotEqual) {
    const shown = error.differences.slice(0, differencesShown).map(({ room, source, target }) => {
      const name = room === '' ? 'accounts and settings' : `room ${room}`
      return `${name}: ${source.operations} operations in the source, ${target.operations} there`
    })
    return new NotDone(
      `what was copied differs (${shown.join('; ')})`,
      'the source is as it was: go on using it, and copy anew to an empty target',
    )
  }
  if (error instanceof NatsRefusal) return new NotDone(error.found, error.remedy)
  if (error instanceof LogError) {
    return new NotDone(error.message, 'see to that, then call it again: it goes on where it was')
  }
  return error
}

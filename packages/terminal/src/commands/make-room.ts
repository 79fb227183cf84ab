/** What `/create` and `/private` have in common: both make a room and go there. */
import { firstWord, granted, type PlainCommand } from './command.ts'
import { flagsOf } from './flags.ts'

const noRecoveryKey = 'Encrypted · /recovery makes a key for lost devices'

export function makeRoom(
  kind: 'public' | 'private',
  text: Pick<PlainCommand, 'name' | 'usage' | 'summary'>,
): PlainCommand {
  return {
    ...text,
    completes: 'nothing',
    needs: 'nothing',
    isArgumentNeeded: true,
    async run({ client, ui }, argument) {
      const known = kind === 'private' ? ['plain', 'history'] : []
      const { flags, rest, unknown } = flagsOf(argument, known)
      const [word, topic] = firstWord(rest)
      if (unknown !== undefined || word === '') {
        ui.fail(`Type /${text.name} ${text.usage}`)
        return
      }
      const isPlain = flags.has('plain')
      const room = granted(
        ui,
        await client.createRoom({
          title: word.replace(/^#/, ''),
          kind,
          ...(topic === '' ? {} : { topic }),
          ...(isPlain ? { encrypted: false } : {}),
          ...(flags.has('history') && !isPlain ? { history: 'all' } : {}),
        }),
      )
      if (room === undefined) return
      ui.go(room)
      const { privacy } = client.snapshot()
      const isSealed = kind === 'private' && !isPlain
      if (isSealed && privacy?.hasRecoveryKey === false) ui.note(noRecoveryKey)
    },
  }
}

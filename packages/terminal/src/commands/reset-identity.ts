import { type PlainCommand, refuse } from './command.ts'

const word = 'reset'

export const resetIdentityCommand: PlainCommand = {
  name: 'reset-identity',
  usage: '',
  summary: 'Begin a new identity, when every key is lost',
  completes: 'nothing',
  needs: 'nothing',
  isArgumentNeeded: false,
  async run({ client, ui }) {
    if (client.snapshot().privacy?.state === 'ready') {
      ui.note('This device holds your keys; there is nothing to reset.')
      return
    }
    const sure = await ui.page({
      title: 'Begin a new identity?',
      parts: [
        {
          text:
            'Only when you have neither another device (/link) nor your recovery key ' +
            '(/restore).',
          tone: 'strong',
        },
        {
          text:
            'What was written before can never be read again. Your other devices are shut out ' +
            'of encrypted rooms. Everybody you talk with is told, and whoever verified you is ' +
            'asked to compare anew.',
          tone: 'plain',
        },
      ],
      enter: 'Go on',
    })
    if (!sure) return
    const typed = await ui.ask(`Type ${word} to begin a new identity`)
    if (typed === undefined) return
    if (typed.trim().toLowerCase() !== word) {
      ui.note('Nothing was changed.')
      return
    }
    const done = await client.privacy.resetIdentity()
    if (done.ok) ui.note('You have a new identity. /recovery makes a key for it.')
    else refuse(ui, done)
  },
}

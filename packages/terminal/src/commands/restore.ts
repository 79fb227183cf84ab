import { type PlainCommand, refuse } from './command.ts'

export const restoreCommand: PlainCommand = {
  name: 'restore',
  usage: '',
  summary: 'Let this device in with your recovery key',
  completes: 'nothing',
  needs: 'nothing',
  isArgumentNeeded: false,
  async run({ client, ui }) {
    if (client.snapshot().privacy?.state === 'ready') {
      ui.note('This device is linked already; it reads what you can read.')
      return
    }
    const key = await ui.ask('Your recovery key, group by group')
    if (key === undefined) return
    ui.note('Restoring …')
    const done = await client.privacy.restore(key)
    if (done.ok) ui.note('This device is linked; it reads what was written before.')
    else refuse(ui, done)
  },
}

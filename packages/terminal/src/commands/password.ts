import { type PlainCommand, refuse } from './command.ts'

export const passwordCommand: PlainCommand = {
  name: 'password',
  usage: '',
  summary: 'Change your password',
  completes: 'nothing',
  needs: 'nothing',
  isArgumentNeeded: false,
  async run({ client, ui }) {
    const old = await ui.ask('Your present password', { isSecret: true })
    if (old === undefined) return
    const next = await ui.ask('The new password', { isSecret: true })
    if (next === undefined) return
    const again = await ui.ask('The new password again', { isSecret: true })
    if (again === undefined) return
    if (again !== next) {
      ui.fail('The two were not the same; nothing was changed.')
      return
    }
    const done = await client.changePassword({ old, new: next })
    if (done.ok) ui.note('Your password is changed.')
    else refuse(ui, done)
  },
}

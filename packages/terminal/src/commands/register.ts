import { type PlainCommand, personName } from './command.ts'

export const registerCommand: PlainCommand = {
  name: 'register',
  usage: 'name',
  summary: 'Make an account with a password',
  completes: 'nothing',
  needs: 'nothing',
  isArgumentNeeded: true,
  async run({ client, ui }, argument) {
    const name = personName(argument)
    const password = await ui.ask(`Password of ${name}`, { isSecret: true })
    if (password === undefined) return
    const again = await ui.ask('The password again', { isSecret: true })
    if (again !== password) {
      if (again !== undefined) ui.fail('The two were not the same; nothing was changed.')
      return
    }
    await client.login({ kind: 'register', name, password, label: 'terminal' })
    ui.note(`Coming in as ${name} …`)
  },
}

import { type PlainCommand, personName } from './command.ts'

export const loginCommand: PlainCommand = {
  name: 'login',
  usage: 'name',
  summary: 'Come in with an account',
  completes: 'nothing',
  needs: 'nothing',
  isArgumentNeeded: true,
  async run({ client, ui }, argument) {
    const name = personName(argument)
    const password = await ui.ask(`Password of ${name}`, { isSecret: true })
    if (password === undefined) return
    await client.login({ kind: 'login', name, password, label: 'terminal' })
    ui.note(`Coming in as ${name} …`)
  },
}

import { granted, type PlainCommand, refuse } from './command.ts'

export const logoutCommand: PlainCommand = {
  name: 'logout',
  usage: '',
  summary: 'Log this device out and leave',
  completes: 'nothing',
  needs: 'nothing',
  isArgumentNeeded: false,
  async run({ client, ui }) {
    const devices = granted(ui, await client.devices())
    const here = devices?.find(({ isThis }) => isThis)
    if (here === undefined) return
    const sure = await ui.ask('Log this device out? Type yes')
    if (sure !== 'yes') return
    const done = await client.revoke(here.device)
    if (done.ok) ui.quit()
    else refuse(ui, done)
  },
}

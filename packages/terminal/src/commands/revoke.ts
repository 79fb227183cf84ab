import { sanitiseLine } from '../text/sanitise.ts'
import { granted, type PlainCommand, refuse } from './command.ts'

export const revokeCommand: PlainCommand = {
  name: 'revoke',
  usage: 'number|others',
  summary: 'Log another device out',
  completes: 'nothing',
  needs: 'nothing',
  isArgumentNeeded: true,
  async run({ client, ui }, argument) {
    if (argument === 'others') {
      const done = await client.revoke('others')
      if (done.ok) ui.note('All other devices are logged out.')
      else refuse(ui, done)
      return
    }
    const devices = granted(ui, await client.devices())
    if (devices === undefined) return
    const device = devices[Number.parseInt(argument, 10) - 1]
    if (device === undefined) ui.fail('There is no device of that number; see /devices.')
    else {
      const done = await client.revoke(device.device)
      if (done.ok) ui.note(`${sanitiseLine(device.label) || 'The device'} is logged out.`)
      else refuse(ui, done)
    }
  },
}

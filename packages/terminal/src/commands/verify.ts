import { granted, type RoomCommand } from './command.ts'
import { numberParts, numberWith } from './person.ts'

export const verifyCommand: RoomCommand = {
  name: 'verify',
  usage: '[@person]',
  summary: 'Compare safety numbers: once, for all their devices',
  completes: 'person',
  needs: 'room',
  isArgumentNeeded: false,
  async run(context, argument) {
    const { client, ui } = context
    const seen = await numberWith(context, argument)
    if (seen === undefined) return
    const { name, who, number } = seen
    const title = `Does ${name} see this number?`
    const page = { title, parts: numberParts(name, number), enter: 'They are the same' }
    if (!(await ui.page(page))) return
    if (granted(ui, await client.privacy.verify(who)) !== undefined) {
      ui.note(`${name} is verified, on all their devices.`)
    }
  },
}

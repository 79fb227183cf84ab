import type { RoomCommand } from './command.ts'
import { numberParts, numberWith } from './person.ts'

export const safetyCommand: RoomCommand = {
  name: 'safety',
  usage: '[@person]',
  summary: 'The safety number that you and a person both see',
  completes: 'person',
  needs: 'room',
  isArgumentNeeded: false,
  async run(context, argument) {
    const seen = await numberWith(context, argument)
    if (seen === undefined) return
    const { name, number } = seen
    const title = `Safety number of you and ${name}`
    await context.ui.page({ title, parts: numberParts(name, number), enter: 'Back' })
  },
}

import type { PlainCommand } from './command.ts'

export const quitCommand: PlainCommand = {
  name: 'quit',
  aliases: ['exit', 'q'],
  usage: '',
  summary: 'Leave Starling; unsent messages go out next time',
  completes: 'nothing',
  needs: 'nothing',
  isArgumentNeeded: false,
  run({ ui }) {
    ui.quit()
  },
}

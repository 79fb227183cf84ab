import type { PlainCommand } from './command.ts'

export const bareCommand: PlainCommand = {
  name: 'bare',
  usage: '',
  summary: 'The messages alone, for clean copying',
  completes: 'nothing',
  needs: 'nothing',
  isArgumentNeeded: false,
  run({ ui }) {
    ui.bare()
  },
}

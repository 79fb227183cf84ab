import type { PlainCommand } from './command.ts'

export const helpCommand: PlainCommand = {
  name: 'help',
  usage: '[command]',
  summary: 'What can be typed; ? shows the keys',
  completes: 'command',
  needs: 'nothing',
  isArgumentNeeded: false,
  run({ ui, commands }, argument) {
    const name = argument.replace(/^\//, '')
    const shown = name === '' ? commands : commands.filter((one) => one.name === name)
    if (shown.length === 0) {
      ui.fail(`There is no command /${name}.`)
      return
    }
    const items = shown.map((one) => ({
      label: `/${one.name} ${one.usage}`.trimEnd(),
      detail: one.summary,
    }))
    ui.panel('Commands', items)
  },
}

import { granted, type PlainCommand } from './command.ts'

const groupsInRow = 4

export const recoveryCommand: PlainCommand = {
  name: 'recovery',
  usage: '',
  summary: 'Make a recovery key, to be kept on paper',
  completes: 'nothing',
  needs: 'nothing',
  isArgumentNeeded: false,
  async run({ client, ui }) {
    const has = client.snapshot().privacy?.hasRecoveryKey === true
    const sure = await ui.page({
      title: has ? 'Make another recovery key?' : 'Make a recovery key?',
      parts: [
        {
          text:
            'It opens your encrypted conversations when all your devices are lost. It is shown ' +
            'once, and nobody can make it for you: have pen and paper ready.',
          tone: 'plain',
        },
        ...(has
          ? [{ text: 'The one that you have opens nothing from then on.', tone: 'strong' } as const]
          : []),
      ],
      enter: 'Make it',
    })
    if (!sure) return
    const key = granted(ui, await client.privacy.recoveryKey())
    if (key === undefined) return
    const groups = key.split(/[\s-]+/)
    const last = groups.at(-1) ?? ''
    while (await shown(ui, groups)) {
      const typed = await ui.ask('For a check: the last group of what you wrote down')
      if (typed === undefined) continue
      if (typed.trim().toUpperCase() === last.toUpperCase()) {
        ui.note('Right. Keep it where you keep what must not be lost.')
        return
      }
      ui.fail('That is not the last group; here it is again.')
    }
    ui.fail('The key is made, but you did not check it. /recovery makes another.')
  },
}

function shown(
  ui: Parameters<PlainCommand['run']>[0]['ui'],
  groups: readonly string[],
): Promise<boolean> {
  const rows: string[] = []
  for (let at = 0; at < groups.length; at += groupsInRow) {
    rows.push(groups.slice(at, at + groupsInRow).join(' '))
  }
  return ui.page({
    title: 'Your recovery key',
    parts: [
      { text: rows.join('\n'), tone: 'strong' },
      {
        text:
          'Who has it reads everything that you can read. Keep it on paper, away from this ' +
          'machine. It is not shown again.',
        tone: 'plain',
      },
    ],
    enter: 'I wrote it down',
  })
}

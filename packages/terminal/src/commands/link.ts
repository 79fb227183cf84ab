import type { PrivacySnapshot } from '@starling/client/api'
import { sanitiseLine } from '../text/sanitise.ts'
import { type CommandUi, granted, type PlainCommand } from './command.ts'

export const linkCommand: PlainCommand = {
  name: 'link',
  usage: '[code]',
  summary: 'Link a device: shows the code on the new one, takes it on another',
  completes: 'nothing',
  needs: 'nothing',
  isArgumentNeeded: false,
  async run({ client, ui }, argument) {
    const privacy = client.snapshot().privacy
    if (privacy?.state === 'unlinked') {
      if (argument !== '') {
        ui.fail('This is the new device: type /link with its code on one that is linked.')
        return
      }
      await showCode(ui, privacy)
      const isLinked = client.snapshot().privacy?.state === 'ready'
      if (isLinked) ui.note('This device is linked; it reads what was written before.')
      return
    }
    const code = argument === '' ? await askedCode(ui, privacy) : argument
    if (code === undefined) return
    const linked = granted(ui, await client.privacy.link(code))
    if (linked !== undefined) ui.note(`“${labelOf(linked)}” is linked.`)
  },
}

async function showCode(ui: CommandUi, { linkCode }: PrivacySnapshot): Promise<void> {
  if (linkCode === undefined) {
    ui.note('This device makes its code; try again in a moment.')
    return
  }
  await ui.page({
    title: 'Link this device',
    parts: [
      { text: 'On a device of yours that is linked, type', tone: 'plain' },
      { text: `/link ${linkCode}`, tone: 'strong' },
      { text: 'This page goes by itself when that is done.', tone: 'plain' },
      {
        text:
          'No other device? /restore takes your recovery key.\nNeither? /reset-identity begins ' +
          'anew, without what was written before.',
        tone: 'quiet',
      },
    ],
    enter: 'Back',
    isUntilLinked: true,
  })
}

/** Undefined when nothing waits, or no code was given. */
async function askedCode(
  ui: CommandUi,
  privacy: PrivacySnapshot | undefined,
): Promise<string | undefined> {
  const [first, ...others] = privacy?.unlinked ?? []
  if (first === undefined) {
    ui.note('None of your devices waits to be linked. Log in on the new one first.')
    return undefined
  }
  const which = others.length === 0 ? `“${labelOf(first)}”` : 'the new device'
  return ui.ask(`The code that ${which} shows`)
}

function labelOf({ label }: { readonly label: string }): string {
  return sanitiseLine(label) || 'A device'
}

import type { PrivacySnapshot } from '@starling/client/api'
import { type CommandUi, granted, type PlainCommand, refuse } from './command.ts'

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
    if (devices === undefined || here === undefined) return
    const { privacy } = client.snapshot()
    if (isLastKey(privacy, devices.length) && !(await warned(ui))) return
    const sure = await ui.ask('Log this device out? Type yes')
    if (sure !== 'yes') return
    const done = await client.revoke(here.device)
    if (done.ok) ui.quit()
    else refuse(ui, done)
  },
}

/** With this device go the keys of what was written. */
function isLastKey(privacy: PrivacySnapshot | undefined, devices: number): boolean {
  if (privacy?.state !== 'ready' || privacy.hasRecoveryKey) return false
  return devices - privacy.unlinked.length <= 1
}

function warned(ui: CommandUi): Promise<boolean> {
  return ui.page({
    title: 'This device alone holds your keys',
    parts: [
      {
        text:
          'You have no recovery key and no other linked device. When you log out here, nobody ' +
          'can read your encrypted conversations for you any more.',
        tone: 'plain',
      },
      { text: 'Esc, then /recovery, makes a key first.', tone: 'strong' },
    ],
    enter: 'Go on without',
  })
}

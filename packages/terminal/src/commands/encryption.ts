import type { PrivacySnapshot } from '@starling/client/api'
import type { PanelItem } from '../model/state.ts'
import { sanitiseLine } from '../text/sanitise.ts'
import type { PlainCommand } from './command.ts'

export const encryptionCommand: PlainCommand = {
  name: 'encryption',
  aliases: ['keys'],
  usage: '',
  summary: 'How this device stands: recovery key, devices to link',
  completes: 'nothing',
  needs: 'nothing',
  isArgumentNeeded: false,
  run({ client, ui }) {
    const { privacy } = client.snapshot()
    const [title, items] = standing(privacy)
    ui.panel(title, items)
  },
}

type Standing = readonly [title: string, items: readonly PanelItem[]]

function standing(privacy: PrivacySnapshot | undefined): Standing {
  switch (privacy?.state) {
    case undefined:
    case 'off':
      return ['Encryption: not on this client', []]
    case 'preparing':
      return ['Encryption: this device is getting ready', []]
    case 'unlinked':
      return [
        'Encryption: this device is not linked',
        [
          act('/link', 'Show its code, to be typed on another device of yours'),
          act('/restore', 'Type your recovery key'),
          act('/reset-identity', 'Neither: begin a new identity'),
        ],
      ]
    case 'ready':
      return ['Encryption: this device is linked', ofLinked(privacy)]
  }
}

function ofLinked({ hasRecoveryKey, unlinked }: PrivacySnapshot): readonly PanelItem[] {
  const recovery = hasRecoveryKey
    ? 'You have a recovery key; make another'
    : 'You have none: lose your devices and all is lost'
  return [
    act('/recovery', recovery),
    ...unlinked.map(({ label }) => {
      return act('/link', `“${sanitiseLine(label) || 'a device'}” waits to be linked`)
    }),
    act('/devices', 'Where you are logged in'),
  ]
}

function act(text: string, detail: string): PanelItem {
  return { label: text, detail, pick: { kind: 'command', text } }
}

import { sanitiseLine } from '../text/sanitise.ts'
import { granted, type PlainCommand } from './command.ts'

export const devicesCommand: PlainCommand = {
  name: 'devices',
  usage: '',
  summary: 'Where you are logged in',
  completes: 'nothing',
  needs: 'nothing',
  isArgumentNeeded: false,
  async run({ client, ui }) {
    const devices = granted(ui, await client.devices())
    if (devices === undefined) return
    const { privacy } = client.snapshot()
    const waiting = new Set(privacy?.unlinked.map(({ device }) => device))
    const items = devices.map((one, at) => {
      const isUnlinked = one.isThis ? privacy?.state === 'unlinked' : waiting.has(one.device)
      const marks = [
        ...(one.isThis ? ['this one'] : []),
        ...(isUnlinked ? ['not linked: /link'] : []),
        `since ${dateOf(one.addedAt)}`,
      ]
      return {
        label: `${at + 1}  ${sanitiseLine(one.label) || 'a device'}`,
        detail: marks.join(', '),
      }
    })
    ui.panel('Devices · /revoke number logs one out', items)
  },
}

function dateOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

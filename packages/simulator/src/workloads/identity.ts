/**
 * Devices and passwords: who could not log in tries again; a device that its person calls lost is
 * revoked by another, and must stay revoked.
 */
import type { ClientProcess } from '../cluster/client-process.ts'
import type { Workload } from './workload.ts'

/** The name of a device that will be revoked, and of the person whose device revokes it. */
export const lostDevice = 'ann-lost'
export const lostDeviceOwner = 'ann'

export const identity: Workload = {
  name: 'identity',
  weight: 2,
  act(client, scene, random) {
    if (client.isRefused && client.name !== lostDevice) return client.loginAgain()
    if (client.name !== lostDeviceOwner) return
    const lost: ClientProcess | undefined = scene.cluster.clients.find(
      (other) => other.name === lostDevice,
    )
    if (lost !== undefined && scene.users.has(lostDevice) && random.isHit(0.5)) {
      return client.ask({ t: 'revoke', device: scene.deviceOf(lost) })
    }
    client.ask({ t: 'devices' })
  },
}

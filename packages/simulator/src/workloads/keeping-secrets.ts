/**
 * What people do about encryption: let in their new devices, compare safety numbers, write down a
 * recovery key and use it, begin a new identity, reset a room's group.
 */
import type { ClientProcess } from '../cluster/client-process.ts'
import type { Random } from '../random.ts'
import type { Scene } from './scene.ts'
import type { Workload } from './workload.ts'

export const keepingSecrets: Workload = {
  name: 'keeping-secrets',
  weight: 4,
  act(client, scene, random) {
    if (!scene.areSecretsKept) return
    const privacy = client.node?.snapshot().privacy
    if (privacy?.state === 'unlinked') return letIn(client, scene, random)
    const user = random.pickMaybe([...scene.users.values()])
    if (user === undefined) return
    const act = random.weighted<() => void>([
      [() => client.wish({ kind: 'safety-number', user }), 4],
      [() => client.wish({ kind: 'recovery-key' }), 1],
      [() => client.wish({ kind: 'again', room: random.pickMaybe(scene.rooms) ?? 'r-0' }), 2],
      [() => client.wish({ kind: 'reset-room', room: random.pickMaybe(scene.rooms) ?? 'r-0' }), 1],
      [() => verify(client, user, random), 2],
    ])
    act()
  },
}

/** Who is verified and changes blocks what is sealed for them, until they are accepted. */
function verify(client: ClientProcess, user: string, random: Random): void {
  client.wish({ kind: 'verify', user, as: random.isHit(0.5) ? 'accept' : 'unverified' })
}

function letIn(client: ClientProcess, scene: Scene, random: Random): void {
  const recoveryKey = scene.recoveryKeyOf(scene.users.get(client.name) ?? '')
  if (recoveryKey !== undefined && random.isHit(0.3)) {
    return client.wish({ kind: 'restore', recoveryKey })
  }
  if (random.isHit(0.05)) return client.wish({ kind: 'reset-identity' })
  link(client, scene)
}

/** The person takes both devices into their hands; without another one they begin anew. */
export function letInForGood(client: ClientProcess, scene: Scene): void {
  const privacy = client.node?.snapshot().privacy
  if (!client.isOnline || privacy?.state !== 'unlinked') return
  if (!link(client, scene)) client.wish({ kind: 'reset-identity' })
}

/** False when there is no other device that could let it in. */
function link(client: ClientProcess, scene: Scene): boolean {
  const me = scene.users.get(client.name)
  const code = client.node?.snapshot().privacy?.linkCode
  const other = scene.cluster.clients.find(
    (one) =>
      one.isOnline &&
      scene.users.get(one.name) === me &&
      one.node?.snapshot().privacy?.state === 'ready',
  )
  if (code !== undefined) other?.wish({ kind: 'link', code })
  return other !== undefined
}

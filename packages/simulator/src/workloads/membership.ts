/** Rooms made, open or encrypted, joined, left; people invited, kicked, banned, muted, raised. */
import type { Operation } from '@starling/protocol/operation'
import type { Random } from '../random.ts'
import type { Workload } from './workload.ts'

export const membership: Workload = {
  name: 'membership',
  weight: 7,
  act(client, scene, random) {
    const room = random.pickMaybe(scene.rooms)
    if (room === undefined || random.isHit(0.05)) {
      const made = scene.newRoom()
      return client.compose(made, creation(`Room ${made}`, scene.areSecretsKept, random))
    }
    const user = random.pickMaybe([...scene.users.values()]) ?? 'nobody'
    const op = random.weighted<Operation>([
      [{ kind: 'join' }, 12],
      [{ kind: 'leave' }, 2],
      [{ kind: 'invite', user }, 4],
      [{ kind: 'kick', user }, 1],
      [{ kind: 'ban', user, on: random.isHit(0.4) }, 1],
      [{ kind: 'mute', user, on: random.isHit(0.4) }, 1],
      [{ kind: 'role', user, role: random.pick(['owner', 'moderator', 'member']) }, 1],
      [{ kind: 'topic', topic: scene.newText(true) }, 1],
    ])
    client.compose(room, op)
  },
}

function creation(name: string, areSecretsKept: boolean, random: Random): Operation {
  if (random.isHit(areSecretsKept ? 0.4 : 0.7)) return { kind: 'create', room: 'public', name }
  if (!areSecretsKept || random.isHit(0.2)) return { kind: 'create', room: 'private', name }
  const history = random.isHit(0.3) ? 'all' : 'none'
  return { kind: 'create', room: 'private', name, encrypted: true, history }
}

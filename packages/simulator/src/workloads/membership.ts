/** Rooms made, joined, left; people invited, kicked, banned, muted, made moderators. */
import type { Operation } from '@starling/protocol/operation'
import type { Workload } from './workload.ts'

export const membership: Workload = {
  name: 'membership',
  weight: 7,
  act(client, scene, random) {
    const room = random.pickMaybe(scene.rooms)
    if (room === undefined || random.isHit(0.05)) {
      const made = scene.newRoom()
      const kind = random.isHit(0.7) ? 'public' : 'private'
      return client.compose(made, { kind: 'create', room: kind, name: `Room ${made}` })
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

/**
 * Reads, most of them of rooms in which the reader was just acknowledged (P6); read markers;
 * typing.
 */
import type { Workload } from './workload.ts'

export const reading: Workload = {
  name: 'reading',
  weight: 8,
  act(client, scene, random) {
    const room = random.pickMaybe(scene.recentlyAcked(client.name)) ?? random.pickMaybe(scene.rooms)
    if (room === undefined) return
    const before = random.between(1, scene.head(room) + 1)
    const act = random.weighted<() => void>([
      [() => client.ask({ t: 'history', room, limit: 5 }), 8],
      [() => client.ask({ t: 'history', room, before, limit: 10 }), 2],
      [() => client.ask({ t: 'history', room, around: before, limit: 7 }), 1],
      [() => client.ask({ t: 'members', room }), 2],
      [() => client.ask({ t: 'rooms' }), 1],
      [() => client.ask({ t: 'search', text: 'and' }), 1],
      [() => client.act((now, node) => node.openRoom(now, room)), 1],
      [() => client.act((now, node) => node.loadOlder(now, room)), 1],
      [() => client.act((now, node) => node.markRead(now, room)), 3],
      [() => client.act((now, node) => node.setTyping(now, room, random.isHit(0.5))), 1],
    ])
    act()
  },
}

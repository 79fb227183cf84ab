/** Edits, deletions and reactions, of one's own and of others' messages, some of which are none. */
import type { Operation } from '@starling/protocol/operation'
import type { Workload } from './workload.ts'

const emoji = ['+1', '❤️', '🎉']

export const changing: Workload = {
  name: 'changing',
  weight: 6,
  act(client, scene, random) {
    const room = random.pickMaybe(scene.rooms)
    if (room === undefined) return
    const target = random.between(1, scene.head(room) + 2)
    const op = random.weighted<Operation>([
      [{ kind: 'edit', target, text: scene.newText(random.isHit(0.5)) }, 3],
      [{ kind: 'delete', target }, 1],
      [{ kind: 'react', target, emoji: random.pick(emoji), on: random.isHit(0.7) }, 4],
    ])
    client.compose(room, op)
  },
}

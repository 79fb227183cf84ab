/** Messages, short and long mixed, so that balancing by size splits one sender over backends. */
import type { Workload } from './workload.ts'

export const posting: Workload = {
  name: 'posting',
  weight: 20,
  act(client, scene, random) {
    const room = random.pickMaybe(scene.rooms)
    if (room === undefined) return
    const count = random.isHit(0.2) ? random.between(2, 8) : 1
    for (let i = 0; i < count; i++) {
      const text = scene.newText(random.isHit(0.5))
      const head = scene.head(room)
      const isReply = head > 0 && random.isHit(0.1)
      client.compose(room, {
        kind: 'post',
        text,
        ...(isReply ? { replyTo: random.between(1, head) } : {}),
      })
    }
  },
}

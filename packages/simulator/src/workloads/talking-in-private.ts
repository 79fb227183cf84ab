/** Direct conversations, which both sides may open at the same moment. */
import { directRoomId } from '@starling/protocol/operation'
import type { Workload } from './workload.ts'

export const talkingInPrivate: Workload = {
  name: 'talking-in-private',
  weight: 3,
  act(client, scene, random) {
    const me = scene.users.get(client.name)
    const other = random.pickMaybe([...scene.users.values()])
    if (me === undefined || other === undefined || other === me) return
    const room = directRoomId(me, other)
    if (!scene.rooms.includes(room)) scene.rooms.push(room)
    const isEncrypted = scene.areSecretsKept && random.isHit(0.8)
    client.compose(room, {
      kind: 'direct',
      user: other,
      ...(isEncrypted ? { encrypted: true } : {}),
    })
    client.compose(room, { kind: 'post', text: scene.newText(random.isHit(0.5)) })
  },
}

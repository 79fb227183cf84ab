/** What happens in stories about encrypted rooms. */
import type { TimelineLine } from '@starling/core/client/snapshot'
import { directRoomId } from '@starling/protocol/operation'
import type { Act } from './acts.ts'
import type { Stage } from './stage.ts'

export const secretActs: readonly Act[] = [
  {
    pattern: /^(\S+) creates (\S+), encrypted(, its history for all)?$/,
    does: ({ cluster }, [who, room, isForAll]) => {
      const history = isForAll === undefined ? 'none' : 'all'
      const op = { kind: 'create', room: 'private', name: room!, encrypted: true, history } as const
      cluster.client(who!).compose(room!, op)
    },
  },
  {
    pattern: /^(\S+) invites (\S+) to (\S+)$/,
    does: ({ cluster, scene }, [who, whom, room]) => {
      const user = scene.users.get(whom!) ?? whom!
      cluster.client(who!).compose(room!, { kind: 'invite', user })
    },
  },
  {
    pattern: /^(\S+) writes to (\S+): (.+)$/,
    does: ({ cluster, scene }, [who, whom, text]) => {
      const [me, user] = [scene.users.get(who!) ?? who!, scene.users.get(whom!) ?? whom!]
      const room = directRoomId(me, user)
      cluster.client(who!).compose(room, { kind: 'direct', user, encrypted: true })
      cluster.client(who!).compose(room, { kind: 'post', text: text! })
    },
  },
  {
    pattern: /^(\S+) lets (\S+) in$/,
    does: (stage, [who, device]) => {
      const code = stage.cluster.client(device!).node?.snapshot().privacy?.linkCode
      if (code === undefined) return stage.say(`${device}: shows no code`)
      stage.cluster.client(who!).wish({ kind: 'link', code })
    },
  },
  {
    pattern: /^(\S+) begins a new identity$/,
    does: ({ cluster }, [who]) => cluster.client(who!).wish({ kind: 'reset-identity' }),
  },
  {
    pattern: /^(\S+) resets (\S+)$/,
    does: ({ cluster }, [who, room]) =>
      cluster.client(who!).wish({ kind: 'reset-room', room: room! }),
  },
  {
    pattern: /^(\S+) writes down the recovery key$/,
    does: ({ cluster }, [who]) => cluster.client(who!).wish({ kind: 'recovery-key' }),
  },
  {
    pattern: /^(\S+) enters the recovery key$/,
    does: (stage, [who]) => {
      const { cluster, scene } = stage
      const recoveryKey = scene.recoveryKeyOf(scene.users.get(who!) ?? '')
      if (recoveryKey === undefined) return stage.say(`${who}: never wrote one down`)
      cluster.client(who!).wish({ kind: 'restore', recoveryKey })
    },
  },
  {
    pattern: /^(\S+) opens (\S+)$/,
    does: ({ cluster }, [who, room]) =>
      cluster.client(who!).act((now, node) => node.openRoom(now, room!)),
  },
  {
    pattern: /^show (\S+) as (\S+) sees it$/,
    does: (stage, [room, who]) => showTimeline(stage, room!, who!),
  },
]

function showTimeline(stage: Stage, room: string, who: string): void {
  const rooms = stage.cluster.client(who).node?.snapshot().rooms ?? []
  const shown = rooms.find((one) => one.room === room)
  if (shown === undefined) return stage.say(`${who}: is not in ${room}`)
  stage.say(`${who}: sees ${room}, ${shown.privacy?.code ?? 'not encrypted'}:`)
  const { divider, lines } = shown.timeline
  if (divider !== undefined) stage.say(`  (${divider.code})`)
  for (const line of lines) stage.say(`  ${described(line)}`)
}

function described(line: TimelineLine): string {
  const head = `${line.index} ${line.name}`
  if (line.kind === 'system') return `${head} ${line.body.kind}`
  if (line.unreadable !== undefined) return `${head}: (${line.unreadable.code})`
  return `${head}: ${line.deletedBy === undefined ? line.text : '(deleted)'}`
}

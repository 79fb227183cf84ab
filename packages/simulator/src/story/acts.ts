/** All that can happen in a story: a pattern of one line, and what it does. */

import { entriesOf, storesUp } from '../checkers/sends.ts'
import { fates } from '../log/simulated-log.ts'
import type { Observation } from '../observation.ts'
import { hash32 } from '../random.ts'
import { told } from './narrator.ts'
import { secretActs } from './secret-acts.ts'
import type { Stage } from './stage.ts'

type Words = readonly string[]

export interface Act {
  readonly pattern: RegExp
  readonly does: (stage: Stage, words: Words) => void
}

const people: readonly Act[] = [
  {
    pattern: /^guests? (.+)$/,
    does: ({ scene }, [names]) => {
      for (const name of names!.split(' ')) scene.addGuest(name).start()
    },
  },
  { pattern: /^(\S+) registers$/, does: ({ scene }, [name]) => scene.addRegistered(name!).start() },
  {
    pattern: /^(\S+) logs in on (\S+)$/,
    does: ({ scene }, [of, name]) => scene.addDevice(of!, name!).start(),
  },
  {
    pattern: /^(\S+) creates (\S+)$/,
    does: ({ cluster }, [who, room]) =>
      cluster.client(who!).compose(room!, { kind: 'create', room: 'public', name: room! }),
  },
  {
    pattern: /^(\S+) joins (\S+)$/,
    does: ({ cluster }, [who, room]) => cluster.client(who!).compose(room!, { kind: 'join' }),
  },
  {
    pattern: /^(\S+) leaves (\S+)$/,
    does: ({ cluster }, [who, room]) => cluster.client(who!).compose(room!, { kind: 'leave' }),
  },
  {
    pattern: /^(\S+) kicks (\S+) from (\S+)$/,
    does: ({ cluster, scene }, [who, whom, room]) => {
      const user = scene.users.get(whom!) ?? whom!
      cluster.client(who!).compose(room!, { kind: 'kick', user })
    },
  },
  {
    pattern: /^(\S+) posts (\d+) messages to (\S+)$/,
    does: ({ cluster, scene }, [who, count, room]) => {
      for (let i = 1; i <= Number(count); i++) {
        cluster.client(who!).compose(room!, { kind: 'post', text: scene.newText(true) })
      }
    },
  },
  {
    pattern: /^(\S+) posts (\S+): (.+)$/,
    does: ({ cluster }, [who, room, text]) =>
      cluster.client(who!).compose(room!, { kind: 'post', text: text! }),
  },
  {
    pattern: /^(\S+) edits (\d+) in (\S+): (.+)$/,
    does: ({ cluster }, [who, target, room, text]) => {
      const op = { kind: 'edit', target: Number(target), text: text! } as const
      cluster.client(who!).compose(room!, op)
    },
  },
  {
    pattern: /^(\S+) reads (\S+)$/,
    does: ({ cluster }, [who, room]) =>
      cluster.client(who!).ask({ t: 'history', room: room!, limit: 50 }),
  },
  {
    pattern: /^(\S+) types in (\S+)$/,
    does: ({ cluster }, [who, room]) =>
      cluster.client(who!).act((now, node) => node.setTyping(now, room!, true)),
  },
  {
    pattern: /^(\S+) revokes (\S+)$/,
    does: ({ cluster, scene }, [who, device]) => {
      const target = scene.deviceOf(cluster.client(device!))
      cluster.client(who!).ask({ t: 'revoke', device: target })
    },
  },
  {
    pattern: /^(\S+) reads slowly, a frame in (\d+) ms$/,
    does: ({ cluster }, [who, ms]) => cluster.client(who!).setReadInterval(Number(ms)),
  },
  {
    pattern: /^(\S+) says (.+)$/,
    does: ({ cluster }, [who, text]) => cluster.client(who!).sendRaw(text!),
  },
]

const servers: readonly Act[] = [
  { pattern: /^kill (\S+)$/, does: (stage, [name]) => stage.process(name!).kill(false) },
  {
    pattern: /^(\S+) loses power$/,
    does: (stage, [name]) => stage.process(name!).kill(true),
  },
  { pattern: /^start (\S+)$/, does: (stage, [name]) => stage.process(name!).start() },
  { pattern: /^freeze (\S+)$/, does: (stage, [name]) => stage.process(name!).freeze() },
  { pattern: /^thaw (\S+)$/, does: (stage, [name]) => stage.process(name!).thaw() },
  {
    pattern: /^drain (\S+)$/,
    does: ({ cluster }, [name]) =>
      (name!.startsWith('frontend')
        ? cluster.frontend(name!)
        : cluster.backend(name!)
      ).beginDrain(),
  },
  {
    pattern: /^(\S+) loses its store$/,
    does: ({ cluster }, [name]) => cluster.loseStore(cluster.backend(name!), 0),
  },
  {
    pattern: /^cut (\S+) from (\S+)$/,
    does: ({ cluster: { paths } }, [a, b]) => {
      paths.between(a!, b!).close()
      paths.between(b!, a!).close()
    },
  },
  {
    pattern: /^cut the way from (\S+) to (\S+)$/,
    does: ({ cluster: { paths } }, [a, b]) => paths.between(a!, b!).close(),
  },
  {
    pattern: /^heal the way from (\S+) to (\S+)$/,
    does: ({ cluster: { paths } }, [a, b]) => paths.between(a!, b!).open(),
  },
  {
    pattern: /^heal (\S+) and (\S+)$/,
    does: ({ cluster: { paths } }, [a, b]) => {
      paths.between(a!, b!).open()
      paths.between(b!, a!).open()
    },
  },
]

const log: readonly Act[] = [
  { pattern: /^the log has no leader$/, does: ({ cluster }) => cluster.log.beginElection() },
  { pattern: /^the log has a leader$/, does: ({ cluster }) => cluster.log.endElection() },
  {
    pattern: /^the log is out of reach$/,
    does: ({ cluster }) => {
      cluster.log.beginElection()
      for (const { name } of cluster.backends) cluster.log.cutOff(name)
    },
  },
  {
    pattern: /^the log is in reach$/,
    does: ({ cluster }) => {
      cluster.log.endElection()
      for (const { name } of cluster.backends) cluster.log.reconnect(name)
    },
  },
  { pattern: /^the disk is full$/, does: ({ cluster }) => cluster.log.fillDisk() },
  { pattern: /^the disk has room$/, does: ({ cluster }) => cluster.log.freeDisk() },
  {
    pattern: /^the ack of the next append is lost, it (lands|lands late|is lost)$/,
    does: ({ cluster }, [fate]) => {
      const found = fates.find((one) => one === fate)
      if (found !== undefined) cluster.log.loseNextAck(found)
    },
  },
  {
    pattern: /^(\S+) cannot reach the log$/,
    does: ({ cluster }, [name]) => cluster.log.cutOff(name!),
  },
  {
    pattern: /^(\S+) reaches the log$/,
    does: ({ cluster }, [name]) => cluster.log.reconnect(name!),
  },
  {
    pattern: /^(\S+) lags (\d+) ms$/,
    does: ({ cluster }, [name, ms]) => cluster.log.setLag(name!, Number(ms)),
  },
]

const time: readonly Act[] = [
  { pattern: /^run (\d+) ms$/, does: ({ world }, [ms]) => world.runFor(Number(ms)) },
  { pattern: /^settle$/, does: (stage) => stage.settle() },
  {
    pattern: /^settle within (\d+) ms$/,
    does: (stage, [ms]) => stage.settleWithin(Number(ms)),
  },
  { pattern: /^judge$/, does: (stage) => stage.judge() },
  { pattern: /^show backends of (\S+)$/, does: (stage, [name]) => showBackends(stage, name!) },
  {
    pattern: /^show sockets of (\S+)$/,
    does: (stage, [name]) => {
      for (const line of stage.cluster.frontend(name!).socketsTold()) stage.say(line)
    },
  },
  {
    pattern: /^show who is there for (\S+) in (\S+)$/,
    does: (stage, [who, room]) => showPeople(stage, who!, room!),
  },
  { pattern: /^show (\S+)$/, does: (stage, [room]) => showRoom(stage, room!) },
  {
    pattern: /^when a record of (\S+) stands: (.+)$/,
    does: (stage, [name, then]) =>
      stage.when(
        (seen) => seen.kind === 'landed' && seen.logged.record.id.startsWith(`${name}.`),
        () => perform(stage, then!),
      ),
  },
  {
    pattern: /^when (\S+) appends: (.+)$/,
    does: (stage, [name, then]) =>
      stage.when(
        (seen) => seen.kind === 'appends' && seen.backend === name,
        () => perform(stage, then!),
      ),
  },
  {
    pattern: /^when (\S+) answers a send: (.+)$/,
    does: (stage, [name, then]) =>
      stage.when(
        (seen) => isAnswerToSend(seen, name!),
        () => perform(stage, then!),
      ),
  },
]

const acts: readonly Act[] = [...secretActs, ...time, ...servers, ...log, ...people]

export function perform(stage: Stage, line: string): void {
  for (const { pattern, does } of acts) {
    const match = pattern.exec(line)
    if (match !== null) return does(stage, match.slice(1))
  }
  throw new Error(`no story knows how to '${line}'`)
}

function isAnswerToSend(seen: Observation, backend: string): boolean {
  return seen.kind === 'replied' && seen.backend === backend && seen.body.kind === 'send'
}

/** The room as the stores hold it; stores that agree are named together. */
function showRoom(stage: Stage, room: string): void {
  const groups = new Map<number, { names: string[]; lines: string[] }>()
  for (const { name, store } of storesUp(stage.cluster)) {
    const lines = entriesOf(store, room).map(told)
    const key = hash32(lines.join('\n'))
    const group = groups.get(key) ?? { names: [], lines }
    group.names.push(name)
    groups.set(key, group)
  }
  for (const { names, lines } of groups.values()) {
    stage.say(`${names.join(', ')}:`)
    for (const line of lines) stage.say(`  ${line}`)
  }
}

function showPeople(stage: Stage, who: string, room: string): void {
  const rooms = stage.cluster.client(who).node?.snapshot().rooms ?? []
  const shown = rooms.find((one) => one.room === room)
  const names = new Map([...stage.scene.users].map(([name, user]) => [user, name]))
  const online = (shown?.online ?? []).map((user) => names.get(user) ?? user)
  const typing = (shown?.typing ?? []).map(({ name }) => name)
  stage.say(
    `${who}: sees ${online.sort().join(', ')} online, ${typing.join(', ') || 'nobody'} typing`,
  )
}

function showBackends(stage: Stage, name: string): void {
  for (const backend of stage.cluster.frontend(name).node?.figures().backends ?? []) {
    stage.say(`${backend.name}: ${backend.status}, ${backend.feeds} feeds`)
  }
}

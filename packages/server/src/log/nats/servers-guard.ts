/**
 * Whether the servers can keep what was promised: each new enough, each with `sync_interval:
 * always`, and more than one replica where there is more than one server. All servers are asked at
 * once; a server that is down is asked when it is back, since the check is made again and again.
 */
import type { NatsConnection } from '@nats-io/transport-node'
import { createInbox } from '@nats-io/transport-node'
import { jetstreamSubjects, readServerAnswer, type ServerAnswer } from './jetstream-api.ts'
import { NatsRefusal } from './nats-refusal.ts'
import type { NatsSettings } from './nats-settings.ts'
import { natsTuning } from './nats-tuning.ts'

export const natsVersionMin = '2.15.1'

export interface Servers {
  /** As each says itself; empty when none may be asked. */
  readonly all: readonly ServerAnswer[]
  /** With how they store; empty when that may not be asked. */
  readonly storing: readonly ServerAnswer[]
}

/** `expected`: when all of these answered, no other is waited for. */
export async function askServers(
  connection: NatsConnection,
  system: NatsConnection,
  expected: readonly string[],
): Promise<Servers> {
  const { servers, storage } = jetstreamSubjects
  const [all, storing] = await Promise.all([
    askAll(connection, { subject: servers, payload: { include_unused: true }, expected }),
    askAll(system, { subject: storage, payload: { config: true }, expected }),
  ])
  return { all, storing }
}

/** Those that store, and did not say how. */
export function silentServers({ all, storing }: Servers): readonly string[] {
  const told = new Set(storing.map(({ server }) => server.name))
  return all.filter(({ server }) => server.jetstream && !told.has(server.name)).map(nameOf)
}

function nameOf({ server }: ServerAnswer): string {
  return server.name
}

export interface Unsafe {
  readonly found: string
  readonly remedy: string
}

/** What keeps the promises from being kept, each once. */
export function findUnsafe(servers: Servers, settings: NatsSettings): readonly Unsafe[] {
  const { all, storing } = servers
  const known = new Map([...all, ...storing].map(({ server }) => [server.name, server]))
  const found: Unsafe[] = []
  for (const { name, ver } of known.values()) {
    if (isAtLeast(ver, natsVersionMin)) continue
    found.push({
      found: `server ${name} is version ${ver}; those before ${natsVersionMin} may lose records`,
      remedy: `upgrade it to ${natsVersionMin} or newer`,
    })
  }
  const stores = [...known.values()].filter(({ jetstream }) => jetstream)
  if (settings.replicas < 3 && Math.max(stores.length, settings.servers.length) > 1) {
    found.push({
      found: `there are several servers, but ${settings.replicas} of them hold each record`,
      remedy: 'set nats.replicas to 3 and have three servers',
    })
  }
  const lazy = storing.filter(({ data }) => data?.config && !data.config.sync_always)
  for (const { server } of lazy) {
    found.push({
      found: `server ${server.name} acknowledges before it has stored (no "sync_interval: always")`,
      remedy: 'put "sync_interval: always" into its block "jetstream { … }" and restart it',
    })
  }
  const silent = silentServers(servers)
  if (silent.length > 0 || storing.length === 0) {
    const who = silent.join(', ') || 'the servers'
    found.push({
      found: `whether ${who} store before they acknowledge is not known`,
      remedy:
        'give nats.systemUser or nats.systemCredsFile, or let the account import ' +
        `"${jetstreamSubjects.storage}" from the system account`,
    })
  }
  return found
}

export function refusalOfUnsafe(unsafe: readonly Unsafe[]): NatsRefusal {
  return new NatsRefusal(
    `The log could lose what was acknowledged: ${unsafe.map(({ found }) => found).join('; ')}.`,
    `${capital(unsafe.map(({ remedy }) => remedy).join('; '))}. ` +
      'To run without that promise, set nats.allowUnsafe = true.',
  )
}

export function warningOf({ found, remedy }: Unsafe): string {
  return `Acknowledged messages may be lost: ${found}. To change that: ${remedy}.`
}

interface QuestionToAll {
  readonly subject: string
  readonly payload: object
  readonly expected: readonly string[]
}

/** The answers until all that are expected are there, or none came for a while. */
async function askAll(
  connection: NatsConnection,
  { subject, payload, expected }: QuestionToAll,
): Promise<readonly ServerAnswer[]> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const answers = new Map<string, ServerAnswer>()
  const whole = setTimeout(resolve, natsTuning.allServersMsMax)
  let silence: NodeJS.Timeout | undefined
  const reply = createInbox()
  const subscription = connection.subscribe(reply, {
    callback: (error, message) => {
      // Nobody there who answers.
      if (error || message.headers?.code === 503) return resolve()
      const answer = readServerAnswer(message.string())
      if (answer.ok) answers.set(answer.value.server.name, answer.value)
      clearTimeout(silence)
      silence = setTimeout(resolve, natsTuning.allServersSilenceMs)
      if (expected.length > 0 && expected.every((name) => answers.has(name))) resolve()
    },
  })
  connection.publish(subject, JSON.stringify(payload), { reply })
  await promise
  clearTimeout(whole)
  clearTimeout(silence)
  if (!connection.isClosed()) subscription.unsubscribe()
  return [...answers.values()]
}

function isAtLeast(version: string, min: string): boolean {
  const [is, least] = [version, min].map((text) => text.split(/[.-]/).slice(0, 3).map(Number))
  const at = least!.findIndex((part, i) => part !== is![i])
  return at === -1 || is![at]! > least![at]!
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/**
 * What an operator must not overlook, in sentences that say what follows from it. What is wrong
 * with one front-end or backend alone stands in its row instead.
 */
import { hasLeader, isOld } from '@starling/server/telemetry/engine-view'
import { type EnginePicture, type NatsPicture, natsViewsOf, type ToldBackend } from './engine.ts'

export interface Alarm {
  /** `error`: something does not work. `warning`: something may come to it. */
  readonly level: 'error' | 'warning'
  readonly text: string
}

/** The same in docs/operating.md. */
const fullShareWarned = 0.8
const fullShareError = 0.95
const namesMax = 4

export function alarmsOf(
  engine: EnginePicture,
  backends: readonly ToldBackend[],
): readonly Alarm[] {
  return [
    ...failures(backends),
    ...reachAlarms(backends),
    ...(engine.kind === 'nats' ? [...serverAlarms(engine), ...fullAlarms(engine)] : []),
    ...warnings(backends),
    ...replicaAlarms(backends),
    ...settingsAlarms(backends),
  ].sort((a, b) => Number(b.level === 'error') - Number(a.level === 'error'))
}

function error(text: string): Alarm {
  return { level: 'error', text }
}

function warning(text: string): Alarm {
  return { level: 'warning', text }
}

function failures(backends: readonly ToldBackend[]): readonly Alarm[] {
  return backends.flatMap(({ name, status: { shell } }) =>
    shell.failure === ''
      ? []
      : [error(`${name} ends by itself (${shell.failure}): see its trace.`)],
  )
}

function reachAlarms(backends: readonly ToldBackend[]): readonly Alarm[] {
  const told = natsViewsOf(backends)
  const [first] = told
  if (first === undefined) return []
  const logs = new Set(told.map(({ view }) => view.identity))
  const apart =
    logs.size === 1 ? [] : [error(`Backends follow different logs: ${listed([...logs])}.`)]
  if (told.some(({ view }) => view.canAppend && hasLeader(view))) return apart
  const best = told.reduce((a, b) => (b.view.ageMs < a.view.ageMs ? b : a))
  const { why, ageMs } = best.view
  const reason = why === '' ? 'No server leads it.' : why
  const since = isOld(best.view) ? ` Its leader answered ${seconds(ageMs)} ago.` : ''
  return [
    ...apart,
    error(`The log is out of reach from here: ${reason}${since} What is sent waits.`),
  ]
}

function serverAlarms({ servers }: NatsPicture): readonly Alarm[] {
  const keeping = servers.filter(({ state }) => state !== 'no replica')
  const away = keeping.filter(({ state }) => state === 'offline' || state === 'silent')
  if (away.length === 0) return []
  const who = away.map(({ server, state }) => `${server} is ${state}`).join(', ')
  const majority = Math.floor(keeping.length / 2) + 1
  const spare = keeping.length - away.length - majority
  if (spare > 0) return [warning(`Engine server ${who}.`)]
  if (spare === 0) return [warning(`Engine server ${who}: if one more stops, what is sent waits.`)]
  return [error(`Engine server ${who}: no majority is left, what is sent waits.`)]
}

function fullAlarms({ bytes, bytesMax }: NatsPicture): readonly Alarm[] {
  const share = bytesMax > 0 ? bytes / bytesMax : 0
  if (share < fullShareWarned) return []
  const percent = Math.floor(share * 100)
  const text = `The log is ${percent} % full; see "The log is full" in docs/operating.md.`
  return [share < fullShareError ? warning(text) : error(text)]
}

function warnings(backends: readonly ToldBackend[]): readonly Alarm[] {
  const tellers = new Map<string, string[]>()
  for (const { name, status } of backends) {
    for (const text of status.shell.warnings) {
      tellers.set(text, [...(tellers.get(text) ?? []), name])
    }
  }
  return [...tellers].map(([text, names]) =>
    warning(names.length === backends.length ? text : `${text} (${listed(names)})`),
  )
}

function replicaAlarms(backends: readonly ToldBackend[]): readonly Alarm[] {
  const found = backends.filter(({ status }) => status.digestDisputes > 0)
  if (found.length === 0) return []
  const names = listed(found.map(({ name }) => name))
  return [error(`Replicas differ, and no majority says which one is right; found by ${names}.`)]
}

function settingsAlarms(backends: readonly ToldBackend[]): readonly Alarm[] {
  return backends.flatMap(({ name, status: { settingsDiffer } }) => {
    if (settingsDiffer.length === 0) return []
    const what = `Not the configuration of ${name} holds, but what another backend put`
    return [warning(`${what}: ${listed(settingsDiffer)}.`)]
  })
}

function listed(names: readonly string[]): string {
  const more = names.length - namesMax
  const first = names.slice(0, namesMax).join(', ')
  return more > 0 ? `${first} and ${more} more` : first
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}

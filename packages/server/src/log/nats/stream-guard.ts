/**
 * The stream's settings: made as they must be, or checked. Each one that is wrong is named with
 * what to do about it; none is changed here, since whoever made it so may have had a reason.
 */
import { randomUUID } from 'node:crypto'
import { jetstreamErrors, type StreamConfig, type StreamInfo } from './jetstream-api.ts'
import { JetstreamRefusal, type LeaderQuestions } from './leader-questions.ts'
import { NatsRefusal } from './nats-refusal.ts'
import type { NatsSettings } from './nats-settings.ts'
import { natsTuning } from './nats-tuning.ts'
import { recordFormat } from './record-codec.ts'

const nanosecondsPerMs = 1_000_000

export interface GuardedStream {
  readonly info: StreamInfo
  /** Random, made with the stream: another one means another log. */
  readonly incarnation: string
}

export function subjectsOf(stream: string) {
  return { log: `${stream}.log`, tail: `${stream}.tail`, peer: `${stream}.peer` } as const
}

type StreamQuestions = Pick<LeaderQuestions, 'create' | 'info'>

/** Undefined when there is none. */
export async function findStream(questions: StreamQuestions): Promise<StreamInfo | undefined> {
  try {
    return await questions.info(natsTuning.openMsMax)
  } catch (error) {
    if (!(error instanceof JetstreamRefusal)) throw error
    if (error.error.err_code === jetstreamErrors.streamNotFound) return undefined
    throw refusalOf(error)
  }
}

/**
 * When several make it at once one of them does, and all find what that one made: for the others
 * the name is in use before the stream can be found.
 */
export async function makeStream(
  questions: StreamQuestions,
  settings: NatsSettings,
): Promise<StreamInfo> {
  const giveUpAtMs = performance.now() + natsTuning.openMsMax
  while (!(await create(questions, { settings, giveUpAtMs }))) await pause()
  while (performance.now() < giveUpAtMs) {
    const made = await findStream(questions)
    if (made) return made
    await pause()
  }
  throw new NatsRefusal(
    `The stream ${settings.stream} was made and is gone again.`,
    'See who deletes it.',
  )
}

/** False where it is to be tried again. */
async function create(
  questions: StreamQuestions,
  { settings, giveUpAtMs }: { settings: NatsSettings; giveUpAtMs: number },
): Promise<boolean> {
  try {
    await questions.create(configOf(settings))
    return true
  } catch (error) {
    if (!(error instanceof JetstreamRefusal)) throw error
    if (error.error.err_code === jetstreamErrors.streamNameInUse) return true
    if (!isServerMissed(error) || performance.now() >= giveUpAtMs) throw refusalOf(error)
    return false
  }
}

/** One of the cluster's servers is away: it may be starting just as this backend is. */
function isServerMissed({ error }: JetstreamRefusal): boolean {
  const { err_code, description } = error
  return err_code === jetstreamErrors.noSuitablePeers && /\boffline\b/.test(description)
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, natsTuning.askAgainMs))
}

function configOf({ stream, replicas, bytesMax }: NatsSettings): object {
  const { log, tail } = subjectsOf(stream)
  return {
    name: stream,
    description: 'The log of a Starling installation. Do not edit, purge or delete.',
    subjects: [log],
    republish: { src: log, dest: tail },
    retention: 'limits',
    storage: 'file',
    discard: 'new',
    num_replicas: replicas,
    max_bytes: bytesMax,
    max_age: 0,
    duplicate_window: natsTuning.duplicateWindowMs * nanosecondsPerMs,
    deny_delete: true,
    deny_purge: true,
    allow_direct: true,
    metadata: { incarnation: randomUUID(), format: recordFormat },
  }
}

/** Throws a `NatsRefusal` that names every setting that is wrong. */
export function checkStream(info: StreamInfo, settings: NatsSettings): GuardedStream {
  const { config } = info
  const { incarnation, format } = config.metadata
  if (incarnation === undefined || format === undefined) {
    throw new NatsRefusal(
      `The stream ${settings.stream} was not made by Starling.`,
      'Name another in nats.stream; Starling makes it.',
    )
  }
  if (format !== recordFormat) {
    throw new NatsRefusal(
      `The stream ${settings.stream} holds records of format ${format}, ` +
        `this version reads format ${recordFormat}.`,
      'Run the version of Starling that wrote it, or a newer one.',
    )
  }
  const wrong = wrongSettings(config, settings)
  if (wrong.length === 0) return { info, incarnation }
  throw new NatsRefusal(
    `The stream ${settings.stream} has settings that are not safe: ` +
      `${wrong.map(({ found }) => found).join('; ')}.`,
    `As an administrator of NATS: ${wrong.map(({ remedy }) => remedy).join('; ')}.`,
  )
}

interface Wrong {
  readonly found: string
  readonly remedy: string
}

function wrongSettings(config: StreamConfig, settings: NatsSettings): readonly Wrong[] {
  const { stream } = settings
  const { log, tail } = subjectsOf(stream)
  const edit = `nats stream edit ${stream}`
  const anew = 'it cannot be changed: name another stream in nats.stream'
  const { src, dest } = config.republish ?? {}
  const checks: readonly (readonly [isWrong: boolean, found: string, remedy: string])[] = [
    [config.subjects.join() !== log, `subjects = ${config.subjects}`, `${edit} --subjects ${log}`],
    [
      src !== log || dest !== tail,
      src === undefined ? 'no republishing' : `republish ${src} to ${dest}`,
      `${edit} --republish-source ${log} --republish-destination ${tail}`,
    ],
    [config.storage !== 'file', `storage = ${config.storage}`, anew],
    [config.retention !== 'limits', `retention = ${config.retention}`, anew],
    [config.persist_mode === 'async', 'persist_mode = async', anew],
    [config.discard !== 'new', `discard = ${config.discard}`, `${edit} --discard new`],
    [config.max_age !== 0, `max_age = ${config.max_age} ns`, `${edit} --max-age 0`],
    [config.max_msgs > 0, `max_msgs = ${config.max_msgs}`, `${edit} --max-msgs -1`],
    [
      config.max_msgs_per_subject > 0,
      `max_msgs_per_subject = ${config.max_msgs_per_subject}`,
      `${edit} --max-msgs-per-subject -1`,
    ],
    [
      config.max_msg_size > 0 && config.max_msg_size < natsTuning.payloadBytesMin,
      `max_msg_size = ${config.max_msg_size}`,
      `${edit} --max-msg-size -1`,
    ],
    [
      config.duplicate_window < natsTuning.duplicateWindowMs * nanosecondsPerMs,
      `duplicate_window = ${config.duplicate_window / nanosecondsPerMs} ms`,
      `${edit} --dupe-window ${natsTuning.duplicateWindowMs / 1_000}s`,
    ],
    [!config.allow_direct, 'allow_direct = false', `${edit} --allow-direct`],
    [config.allow_msg_ttl, 'allow_msg_ttl = true', anew],
    [config.sealed, 'sealed = true', anew],
    [!config.deny_delete, 'deny_delete = false', `${edit} --deny-delete`],
    [!config.deny_purge, 'deny_purge = false', `${edit} --deny-purge`],
    [
      config.num_replicas < settings.replicas,
      `replicas = ${config.num_replicas}, nats.replicas = ${settings.replicas}`,
      `${edit} --replicas ${settings.replicas}`,
    ],
  ]
  return checks.flatMap(([isWrong, found, remedy]) => (isWrong ? [{ found, remedy }] : []))
}

function refusalOf(refused: JetstreamRefusal): NatsRefusal {
  const { err_code } = refused.error
  const remedy = remedies[err_code] ?? 'See what the NATS servers tell in their own trace.'
  return new NatsRefusal(`NATS refuses ${refused.message}.`, remedy)
}

const noReplicas =
  'Set nats.replicas to 1 for a single server, or let as many servers as it says form a cluster.'

const remedies: { readonly [code: number]: string } = {
  [jetstreamErrors.notEnabled]: 'Put a block "jetstream { … }" into the servers’ configuration.',
  [jetstreamErrors.notEnabledForAccount]:
    'Put a block "jetstream { … }" into the account in the servers’ configuration.',
  [jetstreamErrors.notClustered]: noReplicas,
  [jetstreamErrors.noSuitablePeers]: noReplicas,
  [jetstreamErrors.storageInsufficient]:
    'Lower nats.bytesMax, or raise max_file_store of each server and max_file of the account, ' +
    'which counts all replicas.',
  [jetstreamErrors.accountFull]:
    'Lower nats.bytesMax, or raise max_file of the account, which counts all replicas.',
  [jetstreamErrors.insufficientResources]:
    'Lower nats.bytesMax, or raise max_file_store of each server.',
  [jetstreamErrors.subjectsOverlap]:
    'Name another stream in nats.stream, or take its subjects from the one that has them.',
}

/**
 * What is said to JetStream: its subjects, the numbers of its errors, and the shapes of those of
 * its answers that are used here. Everything is a plain request; nothing of a JetStream client's
 * machinery is needed.
 */
import { z } from 'zod'

export const jetstreamSubjects = {
  info: (stream: string) => `$JS.API.STREAM.INFO.${stream}`,
  create: (stream: string) => `$JS.API.STREAM.CREATE.${stream}`,
  /** Answered by the leader alone. */
  get: (stream: string) => `$JS.API.STREAM.MSG.GET.${stream}`,
  /** Answered by any replica, in batches. */
  directGet: (stream: string) => `$JS.API.DIRECT.GET.${stream}`,
  /** Answered by each server; every account may ask. */
  servers: '$SYS.REQ.ACCOUNT.PING.STATZ',
  /** Answered by each server, to the system account and whom it lets ask. */
  storage: '$SYS.REQ.SERVER.PING.JSZ',
} as const

export const jetstreamErrors = {
  /** The account's limits, which count all replicas. */
  accountFull: 10002,
  clusterNotAvailable: 10008,
  insufficientResources: 10023,
  noMessageFound: 10037,
  notEnabledForAccount: 10039,
  storageInsufficient: 10047,
  messageTooLarge: 10054,
  streamNameInUse: 10058,
  streamNotFound: 10059,
  wrongStream: 10060,
  subjectsOverlap: 10065,
  notClustered: 10074,
  notEnabled: 10076,
  streamFull: 10077,
  noSuitablePeers: 10005,
  duplicateInProcess: 10158,
} as const

/** What is full. */
export const fullErrors: ReadonlySet<number> = new Set([
  jetstreamErrors.accountFull,
  jetstreamErrors.insufficientResources,
  jetstreamErrors.storageInsufficient,
  jetstreamErrors.streamFull,
])

const apiError = z.object({
  code: z.number(),
  err_code: z.number().default(0),
  description: z.string().default(''),
})

export type JetstreamError = z.infer<typeof apiError>

const streamConfig = z.object({
  name: z.string(),
  subjects: z.array(z.string()).default([]),
  retention: z.string(),
  storage: z.string(),
  num_replicas: z.number(),
  max_bytes: z.number().default(-1),
  max_age: z.number().default(0),
  max_msgs: z.number().default(-1),
  max_msgs_per_subject: z.number().default(-1),
  max_msg_size: z.number().default(-1),
  discard: z.string(),
  duplicate_window: z.number().default(0),
  deny_delete: z.boolean().default(false),
  deny_purge: z.boolean().default(false),
  allow_direct: z.boolean().default(false),
  allow_msg_ttl: z.boolean().default(false),
  sealed: z.boolean().default(false),
  republish: z.object({ src: z.string(), dest: z.string() }).optional(),
  persist_mode: z.string().optional(),
  metadata: z.record(z.string(), z.string()).default({}),
})

export type StreamConfig = z.infer<typeof streamConfig>

const replica = z.object({
  name: z.string(),
  current: z.boolean().default(false),
  offline: z.boolean().default(false),
  /** Nanoseconds since the leader heard of it. */
  active: z.number().default(0),
  lag: z.number().default(0),
})

export type Replica = z.infer<typeof replica>

const streamInfo = z.object({
  config: streamConfig,
  state: z.object({
    messages: z.number(),
    bytes: z.number(),
    first_seq: z.number(),
    last_seq: z.number(),
  }),
  cluster: z
    .object({
      leader: z.string().optional(),
      leader_since: z.string().optional(),
      replicas: z.array(replica).default([]),
    })
    .optional(),
})

export type StreamInfo = z.infer<typeof streamInfo>

const storedMessage = z.object({
  message: z.object({ seq: z.number(), data: z.string().default('') }),
})

/** A server as it names itself in answers that all servers give. */
const serverAnswer = z.object({
  server: z.object({ name: z.string(), ver: z.string(), jetstream: z.boolean().default(false) }),
  data: z
    .object({ config: z.object({ sync_always: z.boolean().default(false) }).optional() })
    .optional(),
})

export type ServerAnswer = z.infer<typeof serverAnswer>

const ack = z.object({ stream: z.string(), seq: z.number(), duplicate: z.boolean().optional() })

/** An answer of the API: what was asked for, or its error. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: JetstreamError }

function reader<T>(shape: z.ZodType<T>): (text: string) => Answer<T> {
  const failed = z.object({ error: apiError })
  return (text) => {
    let found: unknown
    try {
      found = JSON.parse(text)
    } catch {
      return unreadable(text)
    }
    const error = failed.safeParse(found)
    if (error.success) return { ok: false, error: error.data.error }
    const value = shape.safeParse(found)
    return value.success ? { ok: true, value: value.data } : unreadable(text)
  }
}

function unreadable(text: string): Answer<never> {
  const description = `an answer that has no known shape: ${text.slice(0, 200)}`
  return { ok: false, error: { code: 500, err_code: 0, description } }
}

export const readStreamInfo = reader(streamInfo)
export const readStoredMessage = reader(storedMessage)
export const readServerAnswer = reader(serverAnswer)
export const readAck = reader(ack)

export function tellError({ description, err_code }: JetstreamError): string {
  return err_code === 0 ? description : `${description} (${err_code})`
}

/**
 * What each backend tells of the engine at its admin port, and what that means. With NATS it is
 * what the leader of the log said last, so the same at every backend but for its age: who shows
 * it takes the freshest. While no leader answers it grows old, and then nothing in it is known to
 * hold still.
 */
import { z } from 'zod'

const count = z.number()

const sqliteView = z.object({
  kind: z.literal('sqlite'),
  file: z.string(),
  /** With what is not yet moved into it. */
  bytes: count,
})

const replica = z.object({
  server: z.string(),
  isLeader: z.boolean(),
  isCurrent: z.boolean(),
  isOffline: z.boolean(),
  lag: count,
  /** Absent: the leader has not heard of it since it leads. */
  silentMs: count.optional(),
})

const natsView = z.object({
  kind: z.literal('nats'),
  identity: z.string(),
  stream: z.string(),
  connectedTo: z.string().optional(),
  appendsInFlight: count,
  canAppend: z.boolean(),
  why: z.string(),
  ageMs: count,
  leader: z.string().optional(),
  replicas: z.array(replica).readonly(),
  head: count,
  records: count,
  bytes: count,
  bytesMax: count,
})

export const engineView = z.discriminatedUnion('kind', [sqliteView, natsView])
export type EngineView = z.infer<typeof engineView>
export type NatsEngineView = z.infer<typeof natsView>

export const engineServerStates = [
  'leader',
  'current',
  'behind',
  'silent',
  'offline',
  'unknown',
] as const
export type EngineServerState = (typeof engineServerStates)[number]

export interface EngineServer {
  readonly server: string
  readonly state: EngineServerState
  /** Steps behind the leader. */
  readonly lag: number
  /** Since the leader heard of it; undefined: not since it leads. */
  readonly silentMs: number | undefined
}

/** The leader answers several times a second. */
const viewAgeMsMax = 1_500
/** Its replicas are heard once a second. */
const serverSilentMsMax = 2_500

export function isOld({ ageMs }: NatsEngineView): boolean {
  return ageMs > viewAgeMsMax
}

/** A server that is alone leads itself. */
export function leaderOf({ leader, connectedTo, replicas }: NatsEngineView): string | undefined {
  return leader ?? (replicas.length === 0 ? connectedTo : undefined)
}

/** Without one nothing is known of the servers, though one of them may answer. */
export function hasLeader(view: NatsEngineView): boolean {
  return !isOld(view) && leaderOf(view) !== undefined
}

/** Those that keep the log. */
export function serversOf(view: NatsEngineView): readonly EngineServer[] {
  const { replicas } = view
  const leader = leaderOf(view)
  const isKnown = hasLeader(view)
  if (replicas.length === 0 && leader !== undefined) {
    return [{ server: leader, state: isKnown ? 'leader' : 'unknown', lag: 0, silentMs: 0 }]
  }
  return replicas.map((it) => {
    const { server, lag, silentMs } = it
    return { server, lag, silentMs, state: isKnown ? stateOf(it) : 'unknown' }
  })
}

function stateOf(it: z.infer<typeof replica>): EngineServerState {
  if (it.isLeader) return 'leader'
  if (it.isOffline) return 'offline'
  const { silentMs = Number.POSITIVE_INFINITY } = it
  if (silentMs > serverSilentMsMax) return 'silent'
  return it.isCurrent ? 'current' : 'behind'
}

/** Of several backends' views. A leader that was cut off goes on answering those beside it. */
export function freshest<T extends { readonly view: NatsEngineView }>(
  told: readonly T[],
): T | undefined {
  const reaching = told.filter(({ view }) => view.canAppend && hasLeader(view))
  const asked = reaching.length > 0 ? reaching : told
  return asked.reduce<T | undefined>(
    (best, one) => (best === undefined || one.view.ageMs < best.view.ageMs ? one : best),
    undefined,
  )
}

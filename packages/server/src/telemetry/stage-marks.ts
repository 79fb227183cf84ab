/**
 * Where the time of a message goes: of one send in so many, when it passed each stage of its way.
 * Off unless the environment says `STARLING_STAGES=100` (one in a hundred), and then it costs
 * nothing: the shells take another node, one that marks what goes in and out (../frontend/
 * staged-frontend-node.ts, ../backend/staged-backend-node.ts); core knows nothing of it.
 *
 * A send is named by its outbox and number, in every process alike, so all sample the same ones.
 * Times are those of the system's monotonic clock, which all processes of a machine share.
 */

/** At a front-end: came, left for a backend; reply and entry came, were written to the clients. */
export const frontendStages = [
  'heard',
  'sent',
  'reply-heard',
  'entry-heard',
  'ack-written',
  'entry-written',
] as const

/** At a backend: came, was put into a record; the record was acknowledged, applied, told of. */
export const backendStages = [
  'arrived',
  'recorded',
  'acknowledged',
  'applied',
  'replied',
  'fed',
] as const

export type Stage = (typeof frontendStages)[number] | (typeof backendStages)[number]

/** Stage, `outbox number`, milliseconds. */
export type StageMark = readonly [Stage, string, number]

const marksMax = 50_000

export class StageMarks {
  readonly every: number
  #marks: StageMark[] = []

  constructor(every: number) {
    this.every = every
  }

  /** The send's name where it is one of those that are followed. */
  keyOf(outbox: string | undefined, number: number | undefined): string | undefined {
    if (outbox === undefined || number === undefined) return undefined
    return isFollowed(outbox, number, this.every) ? `${outbox} ${number}` : undefined
  }

  mark(stage: Stage, key: string, ms = monotonicMs()): void {
    if (this.#marks.length < marksMax) this.#marks.push([stage, key, ms])
  }

  /** Those since they were taken last. */
  take(): readonly StageMark[] {
    const taken = this.#marks
    this.#marks = []
    return taken
  }
}

export function isFollowed(outbox: string, number: number, every: number): boolean {
  return (outbox.charCodeAt(outbox.length - 1) + number) % every === 0
}

/** Undefined: no marks are wanted. */
export function wantedStageMarks(environment: NodeJS.ProcessEnv): StageMarks | undefined {
  const every = Number(environment.STARLING_STAGES)
  return Number.isSafeInteger(every) && every > 0 ? new StageMarks(every) : undefined
}

export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1_000 + nanoseconds / 1_000_000
}

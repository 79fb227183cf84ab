/** Where the time of a message goes, with a calm cluster and with a busy one. */
import { benchPolicy } from '../bench-policy.ts'
import type { Progress } from '../progress.ts'
import type { Effort } from '../scenario.ts'
import { type StageTimes, stageTimesOf } from '../stages.ts'

export interface StagesOutcome {
  /** For files. */
  readonly name: string
  readonly title: string
  readonly stages: readonly StageTimes[]
}

const crowds = [
  { name: 'stages-calm', clients: 4, followEvery: 4 },
  { name: 'stages-busy', clients: 100, followEvery: 50 },
] as const

export const stagesSteps: readonly string[] = crowds.map(({ name }) => name)

export async function measureStages(
  { seconds, clientsMax = Number.POSITIVE_INFINITY }: Effort,
  progress: Progress,
): Promise<readonly StagesOutcome[]> {
  const outcomes: StagesOutcome[] = []
  for (const { name, clients: wanted, followEvery } of crowds) {
    const clients = Math.min(wanted, clientsMax)
    const crowd = { clients, rooms: 10, window: 1, followEvery }
    const policy = 'size-and-clients'
    const report = await benchPolicy({ ...crowd, engine: 'sqlite', policy, seconds })
    const title = `The way of a message: ${clients} clients, ${report.acksPerSecond} acks/s`
    outcomes.push({ name, title, stages: stageTimesOf(report.marks) })
    progress.done(name, `${report.acksPerSecond} acks/s`)
  }
  return outcomes
}

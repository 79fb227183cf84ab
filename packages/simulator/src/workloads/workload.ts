/** Something that people do, one file each; `workloads.ts` is the table. */
import type { ClientProcess } from '../cluster/client-process.ts'
import type { Random } from '../random.ts'
import type { Scene } from './scene.ts'

export interface Workload {
  readonly name: string
  readonly weight: number
  /** One act of one person, who is there but perhaps not online. */
  act(client: ClientProcess, scene: Scene, random: Random): void
}

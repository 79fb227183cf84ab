/** All that people do; a simulation draws from it. */
import { badFrames } from './bad-frames.ts'
import { changing } from './changing.ts'
import { identity } from './identity.ts'
import { keepingSecrets } from './keeping-secrets.ts'
import { membership } from './membership.ts'
import { posting } from './posting.ts'
import { reading } from './reading.ts'
import { talkingInPrivate } from './talking-in-private.ts'
import type { Workload } from './workload.ts'

export const workloads: readonly Workload[] = [
  posting,
  changing,
  membership,
  talkingInPrivate,
  reading,
  badFrames,
  identity,
  keepingSecrets,
]

/** All promises that are watched in every run. */
import type { Cluster } from '../cluster/cluster.ts'
import type { Checker } from './checker.ts'
import { OutsidersChecker } from './outsiders-see-nothing.ts'
import { DurableChecker } from './p1-durable.ts'
import { OnceChecker } from './p2-once.ts'
import { SameOrderChecker } from './p3-same-order.ts'
import { SendersOrderChecker } from './p4-senders-order.ts'
import { ResumeChecker } from './p5-resume-anywhere.ts'
import { ReadYourWritesChecker } from './p6-read-your-writes.ts'
import { BoundedChecker } from './p7-bounded.ts'
import { HonestRefusalChecker } from './p8-honest-refusal.ts'
import { PrivateChecker } from './p10-private.ts'
import { ReplicasEqualChecker } from './replicas-equal.ts'
import { RevokedChecker } from './revoked-stays-out.ts'
import { SealedTruth } from './sealed-truth.ts'

export function allCheckers(cluster: Cluster): readonly Checker[] {
  const truth = new SealedTruth()
  return [
    truth,
    new DurableChecker(cluster, truth),
    new OnceChecker(truth),
    new SameOrderChecker(),
    new SendersOrderChecker(truth),
    new ResumeChecker(),
    new ReadYourWritesChecker(),
    new BoundedChecker(cluster),
    new HonestRefusalChecker(),
    new PrivateChecker(),
    new RevokedChecker(cluster),
    new OutsidersChecker(),
    new ReplicasEqualChecker(),
  ]
}

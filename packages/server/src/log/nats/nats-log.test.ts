import { after, before } from 'node:test'
import { logContract } from '@starling/core/log/log-contract.test-suite'
import { NatsCluster } from './nats-cluster.test-fixture.ts'
import { madeLog, openAccounts, Streams, settingsFor } from './open-logs.test-fixture.ts'

let cluster: NatsCluster
const streams = new Streams()

before(async () => {
  cluster = await NatsCluster.start({ size: 3, lines: openAccounts })
})
after(() => cluster.close())

logContract('NatsLog', () => madeLog(settingsFor(cluster, { stream: streams.next() })))

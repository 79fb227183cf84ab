/**
 * What appends and following cost on three servers that store before they acknowledge:
 * node packages/server/src/log/nats/nats-log.bench.ts [seconds for each]
 * One backend, records of 1, 10 and 100 posts, 1 to 64 of them on their way at once.
 */
import type { LogRecord } from '@starling/core/log/record'
import { NatsCluster } from './nats-cluster.test-fixture.ts'
import type { NatsLog } from './nats-log.ts'
import { openAccounts, openLog, settingsFor } from './open-logs.test-fixture.ts'

const text = 'a few words that people use when they talk to each other about this and that'

let count = 0

function posts(perRecord: number): LogRecord {
  count += 1
  const ops = Array.from({ length: perRecord }, (_, at) => ({
    kind: 'room' as const,
    room: `room-${at % 20}`,
    by: `u${at % 50}`,
    outbox: `o-u${at % 50}`,
    number: count,
    op: { kind: 'post' as const, text: `${text} ${count * 7919 + at}` },
  }))
  return { id: `posts-${count}`, at: Date.now(), ops }
}

function quantile(values: readonly number[], part: number): string {
  const sorted = [...values].sort((a, b) => a - b)
  return (sorted[Math.floor((sorted.length - 1) * part)] ?? 0).toFixed(1)
}

async function append(log: NatsLog, { inFlight, perRecord }: Record<string, number>) {
  const times: number[] = []
  const startedMs = performance.now()
  const cpu = process.cpuUsage()
  const one = async () => {
    while (performance.now() - startedMs < 1_000 * seconds) {
      const beganMs = performance.now()
      await log.append(posts(perRecord!))
      times.push(performance.now() - beganMs)
    }
  }
  await Promise.all(Array.from({ length: inFlight! }, one))
  const tookS = (performance.now() - startedMs) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  const microseconds = Math.round((user + system) / times.length)
  console.log(
    `${inFlight} on their way, ${perRecord} posts each: ` +
      `${Math.round(times.length / tookS)} records/s, ` +
      `${Math.round((times.length * perRecord!) / tookS)} posts/s, ` +
      `p50 ${quantile(times, 0.5)} ms, p99 ${quantile(times, 0.99)} ms, ` +
      `${microseconds} µs of this process a record`,
  )
}

async function catchUp(log: NatsLog): Promise<void> {
  const head = await log.head()
  const startedMs = performance.now()
  const cpu = process.cpuUsage()
  let bytes = 0
  await new Promise<void>((resolve) => {
    log.follow(0, {
      onRecords: (records) => {
        bytes += records.length
        if (records.at(-1)!.position >= head) resolve()
      },
      onReach: () => undefined,
    })
  })
  const tookS = (performance.now() - startedMs) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  console.log(
    `catching up ${bytes} records: ${Math.round(bytes / tookS)} records/s, ` +
      `${Math.round((user + system) / bytes)} µs of this process a record`,
  )
}

const seconds = Number(process.argv[2] ?? 3)
const cluster = await NatsCluster.start({ size: 3, lines: openAccounts })
for (const perRecord of [1, 10, 100]) {
  const settings = settingsFor(cluster, { stream: `BENCH${perRecord}`, bytesMax: 600 * 2 ** 20 })
  const log = await openLog(settings)
  for (const inFlight of [1, 2, 4, 16, 64]) await append(log, { inFlight, perRecord })
  await catchUp(log)
  await log.close()
}
await cluster.close()

/**
 * Fan-out: a crowd listens in rooms, one of each room posts, flat out or at a rate. What is counted
 * is what the operating system says that the server processes used, for each delivery to a client.
 */
import { fork } from 'node:child_process'
import { on } from 'node:events'
import type { Contestant } from './contestants/contestant.ts'
import type { FanOutLoadOptions, FanOutMeasured, FanOutReport } from './load/fan-out-process.ts'
import { processorMsOf } from './processor-time.ts'

export type FanOutShape = Omit<
  FanOutLoadOptions,
  'dialect' | 'host' | 'ports' | 'path' | 'subprotocol'
>

export interface FanOutResult extends FanOutMeasured {
  readonly contestant: string
  /** Processor time of the server processes. */
  readonly serverMs: number
  /** The same of those alone that clients are connected to. */
  readonly frontMs: number
  /** To the clients' sockets; the pieces that the load read, where a server does not tell. */
  readonly writes: number
  readonly gatherMs: number
}

const loadProgram = new URL('load/fan-out-process.ts', import.meta.url).pathname

/** A hole, a disorder, a double or a refusal that a receiver saw makes it fail. */
export async function fanOut(contestant: Contestant, shape: FanOutShape): Promise<FanOutResult> {
  const server = await contestant.start()
  try {
    const { host, ports, path, subprotocol, pids } = server
    const place = {
      ...{ host, ports },
      ...(path === undefined ? {} : { path }),
      ...(subprotocol === undefined ? {} : { subprotocol }),
    }
    const options: FanOutLoadOptions = { ...shape, ...place, dialect: contestant.dialect }
    const child = fork(loadProgram, [JSON.stringify(options)])
    const usage = () => {
      const all = processorMsOf(pids())
      return {
        all,
        front: server.frontPids === undefined ? all : processorMsOf(server.frontPids()),
      }
    }
    let used = { all: 0, front: 0 }
    let written: number | undefined
    let gatherMs = 0
    let result: FanOutResult | undefined
    for await (const [told] of on(child, 'message', { close: ['exit'] })) {
      const heard: FanOutReport = told
      if (heard.kind === 'gathered') gatherMs = heard.elapsedMs
      else if (heard.kind === 'begins') {
        written = await server.writes?.()
        used = usage()
      } else if (heard.kind === 'measured') {
        const { all, front } = usage()
        const spent = { serverMs: all - used.all, frontMs: front - used.front }
        const writes = ((await server.writes?.()) ?? heard.reads) - (written ?? 0)
        result = { ...heard, ...spent, writes, contestant: contestant.name, gatherMs }
      } else if (heard.faults.length > 0) throw new Error(heard.faults.join('\n'))
      else if (result !== undefined) return result
    }
    throw new Error(`the load ended before it had measured and checked (exit ${child.exitCode})`)
  } finally {
    await server.stop()
  }
}

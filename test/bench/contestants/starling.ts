/** Starling as `starling up` starts it. */
import { Cluster } from '../../cluster/cluster.ts'
import type { Contestant } from './contestant.ts'

export interface StarlingOptions {
  readonly frontends?: number
  /** All front-ends listen on one port, and the system shares the connections out. */
  readonly isOnePort?: boolean
  readonly backends?: number
  readonly policy?: string
}

export function starling(options: StarlingOptions = {}): Contestant {
  return {
    name: 'Starling',
    dialect: 'starling',
    promises: 'acknowledged, durable (fsync), once, in one order, history, resume',
    start: async () => {
      const config = '[clients]\nconnectionsMax = 20000\n'
      const cluster = await Cluster.create({ ...options, config })
      try {
        await cluster.start()
      } catch (error) {
        await cluster.remove()
        throw error
      }
      const processes = cluster.processes()
      const pids = processes.map(({ pid }) => pid)
      const fronts = processes.filter(({ role }) => role === 'frontend').map(({ pid }) => pid)
      return {
        host: '127.0.0.1',
        ports: [...new Set(cluster.frontends.map(({ port }) => port))],
        pids: () => pids,
        frontPids: () => fronts,
        writes: async () => {
          const told = cluster.frontends.map(({ adminPort }) => writesToldAt(adminPort))
          return (await Promise.all(told)).reduce((sum, writes) => sum + writes, 0)
        },
        stop: () => cluster.remove(),
      }
    },
  }
}

async function writesToldAt(adminPort: number): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${adminPort}/metrics`)
  const told = /^starling_frontend_client_writes_total\S* (\d+)$/m.exec(await answer.text())
  if (told === null) throw new Error('the front-end does not tell how often it wrote')
  return Number(told[1])
}

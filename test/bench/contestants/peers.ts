/** The programs of ../peers, each in a process of its own that tells its port when it listens. */
import { fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Contestant } from './contestant.ts'

const folder = fileURLToPath(new URL('../peers/', import.meta.url))

/** For where ceiling.c cannot be compiled. */
export const ceilingInJavaScript: Contestant = peer({
  name: 'ceiling, a loop in JavaScript',
  program: 'ceiling.mjs',
  dialect: 'ceiling',
  promises: 'none: it writes what came to all sockets, a turn at a time',
})

export const wsLoop: Contestant = peer({
  name: 'ws, a loop of send',
  program: 'ws-loop.mjs',
  dialect: 'loop',
  promises: 'none: kept nowhere, lost with the connection or the process',
})

export const socketIo: Contestant = peer({
  name: 'Socket.IO, 2 workers',
  program: 'socket-io.mjs',
  dialect: 'socket-io',
  path: '/socket.io/?EIO=4&transport=websocket',
  missing: missingPackages,
  promises: 'at most once, kept nowhere; order within one connection',
})

interface Peer extends Omit<Contestant, 'start'> {
  readonly program: string
  readonly path?: string
}

function peer({ program, path, ...contestant }: Peer): Contestant {
  return {
    ...contestant,
    start: async () => {
      const child = fork(folder + program)
      const [told] = (await once(child, 'message')) as [{ port: number; pids?: number[] }]
      const pids = [child.pid!, ...(told.pids ?? [])]
      return {
        host: '127.0.0.1',
        ports: [told.port],
        ...(path === undefined ? {} : { path }),
        pids: () => pids,
        stop: async () => {
          child.disconnect()
          await once(child, 'exit')
        },
      }
    },
  }
}

/** Once; kept beside the programs, outside the product's own packages. */
function missingPackages(): string | undefined {
  if (existsSync(`${folder}node_modules`)) return undefined
  console.error('installing the peers, once …')
  const words = ['install', '--no-audit', '--no-fund', '--no-package-lock']
  const { status } = spawnSync('npm', words, {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return status === 0 ? undefined : 'npm could not install it'
}

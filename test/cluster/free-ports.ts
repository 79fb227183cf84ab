/**
 * Ports on loopback for servers that will be killed and started again. They lie below those that
 * systems give to outgoing connections: one of those could take the port of a server while it is
 * down. Where to begin is drawn, so that runs side by side seldom meet.
 */
import { once } from 'node:events'
import { createServer } from 'node:net'

const firstPort = 12_000
const endPort = 32_000

export class FreePorts {
  #next = firstPort + Math.floor(Math.random() * (endPort - firstPort))

  async take(count: number): Promise<readonly number[]> {
    const ports: number[] = []
    for (let tried = 0; ports.length < count; tried += 1) {
      if (tried > endPort - firstPort) throw new Error(`no ${count} free ports on 127.0.0.1`)
      const port = this.#next
      this.#next = port + 1 < endPort ? port + 1 : firstPort
      if (await isFree(port)) ports.push(port)
    }
    return ports
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen({ port, host: '127.0.0.1', exclusive: true })
    await once(server, 'listening')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE' || code === 'EACCES') return false
    throw error
  }
  await once(server.close(), 'close')
  return true
}

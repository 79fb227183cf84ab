/** Network namespaces by name: which there are, what runs in them, and their end. */
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { ipNow, ipShow } from './ip.ts'
import type { Answer } from './machine.ts'
import { isLeftOver, killNow } from './running.ts'

const namespaceFolder = '/run/netns'
const askMsMax = 2_000

/** Admin ports listen on loopback alone, which is another one in each namespace. */
export function askInside(
  namespace: string,
  port: number,
  path: string,
): Promise<Answer | undefined> {
  const request = `GET ${path} HTTP/1.0\\r\\nHost: 127.0.0.1\\r\\n\\r\\n`
  const script = `exec 3<>/dev/tcp/127.0.0.1/${port} && printf '${request}' >&3 && cat <&3`
  return new Promise((resolve, reject) => {
    const args = ['netns', 'exec', namespace, 'bash', '-c', script]
    execFile('ip', args, { timeout: askMsMax, maxBuffer: 1 << 24 }, (error, out) => {
      if ((error as NodeJS.ErrnoException | null)?.code === 'ENOENT') return reject(error)
      const status = /^HTTP\/1\.\d (\d+)/.exec(out)
      const body = out.slice(out.indexOf('\r\n\r\n') + 4)
      resolve(status === null ? undefined : { status: Number(status[1]), body })
    })
  })
}

/** Of runs that were killed, with what still runs in them. */
export async function removeLeftNamespaces(): Promise<void> {
  const left = readNamespaces().filter(isLeftOver)
  for (const name of left) {
    for (const pid of (await pidsIn(name)).filter((pid) => pid !== process.pid)) killNow(pid)
  }
  removeNamespacesNow(left)
}

async function pidsIn(namespace: string): Promise<readonly number[]> {
  try {
    return (await ipShow('netns', 'pids', namespace)).split('\n').filter(Boolean).map(Number)
  } catch (error) {
    if (readNamespaces().includes(namespace)) throw error
    return []
  }
}

/** Two runs that start at once may remove the same. */
export function removeNamespacesNow(names: readonly string[]): void {
  for (const name of names) {
    if (!readNamespaces().includes(name)) continue
    try {
      ipNow('netns', 'delete', name)
    } catch (error) {
      if (readNamespaces().includes(name)) throw error
    }
  }
}

export function readNamespaces(): readonly string[] {
  try {
    return readdirSync(namespaceFolder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

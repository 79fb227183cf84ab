/** Runs `ip` and `tc` of iproute2. What they refuse is thrown, with what they said. */
import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'

const commandMsMax = 20_000

/** In which namespace it runs; undefined: this process's own. */
export type Place = string | undefined

export async function ip(place: Place, ...lines: readonly string[]): Promise<void> {
  await batch('ip', place, lines)
}

export async function tc(place: Place, ...lines: readonly string[]): Promise<void> {
  await batch('tc', place, lines)
}

/** What it prints. */
export async function ipShow(...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)('ip', [...args], { timeout: commandMsMax })).stdout
}

/** Blocks; for the last moment of a process. */
export function ipNow(...args: readonly string[]): void {
  execFileSync('ip', [...args], { timeout: commandMsMax, stdio: ['ignore', 'ignore', 'pipe'] })
}

function batch(program: string, place: Place, lines: readonly string[]): Promise<void> {
  const where = place === undefined ? [] : ['-n', place]
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      [...where, '-batch', '-'],
      { timeout: commandMsMax },
      (error, _, said) => {
        if (error === null) return resolve()
        const what = `${program} ${where.join(' ')}: ${lines.join('; ')}`
        reject(new Error(`${what}: ${said.trim() || error.message}`))
      },
    )
    child.stdin!.on('error', (error: NodeJS.ErrnoException) => {
      // It ends at the first line that it refuses, and does not read the rest.
      if (error.code !== 'EPIPE') reject(error)
    })
    child.stdin!.end(`${lines.join('\n')}\n`)
  })
}

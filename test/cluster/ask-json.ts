/** Figures that a server gives as JSON on its own loopback. */
import type { Machine } from './machine.ts'

/** Undefined when it does not answer, or dies in the middle of its answer. */
export async function askJson(
  machine: Machine,
  port: number,
  path: string,
): Promise<Record<string, unknown> | undefined> {
  const answer = await machine.ask(port, path)
  if (answer === undefined) return undefined
  try {
    return JSON.parse(answer.body) as Record<string, unknown>
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/**
 * Sends messages one after the other and waits until each is acknowledged. Several may be on their
 * way; the outbox keeps their order. What was not acknowledged in time stays in the outbox of the
 * profile and goes out with its next run.
 */
import type { StarlingClient } from '@starling/client/api'

export interface SendReport {
  readonly acked: number
  readonly refused: number
  /** Not answered in time. */
  readonly open: number
}

export interface SendOptions {
  readonly room: string
  readonly waitMsMax: number
  /** Messages read ahead of their acknowledgements. */
  readonly aheadMax: number
  note(text: string): void
}

export async function sendLines(
  client: Pick<StarlingClient, 'post'>,
  lines: AsyncIterable<string> | Iterable<string>,
  options: SendOptions,
): Promise<SendReport> {
  const counts = { acked: 0, refused: 0 }
  const open = new Set<Promise<void>>()
  const answered = async (text: string): Promise<void> => {
    const result = await client.post(options.room, text).settled
    if (result.ok) counts.acked += 1
    else {
      counts.refused += 1
      options.note(`not sent (${result.code}): ${result.say} ${excerpt(text)}`)
    }
  }
  let hasTimeLeft = true
  for await (const line of lines) {
    if (line.trim() === '') continue
    const answer = answered(line).finally(() => open.delete(answer))
    open.add(answer)
    if (open.size < options.aheadMax) continue
    hasTimeLeft = await inTime(Promise.race(open), options.waitMsMax)
    if (!hasTimeLeft) break
  }
  if (hasTimeLeft) await inTime(Promise.all(open), options.waitMsMax)
  return { ...counts, open: open.size }
}

async function inTime(work: Promise<unknown>, msMax: number): Promise<boolean> {
  const late = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => late.resolve(false), msMax)
  try {
    return await Promise.race([work.then(() => true), late.promise])
  } finally {
    clearTimeout(timer)
  }
}

const excerptCharactersMax = 40

function excerpt(text: string): string {
  const characters = [...text]
  if (characters.length <= excerptCharactersMax) return JSON.stringify(text)
  return `${JSON.stringify(characters.slice(0, excerptCharactersMax).join(''))} …`
}

/**
 * What a load must know of the chat server that it measures: how one comes in, how one posts, and
 * which messages a payload carries. Each poster of a room numbers its messages 1, 2, 3 …, so that
 * every receiver can check that it gets each once and in order.
 */

/** A client that is coming in. */
export interface Talk {
  say(text: string): void
  /** The next payload that `pick` takes, as text; others are passed over. */
  hear(pick: (text: string) => boolean): Promise<string>
}

export interface Seat {
  readonly room: string
  /** It comes before all others, to make the room. */
  readonly isFirst: boolean
  /** One of those that post, 0, 1, 2 …; undefined: it only listens. */
  readonly poster: number | undefined
}

export interface Message {
  readonly room: string
  readonly poster: number
  readonly number: number
  readonly text: string
}

/** Messages `first`, `first` + 1, … of one poster. */
export interface Carried {
  readonly room: string
  readonly poster: number
  readonly first: number
  readonly count: number
}

export interface Dialect {
  /** Comes in. */
  greet(talk: Talk, name: string): Promise<void>
  /** Resolves when it hears all that is posted to the room from now on. */
  enter(talk: Talk, seat: Seat): Promise<void>
  /** What the poster says to post. */
  post(message: Message): string
  /** Messages of a poster that the server did not answer yet, where it answers. */
  underWay?(room: string, poster: number): number
  /** What a payload carries; a number left out or repeated ends a run. */
  carried(payload: Buffer): readonly Carried[]
}

/** A message's text begins with its poster and its number. */
export function textOf({ poster, number }: Omit<Message, 'room' | 'text'>, bytes: number): string {
  return `${poster}.${number} `.padEnd(bytes, 'the quick brown fox jumps over the lazy dog ')
}

export function carriedIn(room: string, texts: readonly string[]): readonly Carried[] {
  const runs: { room: string; poster: number; first: number; count: number }[] = []
  for (const text of texts) {
    const [poster, number] = text.split(' ', 1)[0]!.split('.').map(Number)
    const run = runs.findLast((one) => one.poster === poster)
    if (run !== undefined && number === run.first + run.count) run.count += 1
    else runs.push({ room, poster: poster!, first: number!, count: 1 })
  }
  return runs
}

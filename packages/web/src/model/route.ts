/**
 * What stands behind `#` in the address: nothing, a room, or a message in it. So a link leads
 * there, and the browser's own "back" works.
 */
export interface Route {
  readonly room: string
  readonly index?: number
}

const pattern = /^#\/([A-Za-z0-9_:.-]{1,64})(?:\/(\d{1,15}))?$/

export function readRoute(hash: string): Route | undefined {
  const match = pattern.exec(hash)
  if (match === null) return undefined
  const index = match[2] === undefined ? 0 : Number(match[2])
  return index > 0 ? { room: match[1]!, index } : { room: match[1]! }
}

export function writeRoute({ room, index }: Route): string {
  return index === undefined ? `#/${room}` : `#/${room}/${index}`
}

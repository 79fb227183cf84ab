/** A WebSocket as the shell needs it; `node-socket.ts` and `browser-socket.ts` make them. */

/** Why a connection is not used. */
export interface Rejection {
  readonly code: string
  readonly say: string
}

export interface SocketEvents {
  opened(): void
  text(text: string): void
  closed(code: number): void
  /** It will not be used, and the person has to do something about it. */
  rejected(why: Rejection): void
  /** It will not be used; others may be. */
  leftOut(why: Rejection): void
}

export interface Socket {
  send(text: string): void
  /** Events that come after this are not told. */
  close(): void
}

export type OpenSocket = (address: string, events: SocketEvents) => Socket

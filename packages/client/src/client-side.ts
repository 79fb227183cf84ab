/**
 * What the public methods (starling-client.ts) stand on: the client's shell in this very thread, or
 * a tab of a client that several tabs share (tabs/).
 */
import type { AskResult, Composed, OutboxItem, Question } from '@starling/core/client/client-io'
import type { ClientNode } from '@starling/core/client/client-node'
import type { ClientSnapshot } from '@starling/core/client/snapshot'
import { type Now, unreachable } from '@starling/core/now'
import type { ClientEventMap, Credentials, Refusal, Result, Sending } from './api.ts'
import type { PrivacySide } from './privacy-methods.ts'
import type { LocalHit, LocalQuery } from './search/local-index.ts'

export type Listener<K extends keyof ClientEventMap> = (event: ClientEventMap[K]) => void
export type Welcome = Result<{ readonly user: string; readonly name: string }>

export interface ClientSide extends PrivacySide {
  snapshot(): ClientSnapshot
  subscribe(listener: () => void): () => void
  on<K extends keyof ClientEventMap>(kind: K, listener: Listener<K>): () => void
  ready(): Promise<Welcome>
  compose(room: string, op: Composed): Sending
  retry(item: OutboxItem): Sending | undefined
  command(command: ClientCommand): void
  ask(question: Question): Promise<AskResult | Refusal>
  loadAround(room: string, index: number): Promise<AskResult | Refusal>
  /** In encrypted rooms, among what was read here. */
  searchLocal(query: LocalQuery): Promise<readonly LocalHit[] | Refusal>
  isInRoom(room: string): boolean
  /** Waits until the room is there, but not for ever: it may be gone again. */
  entered(room: string): Promise<void>
  login(credentials: Credentials): Promise<void>
  close(): Promise<void>
  /** Settles when this client is closed. */
  readonly closing: Promise<Refusal>
}

/** What nobody waits for; done twice it does no harm. */
export type ClientCommand =
  | { readonly kind: 'drop'; readonly item: OutboxItem }
  | { readonly kind: 'try-now' }
  | {
      readonly kind: 'open' | 'load-older' | 'load-newer' | 'show-newest'
      readonly room: string
    }
  | { readonly kind: 'mark-read'; readonly room: string; readonly upTo: number | undefined }
  | { readonly kind: 'mark-unread-from'; readonly room: string; readonly index: number }
  | { readonly kind: 'typing'; readonly room: string; readonly isTyping: boolean }

/** `view`: the tab whose command it is, if several share the client. */
export function performCommand(
  node: ClientNode,
  now: Now,
  { command, view }: { readonly command: ClientCommand; readonly view?: string | undefined },
): void {
  switch (command.kind) {
    case 'drop':
      return node.dropItem(now, command.item)
    case 'try-now':
      return node.tryNow(now)
    case 'open':
      return node.openRoom(now, command.room)
    case 'load-older':
      return node.loadOlder(now, command.room, view)
    case 'load-newer':
      return node.loadNewer(now, command.room, view)
    case 'show-newest':
      return node.showNewest(now, command.room, view)
    case 'mark-read':
      return node.markRead(now, command.room, command.upTo)
    case 'mark-unread-from':
      return node.markUnreadFrom(now, command.room, command.index)
    case 'typing':
      return node.setTyping(now, command.room, command.isTyping)
    default:
      return unreachable(command)
  }
}

export const closedRefusal: Refusal = {
  ok: false,
  code: 'closed',
  say: 'This client was closed before the answer came.',
}

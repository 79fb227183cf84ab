/** What changes something outside a room's entries: the operation that a question asks for. */
import type { AskFrame } from '../link/up.ts'
import type { LoggedOperation } from '../log/record.ts'
import type { Store } from '../room/store.ts'
import type { Asker } from './answers.ts'

type Asking = Extract<AskFrame, { t: 'read' | 'revoke' | 'publish' | 'claim' | 'archive' | 'mail' }>

export function operationAsked(
  store: Store,
  { user, device }: Asker,
  frame: Asking,
): LoggedOperation {
  switch (frame.t) {
    case 'read': {
      const { room, upTo, was } = frame
      return { kind: 'read', user, room, upTo, ...(was === undefined ? {} : { was }) }
    }
    case 'revoke':
      return { kind: 'revoke', user, devices: [frame.device] }
    case 'publish': {
      const { t: _t, ask: _ask, ...keys } = frame
      return { kind: 'publish', user, device, keys }
    }
    case 'claim': {
      const { claim, room, users } = frame
      return { kind: 'claim', user, device, claim, room, users }
    }
    case 'archive': {
      const version = store.keys.identity(user)?.version ?? 0
      return { kind: 'archive', user, version, rows: frame.rows }
    }
    case 'mail':
      return { kind: 'mail', user, to: frame.device, box: frame.box }
  }
}

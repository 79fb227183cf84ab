/**
 * Leaves that must go: of who left or was turned away, of devices that were revoked, of identities
 * that were replaced. They stand on the group's list from the same record on; nothing sealed is
 * accepted until a member's commit has removed them all.
 */
import type { LeafRow } from './room-groups.ts'
import type { Store } from './store.ts'

/** All of one room, or of one device in many. */
export function leavesMustGo(store: Store, leaves: readonly LeafRow[]): void {
  for (const { room, leaf } of leaves) {
    const group = store.groups.group(room)
    if (group === undefined || group.removals.includes(leaf)) continue
    const removals = [...group.removals, leaf].sort((a, b) => a - b)
    store.groups.putGroup({ ...group, removals })
  }
}

/**
 * Encrypted rooms: who may seal, and how a room's group begins.
 *
 * The servers hold of each group what MLS shows to everybody: the epoch, the GroupInfo, the tree
 * and whose each leaf is. Nothing is decrypted or verified here; devices do that. What is decided
 * is the order: one commit makes each epoch, and a box is taken only while nobody has come or gone
 * since the epoch that it was sealed in. So whoever was a member at an entry's index can read it,
 * and nobody else.
 */
import type { ErrorCode } from '@starling/protocol/error-codes'
import type { Operation } from '@starling/protocol/operation'
import { fromBase64url, toBase64url } from '../mls/base64url.ts'
import { readGroupInfo } from '../mls/group-info.ts'
import { isTreePatch, readTreeNode } from '../mls/ratchet-tree.ts'
import { boxCharactersMax } from '../text-size.ts'
import type { Outcome } from './applied.ts'
import type { DeviceKeysRow } from './people-keys.ts'
import type { GroupRow, LeafRow } from './room-groups.ts'
import type { MemberRow, RoomRow } from './store.ts'
import { refused, type Send, standing, type Turn } from './turn.ts'

type Of<K extends Operation['kind']> = Extract<Operation, { kind: K }>

/** Where a device of a member acts in an encrypted room. */
export interface GroupPlace {
  readonly room: RoomRow
  readonly member: MemberRow
  readonly group: GroupRow | undefined
  /** Undefined: it is not linked to its person's identity. */
  readonly certificate: string | undefined
  readonly leaf: LeafRow | undefined
}

export function groupPlace(turn: Turn, send: Send): GroupPlace | ErrorCode {
  const place = standing(turn, send)
  if (typeof place === 'string') return place
  if (!place.room.isEncrypted) return 'not-encrypted'
  const { keys, groups } = turn.store
  const isOwn = (row: DeviceKeysRow | LeafRow | undefined) => row?.user === send.by.user
  const device = keys.device(send.device)
  const leaf = groups.leafOf(send.room, send.device)
  return {
    ...place,
    group: groups.group(send.room),
    certificate: isOwn(device) ? device?.certificate : undefined,
    leaf: isOwn(leaf) ? leaf : undefined,
  }
}

export function sealed(turn: Turn, send: Send, op: Of<'sealed'>): Outcome {
  const place = groupPlace(turn, send)
  if (typeof place === 'string') return refused(place)
  const { member, group, leaf } = place
  if (member.isMuted) return refused('muted')
  if (op.box.length > boxCharactersMax(turn.limits)) return refused('message-too-large')
  if (group === undefined) return refused('stale-epoch')
  if (leaf === undefined || group.removals.includes(leaf.leaf)) return refused('no-leaf')
  const { gen, epoch, box } = op
  const isFresh = gen === group.gen && epoch >= group.membershipEpoch && epoch <= group.epoch
  if (!isFresh || group.removals.length > 0) return refused('stale-epoch')
  return turn.add(send.room, send, { kind: 'sealed', gen, epoch, box })
}

export function beginGroup(turn: Turn, send: Send, op: Of<'group'>): Outcome {
  const { groups } = turn.store
  const place = groupPlace(turn, send)
  if (typeof place === 'string') return refused(place)
  const { room, member, group, certificate } = place
  if (certificate === undefined) return refused('not-certified')
  if (op.gen !== (group?.gen ?? 0) + 1) return refused('stale-epoch')
  const mayReset = room.kind === 'direct' || member.role === 'owner'
  if (group !== undefined && !mayReset) return refused('not-allowed')
  if (op.groupId === group?.groupId || !isBeginning(op, certificate)) return refused('bad-group')

  for (const { leaf } of groups.leaves(send.room)) groups.deleteLeaf(send.room, leaf)
  groups.cutNodes(send.room, 0)
  groups.forgetTreesBefore(send.room, Number.MAX_SAFE_INTEGER)
  const { gen, groupId, groupInfo, tree } = op
  const epochs = { epoch: 0, membershipEpoch: 0, treeSize: 1, removals: [] }
  groups.putGroup({ room: send.room, gen, groupId, groupInfo, ...epochs })
  groups.putLeaf({ room: send.room, leaf: 0, user: send.by.user, device: send.device })
  groups.putNode(send.room, 0, tree[0]!)
  return turn.add(send.room, send, { kind: 'group', gen, groupInfo })
}

/** Epoch 0 of a group whose one leaf is the author's. */
function isBeginning({ groupId, groupInfo, tree }: Of<'group'>, certificate: string): boolean {
  const [infoBytes, leafBytes] = [fromBase64url(groupInfo), fromBase64url(tree[0] ?? '')]
  if (infoBytes === undefined || leafBytes === undefined) return false
  const info = readGroupInfo(infoBytes)
  if (info?.externalPub === undefined || info.epoch !== 0 || info.signer !== 0) return false
  const node = readTreeNode(leafBytes)
  if (node?.kind !== 'leaf' || !isTreePatch({ size: 1, changed: [[0, leafBytes]] }, 1)) return false
  return toBase64url(info.groupId) === groupId && toBase64url(node.leaf.identity) === certificate
}

/**
 * Claims: a member takes a key package for each device of other members that has none of a room's
 * keys, to add them by a commit that cites the claim. A package is given to one claim only; when a
 * device has none left its last resort is given, which may be given again. The same claim is
 * answered the same, however often it comes.
 */
import type { ClaimedPackage } from '@starling/protocol/down'
import { limits } from '@starling/protocol/limits'
import { claiming } from '@starling/protocol/up'
import type { KeyOperation } from '../log/record.ts'
import type { Outcome } from './applied.ts'
import type { DeviceKeysRow } from './people-keys.ts'
import { isId, isUserId } from './text-checks.ts'
import { doneBefore, refused, type Turn } from './turn.ts'

type Claim = Extract<KeyOperation, { kind: 'claim' }>

export function claim(turn: Turn, op: { readonly [field in keyof Claim]?: unknown }): Outcome {
  const { keys, groups } = turn.store
  const { user, device } = op
  const parsed = claiming.safeParse(op)
  if (!isUserId(user) || !isId(device) || !parsed.success) return refused('invalid')
  const { claim: id, room, users } = parsed.data
  if (keys.claim(user, id) !== undefined) return doneBefore
  const row = turn.store.room(room)
  if (row === undefined || row.kind === 'self') return refused('unknown-room')
  if (turn.store.member(room, user) === undefined) return refused('not-member')
  if (!row.isEncrypted) return refused('not-encrypted')
  if (keys.device(device)?.user !== user || groups.leafOf(room, device)?.user !== user) {
    return refused('no-leaf')
  }

  const packages: ClaimedPackage[] = []
  for (const member of new Set(users)) {
    if (turn.store.member(room, member) === undefined) continue
    for (const other of keys.devicesOf(member)) {
      if (packages.length >= limits.groupAddsMax) break
      const { certificate } = other
      if (certificate === undefined || groups.leafOf(room, other.device) !== undefined) continue
      const bytes = take(turn, other)
      if (bytes === undefined) continue
      packages.push({ user: member, device: other.device, package: bytes, certificate })
    }
  }
  keys.addClaim({ user, claim: id, room, packages }, limits.claimsPerPersonMax)
  return doneBefore
}

/** The oldest that still holds; what has run out goes. */
function take(turn: Turn, { device, lastResort }: DeviceKeysRow): string | undefined {
  const { keys } = turn.store
  for (;;) {
    const [oldest] = keys.packages(device, 1)
    if (oldest === undefined) return lastResort
    const { initKey, notAfter } = oldest
    keys.putPackage({ device, initKey, notAfter })
    turn.note(`given ${device} ${initKey}`)
    if (notAfter * 1_000 > turn.recordAt) return oldest.package
  }
}

/**
 * Entries as the stand-in reads them, and boxes as it makes them. What was sealed is closed under a
 * key that follows from the secret of its epoch, so it opens for those who hold that epoch's and
 * for nobody else, in any order and as often as one likes.
 */

import type { Entry } from '@starling/protocol/entry'
import { fromBase64url, toBase64url } from '../../mls/base64url.ts'
import type { CipherOutcome, Content, OpenedBox, OpenedOutcome } from './cipher.ts'
import { isMe } from './stand-in-commits.ts'
import { close, open } from './stand-in-crypto.ts'
import { advance, contentKeyOf } from './stand-in-groups.ts'
import { leavesOf } from './stand-in-leaves.ts'
import { type Group, keepKey, keyOf, type RoomVault, roomOf, type Vault } from './stand-in-vault.ts'

type Sealed = Extract<Entry, { kind: 'sealed' }>
type Committed = Extract<Entry, { kind: 'commit' }>

interface Box {
  readonly user: string
  readonly device: string
  readonly content: Content
  /** Of a `keys` content, from its first epoch on. */
  readonly keys?: readonly (string | null)[]
}

export class Opening {
  readonly #vault: Vault
  readonly #name: string
  readonly #room: RoomVault
  readonly #isHistoryShared: boolean
  readonly #boxes: OpenedBox[] = []
  readonly #added: { user: string; device: string }[] = []
  readonly #identities: { index: number; users: string[] }[] = []
  #behind: OpenedOutcome['behind']
  hasLearned = false

  constructor(vault: Vault, name: string, isHistoryShared: boolean) {
    this.#vault = vault
    this.#name = name
    this.#room = roomOf(vault, name)
    this.#isHistoryShared = isHistoryShared
  }

  entry(entry: Entry): void {
    if (entry.kind === 'group') this.#begun(entry.gen, entry.groupInfo)
    if (entry.kind === 'commit') this.#committed(entry)
    if (entry.kind === 'sealed') this.#boxes.push(this.#opened(entry))
  }

  get outcome(): OpenedOutcome {
    const behind = this.#behind === undefined ? {} : { behind: this.#behind }
    const [boxes, added, identities] = [this.#boxes, this.#added, this.#identities]
    return { kind: 'opened', boxes, ...behind, added, identities }
  }

  #begun(gen: number, groupInfo: string): void {
    const room = this.#room
    const own = room.begun.get(groupInfo)
    if (gen <= (room.group?.gen ?? 0)) return
    // One that was begun here meanwhile for a later gen may still come to stand.
    for (const [key, begun] of room.begun) if (begun.gen <= gen) room.begun.delete(key)
    if (own !== undefined) return stand(this.#vault, this.#name, own)
    room.group = undefined
    room.state = 'none'
  }

  #committed(entry: Committed): void {
    const { gen, epoch, id } = entry
    const room = this.#room
    const pending = room.pendings.get(id)
    if (pending !== undefined && pending.gen === gen && pending.base === epoch) {
      this.#dropPendings(gen, epoch)
      this.#added.push(...pending.added.map(({ user, device }) => ({ user, device })))
      this.#meet(entry.index, pending.added)
      return stand(this.#vault, this.#name, pending.group)
    }
    this.#dropPendings(gen, epoch)
    const group = room.group
    if (group === undefined || room.state !== 'member') return
    if (isBefore({ gen, epoch }, group)) return
    if (gen > group.gen || epoch > group.epoch) return this.#missing(gen, epoch + 1)
    const advanced = advance(group, entry.commit)
    if (advanced.kind !== 'advanced') {
      room.state = advanced.kind
      return
    }
    this.#added.push(...advanced.added.map(({ user, device }) => ({ user, device })))
    this.#meet(entry.index, advanced.added)
    stand(this.#vault, this.#name, advanced.group)
  }

  /** Another commit stands at that epoch, or it is over. */
  #dropPendings(gen: number, epoch: number): void {
    for (const [id, pending] of this.#room.pendings) {
      const at = { gen: pending.gen, epoch: pending.base }
      if (isBefore(at, { gen, epoch: epoch + 1 })) this.#room.pendings.delete(id)
    }
  }

  #missing(gen: number, epoch: number): void {
    if (this.#behind === undefined || isBefore(this.#behind, { gen, epoch })) {
      this.#behind = { gen, epoch }
    }
  }

  #meet(index: number, added: readonly { user: string; accountKey?: string }[]): void {
    const users = added.flatMap(({ user, accountKey }) =>
      accountKey !== undefined && meetPerson(this.#vault, user, accountKey) ? [user] : [],
    )
    if (users.length > 0) this.#identities.push({ index, users })
  }

  #opened(entry: Sealed): OpenedBox {
    const { index, gen, epoch } = entry
    const refused = (why: Extract<OpenedBox, { ok: false }>['why']) =>
      ({ index, ok: false, why }) as const
    if (this.#vault.account === undefined) return refused('not-linked')
    const key = keyOf(this.#room, gen, epoch)
    if (key === undefined) return refused(this.#whyNoKey(gen, epoch))
    const bytes = fromBase64url(entry.box)
    const text = bytes && open(key, bytes)
    if (text === undefined) return refused('tampered')
    const box = JSON.parse(text) as Box
    if (box.user !== entry.by) return refused('bad-signature')
    if (box.content.kind === 'keys') this.#learn(box)
    const isVerified = this.#vault.people.get(box.user)?.isVerified ?? false
    const isOwn = box.user === this.#vault.me?.user
    const { content, device } = box
    return { index, ok: true, content, device, isVerified: isVerified || isOwn }
  }

  #whyNoKey(gen: number, epoch: number): 'before-join' | 'no-key' {
    const { group, state, firsts } = this.#room
    if (group !== undefined && state === 'member' && !isBefore({ gen, epoch }, group)) {
      this.#missing(gen, epoch)
      return 'no-key'
    }
    const first = firsts.get(gen)
    return first === undefined || epoch < first ? 'before-join' : 'no-key'
  }

  #learn({ content, keys = [] }: Box): void {
    if (content.kind !== 'keys' || !this.#isHistoryShared) return
    keys.forEach((key, at) => {
      if (key === null) return
      const place = { gen: content.gen, epoch: content.from + at }
      if (keepEpoch(this.#vault, this.#name, place, key)) this.hasLearned = true
    })
  }
}

/** True when the person has another identity than they had. */
export function meetPerson(vault: Vault, user: string, accountKey: string): boolean {
  const known = vault.people.get(user)
  if (known?.accountKey === accountKey || user === vault.me?.user) return false
  const isChanged = known !== undefined
  const wasVerified = known?.isVerified === true || known?.isChanged === true
  vault.people.set(user, { accountKey, isVerified: false, isChanged: isChanged && wasVerified })
  return isChanged
}

export function stand(vault: Vault, name: string, group: Group): void {
  const room = roomOf(vault, name)
  room.group = group
  room.state = 'member'
  const first = room.firsts.get(group.gen)
  if (first === undefined || group.epoch < first) room.firsts.set(group.gen, group.epoch)
  keepEpoch(vault, name, group, contentKeyOf(group))
}

/** Keeps the key of an epoch, here and for the archive; false when it was there. */
export function keepEpoch(
  vault: Vault,
  name: string,
  at: { readonly gen: number; readonly epoch: number },
  key: string,
): boolean {
  if (!keepKey(roomOf(vault, name), at, key)) return false
  if (vault.account !== undefined) {
    const row = `e:${name}:${at.gen}:${at.epoch}`
    vault.unkept.set(row, toBase64url(close(vault.account.archiveKey, key)))
  }
  return true
}

export function sealAll(vault: Vault, name: string, contents: readonly Content[]): CipherOutcome {
  const room = roomOf(vault, name)
  const { group, state } = room
  const me = vault.me
  if (group === undefined || state !== 'member' || me === undefined) {
    return { kind: 'failed', code: 'not-ready', say: `the group of ${name} is ${state}` }
  }
  const leaves = leavesOf(group.tree) ?? []
  if (!leaves.some(({ user, device }) => isMe(vault, user, device))) {
    throw new Error(`a member of ${name} without a leaf`)
  }
  const users = new Set(leaves.map(({ user }) => user))
  const changed = [...users].filter((user) => vault.people.get(user)?.isChanged)
  if (changed.length > 0) return { kind: 'blocked', users: changed }
  const key = contentKeyOf(group)
  const boxes = contents.map((content) => {
    const box: Box = { ...me, content, ...keysIn(room, content) }
    return toBase64url(close(key, JSON.stringify(box)))
  })
  return { kind: 'sealed', gen: group.gen, epoch: group.epoch, boxes }
}

function keysIn(room: RoomVault, content: Content): { keys?: (string | null)[] } {
  if (content.kind !== 'keys') return {}
  const { gen, from, to } = content
  const count = Math.max(to - from + 1, 0)
  return {
    keys: Array.from({ length: count }, (_, at) => keyOf(room, gen, from + at) ?? null),
  }
}

interface Place {
  readonly gen: number
  readonly epoch: number
}

function isBefore(one: Place, other: Place): boolean {
  return one.gen < other.gen || (one.gen === other.gen && one.epoch < other.epoch)
}

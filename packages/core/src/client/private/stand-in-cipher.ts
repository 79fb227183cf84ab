/**
 * A cipher for the simulator and for tests: everything that the port promises, with cryptography
 * that protects nothing (`stand-in-crypto.ts`), at once and from chance alone. The rules are those
 * of the real one, and the bytes are such as servers read.
 *
 * All that it knows is in the vault, which is durable: a job changes it in one step. So a crash is
 * a new cipher on the old vault, whatever the node was told in between.
 */
import type { Chance, Now } from '../../now.ts'
import { unreachable } from '../../now.ts'
import {
  type CipherFailure,
  type CipherOutcome,
  type CipherResult,
  type CipherWork,
  type GroupStatus,
  keysPerContentMax,
  noGroup,
  type RoomWork,
} from './cipher.ts'
import {
  learn,
  linkAccept,
  linkMail,
  person,
  prepare,
  recoveryKey,
  resetIdentity,
  restore,
  verify,
} from './stand-in-account.ts'
import {
  acceptWelcome,
  beginGroup,
  changeGroup,
  joinGroup,
  type Made,
  type Maker,
} from './stand-in-commits.ts'
import { publicOf } from './stand-in-crypto.ts'
import { Opening, sealAll, stand } from './stand-in-entries.ts'
import { checkedPackage, leavesOf } from './stand-in-leaves.ts'
import { type RoomVault, roomOf, type Vault } from './stand-in-vault.ts'

export class StandInCipher {
  readonly #vault: Vault
  readonly #chance: Chance

  constructor(vault: Vault, chance: Chance) {
    this.#vault = vault
    this.#chance = chance
  }

  work(now: Now, work: CipherWork): CipherResult {
    const maker: Maker = { vault: this.#vault, chance: this.#chance, nowMs: now.wallMs }
    const before = new Set(this.#vault.unkept.keys())
    const learned: string[] = []
    const outcome = this.#outcome(maker, work, learned)
    const isPrepared = work.kind === 'prepare'
    const archive = [...this.#vault.unkept]
      .filter(([key]) => isPrepared || !before.has(key))
      .map(([key, box]) => ({ key, box }))
    return {
      outcome,
      ...('room' in work ? { status: this.statusOf(work.room) } : {}),
      ...(archive.length === 0 ? {} : { archive }),
      ...(learned.length === 0 ? {} : { learned }),
    }
  }

  statusOf(name: string): GroupStatus {
    const room = this.#vault.rooms.get(name)
    const group = room?.group
    if (room === undefined || group === undefined) return noGroup
    const { gen, epoch, updatedAtMs } = group
    const isIn = room.state === 'member'
    const leaves = isIn ? (leavesOf(group.tree)?.length ?? 0) : 0
    return { state: room.state, gen, epoch, leaves, leaf: isIn ? group.leaf : -1, updatedAtMs }
  }

  #outcome(maker: Maker, work: CipherWork, learned: string[]): CipherOutcome {
    const vault = this.#vault
    switch (work.kind) {
      case 'prepare': {
        const groups = [...vault.rooms.keys()].map((room) => ({
          room,
          status: this.statusOf(room),
        }))
        const { wantsArchive } = vault
        return { kind: 'prepared', ...prepare(maker, work), groups, wantsArchive }
      }
      case 'archive-kept':
        for (const key of work.keys) vault.unkept.delete(key)
        return { kind: 'done' }
      case 'learn':
        learned.push(...learn(vault, work))
        return { kind: 'done' }
      case 'person':
        return person(vault, work.keys)
      case 'verify':
        return verify(vault, work)
      case 'recovery-key':
        return recoveryKey(maker)
      case 'restore':
        return restore(maker, work)
      case 'link-accept':
        return linkAccept(maker, work)
      case 'link-mail':
        return linkMail(maker, work)
      case 'reset-identity':
        return resetIdentity(maker, work)
      default:
        return this.#roomOutcome(maker, work, learned)
    }
  }

  #roomOutcome(maker: Maker, work: RoomWork, learned: string[]): CipherOutcome {
    const vault = this.#vault
    const room = roomOf(vault, work.room)
    switch (work.kind) {
      case 'open': {
        const opening = new Opening(vault, work.room, work.isHistoryShared)
        for (const entry of work.entries) opening.entry(entry)
        if (opening.hasLearned) learned.push(work.room)
        return opening.outcome
      }
      case 'seal':
        return sealAll(vault, work.room, work.contents)
      case 'begin': {
        if (vault.account === undefined) return failed('not-linked')
        const { group, op } = beginGroup(maker, work.gen)
        room.begun.set(op.groupInfo, group)
        return { kind: 'operation', op }
      }
      case 'join':
        if (vault.account === undefined) return failed('not-linked')
        return this.#made(room, joinGroup(maker, work.group))
      case 'welcome':
        return this.#welcome(maker, work)
      case 'change':
        return this.#change(maker, work)
      case 'spans':
        return { kind: 'spans', spans: spansOf(room) }
      case 'forget':
        vault.rooms.delete(work.room)
        return { kind: 'done' }
      default:
        return unreachable(work)
    }
  }

  #welcome(maker: Maker, work: Extract<RoomWork, { kind: 'welcome' }>): CipherOutcome {
    const vault = this.#vault
    const room = roomOf(vault, work.room)
    const { gen, epoch } = work.mail
    const has = room.state === 'member' ? room.group : undefined
    if (has !== undefined && (has.gen > gen || (has.gen === gen && has.epoch >= epoch))) {
      return { kind: 'done' }
    }
    const accepted = acceptWelcome(maker, work.mail, work.group)
    if (accepted === undefined) return failed('unusable')
    const { group, keys } = accepted
    if (!keys.isLastResort) vault.packages.delete(publicOf(keys.init))
    stand(vault, work.room, group)
    return { kind: 'done' }
  }

  #change(maker: Maker, work: Extract<RoomWork, { kind: 'change' }>): CipherOutcome {
    const room = roomOf(this.#vault, work.room)
    const { gen, epoch } = work.group
    const { group, state } = room
    if (group === undefined || state !== 'member') return failed('not-ready')
    if (group.gen !== gen || group.epoch !== epoch) return failed('not-ready')
    const there = leavesOf(group.tree) ?? []
    const add = work.add.flatMap((claimed) => {
      const isThere = there.some(
        ({ user, device }) => user === claimed.user && device === claimed.device,
      )
      return isThere ? [] : (checkedPackage(claimed) ?? [])
    })
    const remove = work.remove.filter((leaf) => there.some((one) => one.leaf === leaf))
    if (remove.includes(group.leaf)) return failed('unusable')
    const { claims, update } = work
    return this.#made(room, changeGroup(maker, group, { add, claims, remove, update }))
  }

  #made(room: RoomVault, made: Made | undefined): CipherOutcome {
    if (made === undefined) return failed('unusable')
    room.pendings.set(made.id, made.pending)
    return { kind: 'operation', op: made.op }
  }
}

/** Of the epochs whose keys are held, gen by gen, without a hole. */
function spansOf(room: RoomVault): readonly { gen: number; from: number; to: number }[] {
  const spans: { gen: number; from: number; to: number }[] = []
  for (const [gen, keys] of [...room.keys].sort(([a], [b]) => a - b)) {
    for (const epoch of [...keys.keys()].sort((a, b) => a - b)) {
      const last = spans.at(-1)
      const isNext = last?.gen === gen && last.to === epoch - 1
      if (last !== undefined && isNext && epoch - last.from < keysPerContentMax) last.to = epoch
      else spans.push({ gen, from: epoch, to: epoch })
    }
  }
  return spans
}

function failed(code: CipherFailure): CipherOutcome {
  return { kind: 'failed', code, say: `the stand-in cipher: ${code}` }
}

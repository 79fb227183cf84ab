/**
 * What goes on the wire of a send. In an encrypted room nothing that says something goes out in
 * plain, ever: it waits in its outbox until this device can seal it, and then its box goes out
 * under its number. When the servers find a box stale it is sealed anew; the number stays, so it
 * stands once (P2), and nothing overtakes it (P4).
 *
 * What can be sealed no more (one is not in the room, or never was) still has to consume its
 * number. It goes out as the deletion of a message that cannot be: every server refuses that, with
 * the true reason first, and it tells nothing. While it is not known whether a room that one enters
 * is encrypted, what was composed for it waits.
 */
import type { ErrorCode } from '@starling/protocol/error-codes'
import type { Operation } from '@starling/protocol/operation'
import type { Now } from '../../now.ts'
import type { Composed, OutboxItem } from '../client-io.ts'
import { keyOf } from '../outbox.ts'
import type { Rooms } from '../rooms.ts'
import type { CipherResult } from './cipher.ts'
import type { CipherJobs } from './cipher-jobs.ts'
import { isSealable } from './content.ts'
import type { Wire } from './wire.ts'

/** Contents in one job. */
const contentsMax = 32
const nothing: Operation = { kind: 'delete', target: 2_147_483_647 }

type SealedOperation = Extract<Operation, { kind: 'sealed' }>

export interface SealingHost {
  readonly hasCipher: boolean
  readonly rooms: Rooms
  readonly jobs: CipherJobs
  /** What was composed brings one into a room that is not there yet. */
  readonly isToEnter: (now: Now, room: string) => boolean
  /** What goes before this item does. */
  readonly isEntering: (now: Now, item: OutboxItem) => boolean
  /** This device can seal for the room now. */
  readonly isReady: (room: string) => boolean
  /** Something waits to be sealed for the room. */
  readonly isWanted: (now: Now, room: string) => void
  /** The servers say that what this device seals is stale. */
  readonly isStale: (now: Now, room: string) => void
  /** A send of the person's was acknowledged. */
  readonly acked: (now: Now, item: OutboxItem) => void
  readonly failed: (now: Now, room: string, outcome: CipherResult['outcome']) => void
}

interface RoomBoxes {
  readonly sealed: Map<string, SealedOperation>
  readonly wanted: Map<string, OutboxItem>
  isSealing: boolean
}

export class Sealing implements Wire {
  readonly #host: SealingHost
  readonly #rooms = new Map<string, RoomBoxes>()

  constructor(host: SealingHost) {
    this.#host = host
  }

  isEncrypted(room: string): boolean {
    return this.#host.rooms.get(room)?.isEncrypted === true
  }

  reasonAgainst(now: Now, room: string, op: Composed): ErrorCode | undefined {
    if (!isSealable(op)) return undefined
    const isEncrypted = this.isEncrypted(room)
    const isKnown = this.#host.rooms.get(room) !== undefined || !this.#host.isToEnter(now, room)
    if (op.kind === 'title' && !isEncrypted && isKnown) return 'not-encrypted'
    return isEncrypted && !this.#host.hasCipher ? 'room-encrypted' : undefined
  }

  operation(now: Now, item: OutboxItem): Operation | undefined {
    const { op, room } = item
    if (!isSealable(op)) return op
    const state = this.#host.rooms.get(room)
    if (state === undefined) return this.#host.isEntering(now, item) ? undefined : nothing
    if (!state.isEncrypted) return item.isSealed === true || op.kind === 'title' ? nothing : op
    if (!this.#host.hasCipher) return nothing
    const boxes = this.#of(room)
    const sealed = boxes.sealed.get(keyOf(item))
    if (sealed === undefined) boxes.wanted.set(keyOf(item), item)
    return sealed
  }

  sealAnew(now: Now, room: string): void {
    this.forget(room)
    this.#host.isStale(now, room)
  }

  acked(now: Now, item: OutboxItem): void {
    this.#host.acked(now, item)
  }

  settled(item: OutboxItem): void {
    const boxes = this.#rooms.get(item.room)
    boxes?.sealed.delete(keyOf(item))
    boxes?.wanted.delete(keyOf(item))
  }

  /** The room's epoch is another one, or the room is gone. */
  forget(room: string): void {
    this.#rooms.get(room)?.sealed.clear()
  }

  clear(): void {
    this.#rooms.clear()
  }

  /** Gives what waits to the cipher, a room's in the order in which it will be sent. */
  flush(now: Now): void {
    for (const [room, boxes] of this.#rooms) {
      if (boxes.wanted.size === 0) {
        if (boxes.sealed.size === 0 && !boxes.isSealing) this.#rooms.delete(room)
        continue
      }
      this.#host.isWanted(now, room)
      if (!boxes.isSealing && this.#host.isReady(room)) this.#seal(room, boxes)
    }
  }

  #seal(room: string, boxes: RoomBoxes): void {
    const items = [...boxes.wanted.values()].slice(0, contentsMax)
    const contents = items.flatMap(({ op }) => (isSealable(op) ? [op] : []))
    boxes.wanted.clear()
    boxes.isSealing = true
    this.#host.jobs.room({ kind: 'seal', room, contents }, (now, { outcome }) => {
      boxes.isSealing = false
      if (outcome.kind !== 'sealed') return this.#host.failed(now, room, outcome)
      const { gen, epoch } = outcome
      for (const [at, box] of outcome.boxes.entries()) {
        const item = items[at]
        if (item === undefined) continue
        boxes.sealed.set(keyOf(item), { kind: 'sealed', gen, epoch, box })
        boxes.wanted.delete(keyOf(item))
      }
    })
  }

  #of(room: string): RoomBoxes {
    const known = this.#rooms.get(room)
    if (known !== undefined) return known
    const boxes = { sealed: new Map(), wanted: new Map(), isSealing: false }
    this.#rooms.set(room, boxes)
    return boxes
  }
}

/**
 * Whether this replica still is what the others are. Each backend that applies records for itself
 * keeps the digest (room/record-digest.ts) at *checkpoints*, positions that all choose alike, and
 * tells some of them to the others: its *claims*. Claims may be lost, late, or of positions that
 * are not reached here yet; then they wait, or count for nothing.
 *
 * Digests that differ once differ at every later checkpoint, so no claim is needed in particular.
 * When at one position more backends, and at least two, agree with each other than with this one,
 * it is this one that is wrong, and it must stop. Without a majority nobody knows who is; that is a
 * dispute, for an operator to settle.
 */
import type { Position } from '../log/record.ts'
import type { Now } from '../now.ts'
import type { BackendTuning } from './backend-io.ts'

export interface Claim {
  readonly backend: string
  readonly position: Position
  readonly digest: string
}

const checkpointsMax = 256
const claimsPerBackendMax = 64
const backendsMax = 64
/** Told at one go. */
const claimsAtOnceMax = 8
const nameCharactersMax = 256
const digestCharactersMax = 64

type Tuning = Pick<BackendTuning, 'digestEvery' | 'claimMs' | 'claimAgainMs'>

export class DigestWatch {
  readonly #name: string
  readonly #tuning: Tuning
  /** Digests of checkpoints, the oldest first. */
  readonly #own = new Map<Position, string>()
  /** Backend → its claims, those heard longest ago first. */
  readonly #others = new Map<string, Map<Position, string>>()
  readonly #disputed = new Set<Position>()
  #diverged: string | undefined
  #isDivergedTold = false
  #toldUpTo: Position = 0
  #toldAtMs = Number.NEGATIVE_INFINITY

  constructor(name: string, tuning: Tuning) {
    this.#name = name
    this.#tuning = tuning
  }

  /** Checkpoints at which others differ and no majority says who is right. */
  get disputes(): number {
    return this.#disputed.size
  }

  /** Why this replica is known to be wrong. */
  get diverged(): string | undefined {
    return this.#diverged
  }

  /** The same, once. */
  takeDiverged(): string | undefined {
    if (this.#isDivergedTold) return undefined
    this.#isDivergedTold = this.#diverged !== undefined
    return this.#diverged
  }

  applied(position: Position, digest: string): void {
    if (position % this.#tuning.digestEvery !== 0) return
    this.#own.set(position, digest)
    for (const oldest of this.#own.keys()) {
      if (this.#own.size <= checkpointsMax) break
      this.#own.delete(oldest)
      this.#disputed.delete(oldest)
    }
    this.#judge(position)
  }

  heard(claim: Claim): void {
    const { backend, position, digest } = claim
    if (backend === this.#name || !isShort(claim)) return
    const claims = this.#others.get(backend) ?? new Map<Position, string>()
    // What was heard of last stands last.
    this.#others.delete(backend)
    this.#others.set(backend, claims)
    claims.delete(position)
    claims.set(position, digest)
    dropOldest(claims, claimsPerBackendMax)
    dropOldest(this.#others, backendsMax)
    this.#judge(position)
  }

  /** What the others are to be told now. */
  take(now: Now): readonly Claim[] {
    const { claimMs, claimAgainMs } = this.#tuning
    const sinceMs = now.ms - this.#toldAtMs
    if (sinceMs < claimMs) return []
    const newest = [...this.#own.keys()].at(-1)
    if (newest === undefined) return []
    const isNews = newest > this.#toldUpTo
    if (!isNews && sinceMs < claimAgainMs) return []
    const positions = isNews ? this.#untold() : [newest]
    this.#toldUpTo = newest
    this.#toldAtMs = now.ms
    const backend = this.#name
    return positions.map((position) => ({ backend, position, digest: this.#own.get(position)! }))
  }

  /** When there are many, the roundest: so all backends choose the same ones. */
  #untold(): readonly Position[] {
    let grain = this.#tuning.digestEvery
    let positions = [...this.#own.keys()].filter((position) => position > this.#toldUpTo)
    while (positions.length > claimsAtOnceMax) {
      grain *= 2
      const round = positions.filter((position) => position % grain === 0)
      positions = round.length > 0 ? round : positions.slice(-claimsAtOnceMax)
    }
    return positions
  }

  #judge(position: Position): void {
    const own = this.#own.get(position)
    if (own === undefined) return
    const holders = new Map<string, string[]>([[own, [this.#name]]])
    for (const [backend, claims] of this.#others) {
      const digest = claims.get(position)
      if (digest === undefined) continue
      const same = holders.get(digest)
      if (same === undefined) holders.set(digest, [backend])
      else same.push(backend)
    }
    const withThis = holders.get(own)!.length
    let against: readonly string[] = []
    for (const [digest, some] of holders) {
      if (digest !== own && some.length > against.length) against = some
    }
    if (against.length === 0 || withThis > against.length) this.#disputed.delete(position)
    else this.#disputed.add(position)
    if (against.length < 2 || withThis >= against.length) return
    this.#diverged ??=
      `at position ${position} the state here has the digest ${own}, ` +
      `but another one at ${against.join(', ')}, which agree with each other`
  }
}

function isShort({ backend, digest }: Claim): boolean {
  return backend.length <= nameCharactersMax && digest.length <= digestCharactersMax
}

function dropOldest(map: Map<unknown, unknown>, sizeMax: number): void {
  for (const key of map.keys()) {
    if (map.size <= sizeMax) return
    map.delete(key)
  }
}

/** A backend in virtual time: the real node, its links, its reach to the log, its store. */
import type {
  BackendFigures,
  BackendInputs,
  BackendOutput,
  BackendTuning,
  LinkId,
} from '@starling/core/backend/backend-io'
import { BackendNode } from '@starling/core/backend/backend-node'
import type { Claim } from '@starling/core/backend/digest-watch'
import type { LinkDown, Rank } from '@starling/core/link/down'
import type { LinkUp, RequestBody } from '@starling/core/link/up'
import { type Now, unreachable } from '@starling/core/now'
import type { Store } from '@starling/core/room/store'
import type { Limits } from '@starling/protocol/limits'
import type { SimulatedLog } from '../log/simulated-log.ts'
import { abnormalClose, type Network, type Receiver, type Wire } from '../network/network.ts'
import type { Observe } from '../observation.ts'
import type { Random } from '../random.ts'
import type { World } from '../world.ts'
import { FeedWatch } from './feed-watch.ts'
import { type Clock, Process } from './process.ts'

export type LinkNetwork = Network<LinkUp, LinkDown>

export interface BackendSetup {
  readonly name: string
  readonly rank: Rank
  readonly clock: Clock
  readonly random: Random
  readonly limits: Limits
  readonly tuning: BackendTuning
  readonly network: LinkNetwork
  readonly log: SimulatedLog
  readonly store: Store
  readonly observe: Observe
  readonly tellOthers: (claim: Claim) => void
  /** Written to a link and not yet taken; above it the link is cut. */
  readonly linkBytesMax: number
}

/** Figures are looked at with one tick in so many. */
const figuresEvery = 4

type Node = BackendInputs & { figures(): BackendFigures }
type Link = Wire<LinkDown, LinkUp>
interface Asked {
  readonly body: RequestBody
  readonly after: number
}

export class BackendProcess extends Process {
  readonly rank: Rank
  /** Its disk: stays while the process dies. */
  store: Store
  #node: Node | undefined
  readonly #setup: BackendSetup
  readonly #links = new Map<LinkId, Link>()
  #feeds: FeedWatch | undefined
  readonly #asked = new Map<string, Asked>()
  #linksTotal = 0
  #ticks = 0
  #stopFollowing: () => void = () => undefined

  constructor(world: World, setup: BackendSetup) {
    super(world, { name: setup.name, clock: setup.clock, tickMs: 50 })
    this.#setup = setup
    this.rank = setup.rank
    this.store = setup.store
  }

  get node(): Node | undefined {
    return this.#node
  }

  /** SIGTERM: it ends when the node says that everything is answered. */
  beginDrain(): void {
    this.world.trace.line(this.name, () => 'drains')
    this.give((now) => this.#node?.beginDrain(now))
  }

  /** Another backend's claim. */
  hear(claim: Claim): void {
    this.give((now) => this.#node?.claimHeard(now, claim))
  }

  protected boot(): void {
    const { rank, random, limits, tuning, network, log } = this.#setup
    this.#node = new BackendNode({
      name: this.name,
      rank,
      store: this.store,
      chance: random.fork(`node ${this.life}`).chance,
      limits,
      areGuestsAllowed: true,
      isRegistrationOpen: true,
      tuning,
    })
    const life = this.life
    const feeds = new FeedWatch(this.name, this.store)
    this.#feeds = feeds
    this.#stopFollowing = log.follow(this.name, this.store.position, {
      onRecords: (records) => {
        if (life !== this.life) return
        const truth = log.truthOf(records)
        this.give((now) => {
          feeds.records(truth)
          this.#node?.records(now, records)
        })
      },
      onReach: (canAppend, why) => {
        if (life === this.life) this.give((now) => this.#node?.logReach(now, canAppend, why))
      },
    })
    network.wake(this.name)
    network.listen(this.name, { host: this.name, accept: (wire) => this.#accept(wire) })
  }

  protected died(isSudden: boolean): void {
    this.#stopFollowing()
    this.#setup.network.unlisten(this.name)
    this.#setup.network.bury(this.name, isSudden)
    this.#links.clear()
    this.#asked.clear()
    this.#node = undefined
    this.#feeds = undefined
  }

  protected setReading(isReading: boolean): void {
    for (const wire of this.#setup.network.wiresOf(this.name)) wire.setReading(isReading)
  }

  protected tick(now: Now): void {
    this.#node?.loopDelay(now, this.turnDelayMs)
    this.#node?.tick(now)
    if (++this.#ticks % figuresEvery !== 0) return
    const figures = this.#node?.figures()
    if (figures !== undefined) {
      this.#setup.observe({ kind: 'backend-figures', backend: this.name, figures })
    }
  }

  protected perform(now: Now): void {
    const outputs = this.#node?.drain(now) ?? []
    for (const output of outputs) this.#performOne(output)
    this.#feeds?.turnEnded()
  }

  #accept(wire: Link): Receiver<LinkUp> | undefined {
    if (!this.isUp) return undefined
    const link = `${this.name}/${this.life}/${++this.#linksTotal}`
    this.#links.set(link, wire)
    if (this.isFrozen) wire.setReading(false)
    return {
      onOpen: () => this.give((now) => this.#node?.linkOpened(now, link)),
      onFrame: (frame) => {
        if (frame.t === 'request') {
          // Asked again, it demands more than it must: what the first asking demanded is enough.
          const key = `${link} ${frame.request}`
          const after = Math.min(frame.after, this.#asked.get(key)?.after ?? frame.after)
          this.#asked.set(key, { body: frame.body, after })
        }
        this.world.trace.line(this.name, () => `← ${wire.peer}: ${JSON.stringify(frame)}`)
        this.give((now) => {
          this.#feeds?.up(link, frame)
          this.#node?.linkFrame(now, link, frame)
        })
      },
      onClose: () => this.#closed(link),
      onBuffered: (bytes) => {
        if (bytes <= this.#setup.linkBytesMax || !this.#links.has(link)) return
        this.world.trace.line(this.name, () => `cuts the full link to ${wire.peer}`)
        wire.close(abnormalClose)
        this.#closed(link)
      },
    }
  }

  #closed(link: LinkId): void {
    this.#links.delete(link)
    this.give((now) => {
      this.#feeds?.closed(link)
      this.#node?.linkClosed(now, link)
    })
  }

  #performOne(output: BackendOutput): void {
    const { observe, log, random } = this.#setup
    switch (output.kind) {
      case 'send':
        return this.#send(output.link, output.frame)
      case 'close':
        this.#links.get(output.link)?.close(abnormalClose)
        this.#links.delete(output.link)
        return
      case 'append': {
        const { record } = output
        const life = this.life
        this.world.trace.line(this.name, () => `appends ${record.id}: ${record.ops.length} ops`)
        observe({ kind: 'appends', backend: this.name, life, record })
        log.append(this.name, record, (result) => {
          if (life !== this.life) return
          if (!result.ok) {
            const { code, landed } = result
            this.world.trace.line(this.name, () => `${record.id}: ${code}, landed: ${landed}`)
            this.give((now) => this.#node?.appendFailed(now, record.id, { code, landed }))
          } else this.give((now) => this.#node?.appended(now, record.id))
        })
        return
      }
      case 'hash-password': {
        const { task, password } = output
        const hash = `fake:${password}`
        return this.later(random.fraction(5, 60), (now) =>
          this.#node?.passwordHashed(now, task, hash),
        )
      }
      case 'check-password': {
        const { task, password, passwordHash } = output
        const isRight = passwordHash === `fake:${password}`
        return this.later(random.fraction(5, 60), (now) =>
          this.#node?.passwordChecked(now, task, isRight),
        )
      }
      case 'claim':
        return this.#setup.tellOthers(output.claim)
      case 'diverged':
        observe({ kind: 'diverged', backend: this.name, why: output.why })
        return this.kill(false)
      case 'settings-differ':
        this.world.trace.line(this.name, () => `finds other settings: ${output.names.join(', ')}`)
        return
      case 'drained':
        return this.kill(false)
      default:
        return unreachable(output)
    }
  }

  #send(link: LinkId, frame: LinkDown): void {
    this.#feeds?.down(link, frame)
    const wire = this.#links.get(link)
    if (wire === undefined) return
    if (frame.t === 'reply') {
      const key = `${link} ${frame.request}`
      const asked = this.#asked.get(key)
      this.#asked.delete(key)
      const { position, reply } = frame
      if (asked !== undefined) {
        this.#setup.observe({ kind: 'replied', backend: this.name, ...asked, position, reply })
      }
    }
    if (frame.t !== 'health') {
      this.world.trace.line(this.name, () => `→ ${wire.peer}: ${JSON.stringify(frame)}`)
    }
    wire.send(frame, bytesOf(frame))
  }
}

function bytesOf(frame: LinkDown): number {
  if (frame.t !== 'entries') return 100
  return frame.entries.reduce((sum, entry) => sum + entry.json.length, 50)
}

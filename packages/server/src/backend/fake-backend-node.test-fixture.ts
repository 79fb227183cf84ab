/** A node that does what the test says and remembers what it was told. */
import type { BackendFigures, BackendOutput } from '@starling/core/backend/backend-io'
import type { Claim } from '@starling/core/backend/digest-watch'
import type { BackendNodeLike } from './backend-shell.ts'

export class FakeBackendNode implements BackendNodeLike {
  readonly claims: Claim[] = []
  readonly reach: boolean[] = []
  #outputs: BackendOutput[] = []
  onRecords: () => void = () => {}

  /** Comes out of the next drain. */
  put(output: BackendOutput): void {
    this.#outputs.push(output)
  }

  drain(): readonly BackendOutput[] {
    return this.#outputs.splice(0)
  }

  claimHeard(_now: unknown, claim: Claim): void {
    this.claims.push(claim)
  }

  records(): void {
    this.onRecords()
  }

  linkOpened(): void {}
  linkClosed(): void {}
  linkFrame(): void {}
  appended(): void {}
  appendFailed(): void {}
  logReach(_now: unknown, canAppend: boolean): void {
    this.reach.push(canAppend)
  }
  passwordHashed(): void {}
  passwordChecked(): void {}
  loopDelay(): void {}
  beginDrain(): void {
    this.put({ kind: 'drained' })
  }
  tick(): void {}

  figures(): BackendFigures {
    return {
      clients: 0,
      inFlight: 0,
      feeds: 0,
      links: 0,
      position: 0,
      requestsTotal: 0,
      appendsTotal: 0,
      opsAppliedTotal: 0,
      settingsDiffer: [],
      digestDisputes: 0,
      refusalsTotal: {},
    }
  }
}

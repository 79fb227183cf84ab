/** A verb is what one kind of frame makes the front-end do, after the checks common to all. */
import type { Now } from '../../now.ts'
import type { Desk } from '../desk.ts'
import type { ReadFrame } from '../read-frame.ts'
import type { OnlineState, Session } from '../session.ts'

export interface Said<F> {
  readonly now: Now
  readonly session: Session
  readonly frame: F
}

export interface SaidOnline<F> extends Said<F> {
  readonly online: OnlineState
}

export type Verb<F> =
  | {
      readonly needsWelcome: true
      /** Tokens of the rate that it takes. */
      readonly cost: number
      readonly run: (desk: Desk, said: SaidOnline<F>) => void
    }
  | {
      readonly needsWelcome: false
      readonly cost: number
      readonly run: (desk: Desk, said: Said<F>) => void
    }

export type FrameOf<T extends ReadFrame['t']> = Extract<ReadFrame, { t: T }>

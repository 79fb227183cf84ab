/** The servers of the engine, as the freshest of the backends that can be asked tells of them. */
import {
  type EngineServer,
  type EngineView,
  freshest,
  hasLeader,
  serversOf,
} from '../engine-view.ts'
import type { EnginePicture } from './status-picture.ts'

export interface ToldEngine {
  readonly view: EngineView | undefined
  /** What it cannot promise. */
  readonly warnings: readonly string[]
}

export function enginePartsOf(told: readonly ToldEngine[]): EnginePicture['parts'] {
  const warnings = [...new Set(told.flatMap((one) => one.warnings))]
  const warned = warnings.map((text) => ({ name: 'warning', state: text, why: '' }))
  const views = told.flatMap(({ view }) => (view?.kind === 'nats' ? [{ view }] : []))
  const best = freshest(views)?.view
  if (best === undefined) return warned
  const nobody = hasLeader(best) ? [] : [{ name: 'leader', state: 'none answers', why: '' }]
  const servers = serversOf(best).map((it) => ({ name: it.server, state: it.state, why: why(it) }))
  return [...warned, ...nobody, ...servers]
}

function why({ state, lag }: EngineServer): string {
  return state === 'unknown' || lag === 0 ? '' : `${lag.toLocaleString('en')} steps behind`
}

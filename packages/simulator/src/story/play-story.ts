/** Plays a story on the real nodes and says what came of each step. */
import { BrokenPromise } from '../broken-promise.ts'
import type { ClusterSetup } from '../cluster/cluster.ts'
import type { TraceReader } from '../trace.ts'
import { perform } from './acts.ts'
import { Stage, storySetup } from './stage.ts'
import { parseStory, printStory, type StoryPart } from './story-text.ts'

/** The whole text, its outcomes replaced by what came of the steps now. */
export function playStory(text: string, reader?: TraceReader): string {
  let stage: Stage | undefined
  const played = parseStory(text).map((part): StoryPart => {
    if (part.kind === 'comment') return part
    const outcome: string[] = []
    try {
      for (const line of part.acts) {
        stage?.world.trace.line('story', () => line)
        const setup = clusterOf(line)
        if (setup !== undefined) stage = new Stage(setup, reader)
        else if (stage === undefined) throw new Error("a story begins with 'cluster'")
        else perform(stage, line)
      }
    } catch (error) {
      if (!(error instanceof BrokenPromise)) throw error
      outcome.push(`BROKEN ${error.promise}: ${error.message}`)
    }
    outcome.unshift(...(stage?.lines.splice(0) ?? []))
    return { ...part, outcome }
  })
  return printStory(played)
}

/** `cluster frontends=2 store=shared policy=least-loaded …`; undefined for any other line. */
function clusterOf(line: string): ClusterSetup | undefined {
  const [first, ...rest] = line.split(' ')
  if (first !== 'cluster') return undefined
  let setup = storySetup
  for (const part of rest) {
    const [name, value = ''] = part.split('=')
    if (name === 'frontends') setup = { ...setup, frontends: Number(value) }
    else if (name === 'primaries') setup = { ...setup, primaries: Number(value) }
    else if (name === 'secondaries') setup = { ...setup, secondaries: Number(value) }
    else if (name === 'store') setup = { ...setup, isStoreShared: value === 'shared' }
    else if (name === 'socketBytesMax') setup = { ...setup, socketBytesMax: Number(value) }
    else throw new Error(`a cluster has no '${name}'`)
  }
  return setup
}

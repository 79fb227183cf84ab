/**
 * What stands in the boxes, known to whoever watches every cipher seal. Checkers read encrypted
 * rooms with it as if they were open.
 */
import type { Content } from '@starling/core/client/private/cipher'
import type { Entry } from '@starling/protocol/entry'
import type { Observation } from '../observation.ts'

export class SealedTruth {
  readonly #contents = new Map<string, Content>()

  see(seen: Observation): void {
    if (seen.kind !== 'cipher') return
    const { work, result } = seen
    if (work.kind !== 'seal' || result.outcome.kind !== 'sealed') return
    const { boxes } = result.outcome
    work.contents.forEach((content, at) => {
      this.#contents.set(boxes[at]!, content)
    })
  }

  atRest(): void {
    // It judges nothing.
  }

  contentOf(entry: Entry): Content | undefined {
    return entry.kind === 'sealed' ? this.#contents.get(entry.box) : undefined
  }

  /** Of a message, sealed or not; as it was written, if it was sealed. */
  textOf(entry: Entry): string | undefined {
    if (entry.kind === 'post') return entry.text
    const content = this.contentOf(entry)
    return content?.kind === 'post' ? content.text : undefined
  }
}

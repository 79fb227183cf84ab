/** Asks questions on the screen, one at a time, before there is a chat or over it. */
import { createElement as h } from 'react'
import { questionLines } from '../layout/question-lines.ts'
import { type Answered, type Asking, answer, askingOf, type Question } from '../model/question.ts'
import type { Input } from '../screen/key-decoder.ts'
import type { Screen } from '../screen/terminal-screen.ts'
import type { InkRenderer } from '../view/ink-renderer.ts'
import { QuestionScreen } from '../view/question-screen.ts'
import type { Theme } from '../view/theme.ts'

export type Answer = Exclude<Answered, { kind: 'asking' }>

export interface WelcomeParts {
  readonly screen: Screen
  readonly renderer: InkRenderer
  readonly theme: Theme
}

export class Welcome {
  readonly #parts: WelcomeParts
  #asking: Asking | undefined
  #answered: ((answer: Answer) => void) | undefined

  constructor(parts: WelcomeParts) {
    this.#parts = parts
  }

  ask(question: Question, error?: string): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<Answer>()
    this.#asking = askingOf(question, error)
    this.#answered = resolve
    this.#parts.screen.enter({
      onInput: (input) => this.#onInput(input),
      onResize: () => this.#draw(),
    })
    this.#draw()
    return promise
  }

  /** Asks in between; the question that stood before stands again afterwards. */
  async interrupt(question: Question): Promise<Answer> {
    const asking = this.#asking
    const answered = this.#answered
    const given = await this.ask(question)
    this.#asking = asking
    this.#answered = answered
    this.#draw()
    return given
  }

  /** Nothing is asked any more; the screen belongs to somebody else. */
  withdraw(): void {
    this.#asking = undefined
    this.#answered = undefined
  }

  #onInput(input: Input): void {
    if (this.#asking === undefined) return
    const answered = answer(this.#asking, input)
    if (answered.kind === 'asking') {
      this.#asking = answered.asking
      this.#draw()
      return
    }
    this.#asking = undefined
    this.#answered?.(answered)
    this.#answered = undefined
  }

  #draw(): void {
    if (this.#asking === undefined) return
    const { screen, renderer, theme } = this.#parts
    const { columns, rows } = screen
    const { lines, cursor } = questionLines(this.#asking, { columns, rows })
    const frame = renderer.rows(h(QuestionScreen, { lines, columns, theme }), { columns, rows })
    screen.show({ columns, rows, lines: frame, ...(cursor === undefined ? {} : { cursor }) })
  }
}

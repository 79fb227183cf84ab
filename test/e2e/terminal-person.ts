/** Somebody at the terminal client, whose screen and keys are the test's. */
import { mkdirSync } from 'node:fs'
import { ChatSession } from '@starling/terminal/shell/chat-session'
import { Drafts } from '@starling/terminal/shell/drafts'
import { FakeScreen } from '@starling/terminal/testing/fake-screen'
import { InkRenderer } from '@starling/terminal/view/ink-renderer'
import { plainTheme } from '@starling/terminal/view/theme'
import type { TestDevice } from './encrypted-people.ts'

const clock = { nowMs: () => performance.now(), wallMs: () => Date.now(), zone: () => 0 }

export class TerminalPerson {
  readonly screen = new FakeScreen()
  readonly #session: ChatSession
  readonly #ended: Promise<void>

  constructor({ client }: TestDevice, folder: string) {
    mkdirSync(folder, { recursive: true })
    this.#session = new ChatSession({
      client,
      screen: this.screen,
      renderer: new InkRenderer(),
      theme: plainTheme,
      drafts: new Drafts(folder),
      clock,
    })
    this.#ended = this.#session.run()
  }

  enters(text: string): void {
    this.screen.type(text)
    this.screen.press('enter')
  }

  sees(pattern: RegExp): Promise<void> {
    return this.screen.shows(pattern)
  }

  async leave(): Promise<void> {
    this.#session.quit()
    await this.#ended
  }
}

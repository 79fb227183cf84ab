/** Somebody at the web client, as the front-end serves it: finds things by what they are called. */
import type { Page } from 'playwright-core'
import { texts } from '../../packages/web/src/texts.ts'
import { until } from '../cluster/until.ts'

const showMsMax = 30_000

declare global {
  interface Window {
    /** What the page told of trouble with the connection. */
    troubleTold?: string[]
  }
}

export class WebPerson {
  readonly page: Page
  /** Errors that nothing caught, and what the page's policy refused. */
  readonly errors: string[] = []

  constructor(page: Page) {
    this.page = page
    page.setDefaultTimeout(showMsMax)
    page.on('pageerror', (error) => this.errors.push(String(error)))
    page.on('console', (line) => {
      if (/Content Security Policy/.test(line.text())) this.errors.push(line.text())
    })
  }

  async enterAs(name: string): Promise<this> {
    await this.page.getByRole('textbox', { name: texts.name }).fill(name)
    await this.page.getByRole('button', { name: texts.enter.guest }).click()
    await this.#isIn()
    return this
  }

  async register(name: string, password: string): Promise<this> {
    return this.#enterWithPassword('register', name, password)
  }

  async logIn(name: string, password: string): Promise<this> {
    return this.#enterWithPassword('login', name, password)
  }

  async createRoom(title: string): Promise<void> {
    await this.#choose(texts.createRoom)
    const dialog = this.page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: texts.roomName }).fill(title)
    await dialog.getByRole('button', { name: texts.create, exact: true }).click()
    await this.composer(title).waitFor()
  }

  /** Encrypted, as it is offered; with the choice of this name. */
  async createPrivateRoom(title: string, choice?: string): Promise<void> {
    await this.#choose(texts.createRoom)
    const dialog = this.page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: texts.roomName }).fill(title)
    await dialog.getByRole('radio', { name: texts.privateRoomHint }).check()
    if (choice !== undefined) await dialog.getByRole('radio', { name: choice }).check()
    await dialog.getByRole('button', { name: texts.create, exact: true }).click()
    await this.composer(title).waitFor()
  }

  async join(title: string): Promise<void> {
    await this.#choose(texts.browseRooms)
    await this.page.getByRole('button', { name: `${texts.join} #${title}`, exact: true }).click()
    await this.composer(title).waitFor()
  }

  composer(title: string) {
    return this.page.getByRole('textbox', { name: texts.messageIn(title) })
  }

  async say(title: string, ...messages: readonly string[]): Promise<void> {
    const composer = this.composer(title)
    for (const text of messages) {
      await composer.fill(text)
      await composer.press('Enter')
    }
  }

  /** The rows of the list that hold this text. */
  rows(text: string) {
    return this.page.getByRole('log').getByRole('article').filter({ hasText: text })
  }

  async sees(text: string): Promise<void> {
    await this.rows(text).first().waitFor()
  }

  /** Of a room in the list: its name, and what is new in it. */
  async roomState(title: string): Promise<string> {
    const nav = this.page.getByRole('navigation', { name: texts.rooms })
    return (await nav.locator('.room-row', { hasText: title }).first().textContent()) ?? ''
  }

  /** From now on. */
  async notesTrouble(): Promise<void> {
    await this.page.evaluate(() => {
      const told: string[] = []
      window.troubleTold = told
      const bar = document.querySelector('.connection-bar')!
      const note = () => {
        const text = bar.textContent ?? ''
        if (text !== '') told.push(text)
      }
      note()
      new MutationObserver(note).observe(bar, {
        subtree: true,
        childList: true,
        characterData: true,
      })
    })
  }

  trouble(): Promise<readonly string[]> {
    return this.page.evaluate(() => window.troubleTold ?? ['not noted'])
  }

  async #enterWithPassword(way: 'login' | 'register', name: string, password: string) {
    await this.page.getByText(texts.ways[way], { exact: true }).click()
    await this.page.getByRole('textbox', { name: texts.name }).fill(name)
    await this.page.getByLabel(texts.password).fill(password)
    await this.page.getByRole('button', { name: texts.enter[way] }).click()
    await this.#isIn()
    return this
  }

  async #choose(label: string): Promise<void> {
    await this.page.getByRole('button', { name: texts.add, exact: true }).click()
    await this.page.getByRole('menuitem', { name: label }).click()
  }

  async #isIn(): Promise<void> {
    const nav = this.page.getByRole('navigation', { name: texts.rooms })
    await until(() => nav.isVisible(), {
      what: () => `the rooms of one who came in ${this.errors.join('; ')}`,
      ms: showMsMax,
    })
  }
}

/** A real browser with one profile, and tabs in it that run the test's page. */
import { mkdtempSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { browserArguments, findBrowser } from '../../scripts/browser.ts'
import { until } from '../cluster/until.ts'
import type { Shown } from './page.ts'

export class WebBrowser {
  readonly #folder: string
  #context: BrowserContext

  private constructor(folder: string, context: BrowserContext) {
    this.#folder = folder
    this.#context = context
  }

  static async launch(): Promise<WebBrowser> {
    const folder = mkdtempSync(join(tmpdir(), 'starling-browser-'))
    return new WebBrowser(folder, await launch(folder))
  }

  async open(url: string): Promise<Tab> {
    const tab = new Tab(await this.#context.newPage())
    await tab.go(url)
    return tab
  }

  async openPage(url: string): Promise<Page> {
    const page = await this.#context.newPage()
    await page.goto(url)
    return page
  }

  /** Dies without a word to its pages, and starts again with the same profile. */
  async crash(): Promise<void> {
    const session = await this.#context.browser()!.newBrowserCDPSession()
    // Its folder for the socket that keeps the profile to one browser, which it removes at its end.
    const left = dirname(readlinkSync(join(this.#folder, 'SingletonSocket')))
    const gone = this.#context.waitForEvent('close')
    // Nobody is left to answer.
    const unanswered = session.send('Browser.crash').catch(() => {})
    await Promise.all([gone, unanswered])
    rmSync(left, { recursive: true, force: true })
    this.#context = await launch(this.#folder)
  }

  async end(): Promise<void> {
    await this.#context.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

export class Tab {
  readonly page: Page
  /** Errors that nothing caught, and scripts that did not load. */
  readonly errors: string[] = []

  constructor(page: Page) {
    this.page = page
    page.on('pageerror', (error) => this.errors.push(String(error)))
  }

  async go(url: string): Promise<void> {
    await this.page.goto(url)
    await this.#isUp()
  }

  async reload(): Promise<void> {
    await this.page.reload()
    await this.#isUp()
  }

  shown(): Promise<Shown> {
    return this.page.evaluate(() => window.starling!.shown())
  }

  first(): Promise<Shown> {
    return this.page.evaluate(() => window.starling!.first)
  }

  seen(): Promise<readonly string[]> {
    return this.page.evaluate(() => window.starling!.seen)
  }

  createRoom(title: string): Promise<string> {
    return this.page.evaluate((name) => window.starling!.createRoom(name), title)
  }

  /** Settles when all are on disk. */
  async compose(...texts: readonly string[]): Promise<void> {
    await this.post(...texts)
    await this.#stored(texts)
  }

  post(...texts: readonly string[]): Promise<void> {
    return this.page.evaluate((posts) => {
      for (const text of posts) window.starling!.post(text)
    }, texts)
  }

  async showing(isSo: (shown: Shown) => boolean, what: string): Promise<Shown> {
    let shown = await this.shown()
    await until(
      async () => {
        shown = await this.shown()
        return isSo(shown)
      },
      { what: () => `${what}: ${JSON.stringify(shown)}`, ms: 60_000 },
    )
    return shown
  }

  /** What must stay empty: errors, what the client reported, what the page's policy refused. */
  async troubles(): Promise<readonly string[]> {
    const told = await this.page.evaluate(() => window.starling!.troubles)
    return [...this.errors, ...told, ...(await this.violations())]
  }

  violations(): Promise<readonly string[]> {
    return this.page.evaluate(() => window.violations ?? [])
  }

  /** As a script of the page does it; the developer tools themselves may always evaluate. */
  tryEval(): Promise<string> {
    return this.page.evaluate(
      () =>
        new Promise<string>((resolve) => {
          const { port1, port2 } = new MessageChannel()
          port1.onmessage = () => {
            try {
              resolve(`done: ${new Function('return 1')()}`)
            } catch (error) {
              resolve((error as Error).name)
            }
          }
          port2.postMessage('now')
        }),
    )
  }

  close(): Promise<void> {
    return this.page.close()
  }

  async #stored(texts: readonly string[]): Promise<void> {
    let stored: readonly string[] = []
    await until(
      async () => {
        stored = await this.page.evaluate(() => window.starling!.stored())
        return texts.every((text) => stored.includes(text))
      },
      { what: () => `${texts} on disk: ${stored}` },
    )
  }

  async #isUp(): Promise<void> {
    await until(() => this.page.evaluate(() => window.starling !== undefined), {
      what: () => `a client in the page ${this.errors.join('; ')}`,
    })
  }
}

declare global {
  interface Window {
    violations?: string[]
  }
}

async function launch(folder: string): Promise<BrowserContext> {
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: await findBrowser(),
    args: [...browserArguments],
  })
  // Before the first script of the page, since libraries try `eval` while they are loaded.
  await context.addInitScript(() => {
    const violations: string[] = []
    window.violations = violations
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      violations.push(`${violatedDirective} ${blockedURI}`)
    })
  })
  return context
}

/** A cluster, a browser, and the web client between them, on a line that can be made slow. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { StarlingClient } from '@starling/client/api'
import { openMemoryStorage } from '@starling/client/memory-storage'
import { connect } from '@starling/client/node'
import type { Page } from 'playwright-core'
import { WebBrowser } from '../browser/web-browser.ts'
import { Cluster } from '../cluster/cluster.ts'
import { WebPerson } from '../web-cluster/web-person.ts'
import { SlowLine } from './slow-line.ts'

const setUp = fileURLToPath(new URL('../../scripts/setup.mjs', import.meta.url))

/** Does nothing when nothing changed. */
export function buildWebClient(): void {
  execFileSync(process.execPath, [setUp])
}

export class WebPlace {
  readonly cluster: Cluster
  readonly browser: WebBrowser
  readonly line: SlowLine
  readonly #others: StarlingClient[] = []

  private constructor(cluster: Cluster, browser: WebBrowser, line: SlowLine) {
    this.cluster = cluster
    this.browser = browser
    this.line = line
  }

  /** `config`: more lines for starling.toml. */
  static async open({ config = '' } = {}): Promise<WebPlace> {
    buildWebClient()
    const cluster = await Cluster.create({ config })
    const line = await SlowLine.to(cluster.frontends[0]!.port)
    // Clients learn the front-end's address from it: that, too, must be the line's.
    const settings = readFileSync(cluster.configFile, 'utf8')
    const isPublic = `public = "${line.origin.replace('http', 'ws')}"`
    writeFileSync(cluster.configFile, settings.replace(/^listen = .*$/m, `$&\n${isPublic}`))
    const launching = WebBrowser.launch()
    await cluster.start()
    return new WebPlace(cluster, await launching, line)
  }

  async page(path = '/'): Promise<Page> {
    return this.browser.openPage(`${this.line.origin}${path}`)
  }

  async person(name: string): Promise<WebPerson> {
    return new WebPerson(await this.page()).enterAs(name)
  }

  /** Somebody who talks by the SDK. */
  async other(name: string): Promise<StarlingClient> {
    const other = await connect({
      addresses: this.cluster.addresses,
      auth: { kind: 'guest', name },
      storage: openMemoryStorage(),
    })
    this.#others.push(other)
    const welcome = await other.ready()
    if (!welcome.ok) throw new Error(welcome.say)
    return other
  }

  async end(): Promise<void> {
    for (const other of this.#others) await other.close()
    await this.browser.end()
    await this.line.stop()
    await this.cluster.remove()
  }
}

/** Writes many messages; settles when the last is acknowledged. */
export async function writeMany(
  client: StarlingClient,
  room: string,
  texts: readonly string[],
): Promise<void> {
  const sendings = texts.map((text) => client.post(room, text))
  const last = await sendings.at(-1)?.settled
  if (last?.ok !== true) throw new Error(`the last message was refused: ${last?.say}`)
}

export async function roomOf(
  entering: Promise<{ ok: true; value: string } | { ok: false; say: string }>,
): Promise<string> {
  const entered = await entering
  if (!entered.ok) throw new Error(entered.say)
  return entered.value
}

/**
 * Serves bare pages (`/page` runs `page.js`) and the scripts, with the strictest policy under which
 * the SDK must work.
 */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

const policy = "default-src 'none'; script-src 'self'; connect-src ws://127.0.0.1:*"
const title = '<!doctype html><title>Starling</title>'

export class PageServer {
  readonly origin: string
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  static async start(scripts: ReadonlyMap<string, string>): Promise<PageServer> {
    const server = createServer((request, response) => {
      const path = new URL(request.url ?? '/', 'http://page').pathname.slice(1)
      const script = scripts.get(path)
      const isPage = scripts.has(`${path}.js`)
      if (!isPage && script === undefined) return response.writeHead(404).end()
      const type = `text/${isPage ? 'html' : 'javascript'}; charset=utf-8`
      response.writeHead(200, { 'content-type': type, 'content-security-policy': policy })
      return response.end(script ?? `${title}<script type="module" src="/${path}.js"></script>`)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new PageServer(server)
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await once(this.#server.close(), 'close')
  }
}

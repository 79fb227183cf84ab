/** Serves a bare page with the scripts and the strictest policy under which the SDK must work. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

const policy = "default-src 'none'; script-src 'self'; connect-src ws://127.0.0.1:*"
const html = '<!doctype html><title>Starling</title><script type="module" src="/page.js"></script>'

export class PageServer {
  readonly origin: string
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  static async start(scripts: ReadonlyMap<string, string>): Promise<PageServer> {
    const server = createServer((request, response) => {
      const path = new URL(request.url ?? '/', 'http://page').pathname
      const script = scripts.get(path.slice(1))
      if (path !== '/' && script === undefined) return response.writeHead(404).end()
      const type = script === undefined ? 'text/html' : 'text/javascript'
      const headers = {
        'content-type': `${type}; charset=utf-8`,
        'content-security-policy': policy,
      }
      return response.writeHead(200, headers).end(script ?? html)
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

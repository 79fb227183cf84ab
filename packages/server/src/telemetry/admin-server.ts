/**
 * The admin port: what a supervisor, a monitoring system and `starling top` ask. It is for this
 * machine alone: it listens on loopback, and refuses requests that name another host, which is
 * what a web page in a browser on this machine would send after re-pointing its own name here.
 *
 * `/healthz`: the process runs and its event loop turns. `/readyz`: it can do its work, 503 with
 * the reason when not. `/metrics`: Prometheus. `/figures`: the same as JSON. `/status`: at a
 * front-end, for a browser, the live picture of the cluster (status/); else the figures. `/stages`:
 * where sampled sends were when, since it was asked last, if the process marks that.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Registry } from 'prom-client'
import { listen } from '../link/listen.ts'
import { isLoopback } from '../tls/loopback.ts'
import type { StageMarks } from './stage-marks.ts'
import { StartError } from './start-error.ts'
import { answerStatus } from './status/status-pages.ts'
import type { StatusWatch } from './status/status-watch.ts'
import type { AdminSettings } from './telemetry-settings.ts'

export interface AdminSubject {
  readonly role: 'frontend' | 'backend'
  readonly name: string
  readonly version: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly registry: Registry
  /** Undefined when it is ready, else why not. */
  notReady(): string | undefined
  /** What it cannot promise, in plain words. */
  warnings?(): readonly string[]
  figures(): object
  readonly stages?: StageMarks | undefined
  /** At a front-end: what its status page shows. */
  readonly status?: StatusWatch
}

interface Reply {
  readonly status: number
  readonly type: 'text/plain' | 'application/json'
  readonly body: string
}

const requestMsMax = 5_000
const connectionsMax = 64

export class AdminServer {
  readonly #server: Server
  readonly #subject: AdminSubject
  #port = 0

  static async start(settings: AdminSettings, subject: AdminSubject): Promise<AdminServer> {
    const { host, port } = settings
    if (!isLoopback(host)) {
      throw new StartError(
        'admin-exposed',
        `The admin address ${host} is not loopback; the admin port has no protection of its own.`,
        'Give it 127.0.0.1, and reach it from elsewhere through ssh or a proxy with a login.',
      )
    }
    const admin = new AdminServer(subject)
    const what = `the admin port of ${subject.role} ${subject.name}`
    admin.#port = (await listen(admin.#server, { options: { host, port }, what })).port
    return admin
  }

  private constructor(subject: AdminSubject) {
    this.#subject = subject
    this.#server = createServer(
      { requestTimeout: requestMsMax, headersTimeout: requestMsMax },
      (request, response) => void this.#answer(request, response),
    )
    this.#server.maxConnections = connectionsMax
    this.#server.unref()
  }

  get port(): number {
    return this.#port
  }

  close(): void {
    this.#subject.status?.close()
    this.#server.close()
    this.#server.closeAllConnections()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status: watch } = this.#subject
    if (watch !== undefined && isAllowed(request) && answerStatus(request, response, watch)) return
    const { status, type, body } = await this.#reply(request)
    response.writeHead(status, {
      'content-type': `${type}; charset=utf-8`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    response.end(request.method === 'HEAD' ? '' : body)
  }

  async #reply(request: IncomingMessage): Promise<Reply> {
    if (!isOwnHost(request)) return text(403, 'not this host')
    if (!isAllowed(request)) return text(405, 'only GET')
    const path = (request.url ?? '/').split('?', 1)[0]
    switch (path) {
      case '/healthz':
        return text(200, ['ok', ...this.#warnings()].join('\nwarning: '))
      case '/readyz': {
        const why = this.#subject.notReady()
        return why === undefined ? text(200, 'ready') : text(503, why)
      }
      case '/metrics':
        return text(200, await this.#subject.registry.metrics())
      case '/figures':
      case '/status':
        return this.#figures()
      case '/stages':
        return json(this.#subject.stages?.take() ?? [])
      default:
        return text(404, 'there are /healthz, /readyz, /metrics, /figures, /status, /stages')
    }
  }

  #warnings(): readonly string[] {
    return this.#subject.warnings?.() ?? []
  }

  #figures(): Reply {
    const { role, name, version, startedAt } = this.#subject
    const why = this.#subject.notReady()
    const status = {
      role,
      name,
      version,
      pid: process.pid,
      startedAt,
      isReady: why === undefined,
      why: why ?? '',
      warnings: this.#warnings(),
      figures: this.#subject.figures(),
    }
    return json(status)
  }
}

function json(value: object): Reply {
  return { status: 200, type: 'application/json', body: `${JSON.stringify(value)}\n` }
}

function text(status: number, body: string): Reply {
  return { status, type: 'text/plain', body: `${body}\n` }
}

function isOwnHost({ headers }: IncomingMessage): boolean {
  return isLoopback(hostName(headers.host ?? ''))
}

function isAllowed(request: IncomingMessage): boolean {
  return isOwnHost(request) && (request.method === 'GET' || request.method === 'HEAD')
}

/** Of a Host header. */
function hostName(host: string): string {
  return host.replace(/:\d+$/, '')
}

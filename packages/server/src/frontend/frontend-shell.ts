/**
 * The shell of a front-end: owns the client port, the links and the timer around one front-end
 * node. It decides nothing. Every input is followed by one `drain` at the end of the turn of the
 * event loop; a text is framed once for all its clients, and all that is due to one client leaves
 * in one write.
 */
import { hash, randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { hostname } from 'node:os'
import type {
  BackendView,
  FrontendFigures,
  FrontendInputs,
  FrontendOptions,
  FrontendOutput,
} from '@starling/core/frontend/frontend-io'
import { FrontendNode } from '@starling/core/frontend/frontend-node'
import { unreachable } from '@starling/core/now'
import { now } from '../link/clock.ts'
import { Turns } from '../link/turns.ts'
import { AdminServer } from '../telemetry/admin-server.ts'
import { registerFigures } from '../telemetry/figures-to-metrics.ts'
import { type FrontendShellFigures, frontendMetrics } from '../telemetry/frontend-metrics.ts'
import { LimitCounts } from '../telemetry/limit-counts.ts'
import { LoopDelay } from '../telemetry/loop-delay.ts'
import { wantedStageMarks } from '../telemetry/stage-marks.ts'
import { StartError } from '../telemetry/start-error.ts'
import { StatusWatch } from '../telemetry/status/status-watch.ts'
import type { AdminSettings } from '../telemetry/telemetry-settings.ts'
import type { Trace } from '../telemetry/trace.ts'
import { serverVersion } from '../telemetry/version.ts'
import { startTicker } from '../ticker.ts'
import { type Certificate, readCertificate } from '../tls/certificate.ts'
import { watchCertificate } from '../tls/certificate-watch.ts'
import { hostInUrl, isLoopback } from '../tls/loopback.ts'
import { BackendLinks } from './backend-links.ts'
import { ClientConnections } from './client-connections.ts'
import { ClientServer } from './client-server.ts'
import type { FrontendSettings } from './frontend-settings.ts'
import { hostsOf, originsOf } from './origin-policy.ts'
import { StagedFrontendNode } from './staged-frontend-node.ts'

export type FrontendNodeLike = FrontendInputs & { figures(): FrontendFigures }

export interface FrontendDependencies {
  readonly trace: Trace
  /** Another node than the real one, for tests. */
  readonly makeNode?: (options: FrontendOptions) => FrontendNodeLike
}

export interface RunningFrontend {
  /** Where clients reach it: `ws://…` or `wss://…`. */
  readonly address: string
  readonly port: number
  readonly adminPort: number | undefined
  /** SHA-256 of the certificate that clients see; undefined without TLS. */
  readonly fingerprint: string | undefined
  figures(): FrontendFigures & { readonly shell: FrontendShellFigures }
  /** Sends its clients elsewhere, then ends. */
  close(): Promise<void>
  /** Ends as a crash would, as far as one process can show it. */
  abort(): Promise<void>
}

/** Rejects with a `StartError` that says what to change. */
export async function startFrontend(
  settings: FrontendSettings,
  dependencies: FrontendDependencies,
): Promise<RunningFrontend> {
  const certificate = await certificateOf(settings)
  checkExposure(settings, dependencies.trace)
  const shell = new FrontendShell(settings, dependencies, certificate)
  try {
    await shell.start()
  } catch (error) {
    await shell.abort()
    throw error
  }
  return shell
}

async function certificateOf({ tls }: FrontendSettings): Promise<Certificate | undefined> {
  if (tls.kind === 'off') return undefined
  if (tls.kind === 'files') return readCertificate(tls.certFile, tls.keyFile)
  // The library that makes certificates takes a third of the time of a start.
  const { selfSignedCertificate } = await import('../tls/self-signed.ts')
  return selfSignedCertificate(tls.dataDir, tls.hosts)
}

function checkExposure({ name, host, tls, allowPlaintext }: FrontendSettings, trace: Trace): void {
  if (tls.kind !== 'off' || isLoopback(host)) return
  if (!allowPlaintext) {
    throw new StartError(
      'plaintext-refused',
      `Front-end ${name} would listen on ${host} without TLS: all could read what is written.`,
      'Set up TLS (self-signed will do), listen on 127.0.0.1, or allow plaintext expressly.',
    )
  }
  trace.warn({ host }, 'listening beyond this machine without TLS: all on the way can read along')
}

class FrontendShell implements RunningFrontend {
  readonly #settings: FrontendSettings
  readonly #trace: Trace
  readonly #makeNode: (options: FrontendOptions) => FrontendNodeLike
  readonly #certificate: Certificate | undefined
  /** Random, new with each start; it makes the sessions' names unique in the cluster. */
  readonly #incarnation = randomBytes(9).toString('base64url')
  readonly #turns = new Turns(() => this.#drain())
  readonly #limits = new LimitCounts()
  readonly #stages = wantedStageMarks(process.env)
  readonly #loopDelay: LoopDelay
  readonly #drained = Promise.withResolvers<void>()
  readonly #links: BackendLinks
  readonly #clients: ClientConnections
  #node: FrontendNodeLike | undefined
  #server: ClientServer | undefined
  #admin: AdminServer | undefined
  #stopTicker = () => {}
  #unwatch: (() => void) | undefined
  #closing: Promise<void> | undefined
  #sessions = 0
  #fingerprint: string | undefined
  #address = ''

  constructor(
    settings: FrontendSettings,
    { trace, makeNode }: FrontendDependencies,
    certificate: Certificate | undefined,
  ) {
    this.#settings = settings
    this.#trace = trace
    this.#makeNode = makeNode ?? ((options) => this.#realNode(options))
    this.#certificate = certificate
    this.#fingerprint = certificate?.fingerprint
    this.#loopDelay = new LoopDelay(settings.shell.tickMs, now().ms)
    this.#links = new BackendLinks({
      settings,
      trace,
      onOpen: (backend) => this.#input((node) => node.linkOpened(now(), backend)),
      onFrame: (backend, frame) => this.#input((node) => node.linkFrame(now(), backend, frame)),
      onEnd: (backend) => this.#input((node) => node.linkClosed(now(), backend)),
    })
    this.#clients = new ClientConnections({
      tuning: settings.shell,
      limits: this.#limits,
      silenceMsMax: settings.limits.silenceMsMax,
      frameBytesMax: settings.limits.frameBytesMax,
      onFlushed: this.#stages && (() => this.#flushed()),
      onText: (session, text) => this.#input((node) => node.clientText(now(), session, text)),
      onAlive: (session) => this.#input((node) => node.clientAlive(now(), session)),
      onEnd: (session) => this.#input((node) => node.clientClosed(now(), session)),
      onBlocked: (session) => this.#input((node) => node.clientBlocked(now(), session)),
      onDrained: (session) => this.#input((node) => node.clientDrained(now(), session)),
    })
  }

  async start(): Promise<void> {
    const settings = this.#settings
    const startedAt = Date.now()
    const server = await ClientServer.start({
      settings,
      certificate: this.#certificate,
      limits: this.#limits,
      onConnection: (socket, head) => this.#open(socket, head),
      onRefused: ({ status, limit }) => {
        if (limit !== undefined) this.#limits.reached(limit)
        this.#trace.debug({ status, limit }, 'a connection was turned away')
      },
    })
    this.#server = server
    this.#address = settings.address ?? this.#madeAddress(server.port)
    const addresses = [this.#address, ...settings.otherAddresses]
    const node = this.#makeNode({
      ...settings,
      incarnation: this.#incarnation,
      addresses,
      chance: Math.random,
      hash: (text) => hash('sha256', text, 'base64url'),
    })
    this.#node = node
    this.#watchCertificate()
    if (settings.admin !== undefined) {
      this.#admin = await AdminServer.start(settings.admin, {
        role: 'frontend',
        name: settings.name,
        version: serverVersion(),
        startedAt,
        registry: registerFigures(frontendMetrics, () => this.figures()),
        notReady: () => this.#notReady(),
        stages: this.#stages,
        figures: () => ({ address: this.#address, policy: settings.policy, ...this.figures() }),
        status: this.#statusWatch(settings.admin),
      })
    }
    this.#stopTicker = startTicker(settings.shell.tickMs, () => this.#tick())
    this.#links.start()
    const origins = { listed: settings.origins, ownHosts: hostsOf(addresses) }
    server.accept({ ...origins, ownOrigins: originsOf(addresses) }, addresses)
    this.#trace.info({ address: this.#address, adminPort: this.adminPort }, 'the front-end is up')
  }

  get address(): string {
    return this.#address
  }

  get port(): number {
    return this.#server?.port ?? 0
  }

  get adminPort(): number | undefined {
    return this.#admin?.port
  }

  get fingerprint(): string | undefined {
    return this.#fingerprint
  }

  figures(): FrontendFigures & { readonly shell: FrontendShellFigures } {
    if (this.#node === undefined) throw new Error('figures of a front-end that has not started')
    const shell = {
      ...this.#clients.figures,
      connections: this.#server?.connections ?? 0,
      handshakes: this.#server?.handshakes ?? { waiting: 0, refusedTotal: 0 },
      linkDialsFailedTotal: this.#links.dialsFailedTotal,
      loopDelayMs: this.#loopDelay.ms,
      limitsReachedTotal: this.#limits.totals,
    }
    return { ...this.#node.figures(), shell }
  }

  #flushed(): void {
    if (this.#node instanceof StagedFrontendNode) this.#node.flushed()
  }

  #realNode(options: FrontendOptions): FrontendNode {
    const marks = this.#stages
    return marks === undefined ? new FrontendNode(options) : new StagedFrontendNode(options, marks)
  }

  close(): Promise<void> {
    this.#closing ??= this.#drainAndEnd()
    return this.#closing
  }

  async abort(): Promise<void> {
    this.#clients.abort()
    this.#links.abort()
    this.#end()
  }

  async #drainAndEnd(): Promise<void> {
    const { drainMsMax } = this.#settings.shell
    this.#trace.info({ drainMsMax }, 'the front-end sends its clients elsewhere')
    this.#server?.stopListening()
    this.#input((node) => node.beginDrain(now()))
    const limit = setTimeout(() => {
      this.#limits.reached('drainMsMax')
      this.#trace.warn({ drainMsMax }, 'some clients did not leave in time')
      this.#drained.resolve()
    }, drainMsMax)
    await this.#drained.promise
    clearTimeout(limit)
    this.#links.close()
    this.#clients.abort()
    this.#end()
    this.#trace.info({}, 'the front-end is down')
  }

  #end(): void {
    this.#stopTicker()
    this.#turns.stop()
    this.#unwatch?.()
    this.#admin?.close()
    this.#server?.close()
  }

  #madeAddress(port: number): string {
    const { host, tls } = this.#settings
    const isEverywhere = host === '0.0.0.0' || host === '::'
    const scheme = tls.kind === 'off' ? 'ws' : 'wss'
    return `${scheme}://${hostInUrl(isEverywhere ? hostname() : host)}:${port}`
  }

  #watchCertificate(): void {
    const { tls, shell } = this.#settings
    if (tls.kind !== 'files' || this.#certificate === undefined) return
    const watch = {
      certFile: tls.certFile,
      keyFile: tls.keyFile,
      everyMs: shell.certificateCheckMs,
      onChange: (certificate: Certificate) => {
        this.#fingerprint = certificate.fingerprint
        this.#server?.renew(certificate)
        this.#trace.info({ fingerprint: certificate.fingerprint }, 'a new certificate is in use')
      },
      onProblem: ({ code, message }: StartError) => {
        this.#trace.warn({ code, message }, 'the new certificate is not used')
      },
    }
    this.#unwatch = watchCertificate(watch, this.#certificate)
  }

  #statusWatch({ engine, peers }: AdminSettings): StatusWatch {
    return new StatusWatch({
      name: this.#settings.name,
      address: this.#address,
      policy: this.#settings.policy,
      engine: engine === undefined ? undefined : { kind: engine, parts: [] },
      peers: peers ?? [],
      figures: () => this.figures(),
    })
  }

  #notReady(): string | undefined {
    if (this.#closing !== undefined) return 'it is draining'
    // Without the log people go on reading here; elsewhere they would have no more.
    const isOfUse = ({ status }: BackendView) => status === 'active' || status === 'cut-off'
    return this.figures().backends.some(isOfUse) ? undefined : 'no backend is active'
  }

  #open(socket: Socket, head: Buffer): void {
    this.#sessions += 1
    const session = `${this.#incarnation}.${this.#sessions.toString(36)}`
    this.#clients.open(session, socket, head)
    this.#input((node) => node.clientOpened(now(), session))
  }

  #input(give: (node: FrontendNodeLike) => void): void {
    if (this.#node === undefined) return
    give(this.#node)
    this.#turns.touch()
  }

  #tick(): void {
    const at = now()
    this.#loopDelay.tick(at.ms)
    this.#clients.tick(at.ms)
    this.#node?.tick(at)
    this.#turns.run()
  }

  #drain(): void {
    const at = now()
    for (const output of this.#node?.drain(at) ?? []) this.#perform(output)
    this.#clients.flush(at.ms)
  }

  #perform(output: FrontendOutput): void {
    switch (output.kind) {
      case 'text':
        return this.#clients.text(output.sessions, output.text)
      case 'close':
        return this.#clients.close(output.session, output.reason)
      case 'link':
        return this.#links.send(output.backend, output.frame)
      case 'drained':
        return this.#drained.resolve()
      default:
        return unreachable(output)
    }
  }
}

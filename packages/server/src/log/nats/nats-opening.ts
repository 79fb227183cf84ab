/**
 * Opening the log: both connections, the servers' settings, the stream made or checked, and each
 * permission tried once, so that what is missing shows now and not at the first message. Nothing
 * stays open when it fails.
 */
import { createInbox, headers } from '@nats-io/transport-node'
import { LogError } from '@starling/core/log/log'
import { jetstreamSubjects, type StreamInfo } from './jetstream-api.ts'
import { LeaderQuestions } from './leader-questions.ts'
import { NatsLine } from './nats-line.ts'
import { NatsRefusal } from './nats-refusal.ts'
import type { NatsSettings } from './nats-settings.ts'
import { natsTuning } from './nats-tuning.ts'
import type { NatsNotice } from './nats-view.ts'
import { ServersCheck } from './servers-check.ts'
import { refusalOfUnsafe } from './servers-guard.ts'
import { checkStream, findStream, makeStream, subjectsOf } from './stream-guard.ts'

export interface NatsLogOptions {
  /** The backend's; unique in the installation. Servers show it beside the connection. */
  readonly name: string
  readonly onNotice: (notice: NatsNotice) => void
  /** Of the log that the store was made from: then none is created, and no other is taken. */
  readonly identity?: string
}

/** What happens to the connections once the log is open. */
export interface LineEvents {
  readonly onOpen: (line: NatsLine) => void
  readonly onClose: (line: NatsLine) => void
  readonly onComplaint: (text: string) => void
}

export interface OpenedNats {
  readonly appendLine: NatsLine
  readonly tailLine: NatsLine
  readonly questions: LeaderQuestions
  readonly check: ServersCheck
  readonly info: StreamInfo
  readonly incarnation: string
  readonly onNotice: (notice: NatsNotice) => void
  attach(events: LineEvents): void
  close(): Promise<void>
}

/** Rejects with a `NatsRefusal` when an operator must act, else with a `LogError`. */
export async function openNats(
  settings: NatsSettings,
  options: NatsLogOptions,
): Promise<OpenedNats> {
  const opening = new Opening(settings, options)
  try {
    return await opening.run()
  } catch (error) {
    await opening.close()
    throw error
  }
}

class Opening {
  readonly #settings: NatsSettings
  readonly #options: NatsLogOptions
  readonly #appendLine: NatsLine
  readonly #tailLine: NatsLine
  readonly #questions: LeaderQuestions
  readonly #check: ServersCheck
  readonly #complaints: string[] = []
  #changed = Promise.withResolvers<void>()
  #events: LineEvents | undefined

  constructor(settings: NatsSettings, options: NatsLogOptions) {
    this.#settings = settings
    this.#options = options
    this.#appendLine = this.#line('append')
    this.#tailLine = this.#line('follow')
    this.#questions = new LeaderQuestions(this.#appendLine, settings.stream)
    this.#check = new ServersCheck({ ...options, line: this.#appendLine, settings })
  }

  async run(): Promise<OpenedNats> {
    await this.#untilConnected()
    this.#checkPayload()
    let info = await findStream(this.#questions)
    if (!info && this.#options.identity !== undefined) throw this.#wrongLog('no such stream')
    await this.#checkServers(info)
    info ??= await makeStream(this.#questions, this.#settings)
    const { incarnation } = checkStream(info, this.#settings)
    const identity = `${this.#settings.stream}/${incarnation}`
    if (this.#options.identity !== undefined && this.#options.identity !== identity) {
      throw this.#wrongLog(`the log ${identity}`)
    }
    await this.#tryPermissions()
    return {
      appendLine: this.#appendLine,
      tailLine: this.#tailLine,
      questions: this.#questions,
      check: this.#check,
      info,
      incarnation,
      onNotice: this.#options.onNotice,
      attach: (events) => {
        this.#events = events
      },
      close: () => this.close(),
    }
  }

  async close(): Promise<void> {
    this.#questions.close()
    await Promise.all([this.#appendLine.close(), this.#tailLine.close(), this.#check.close()])
  }

  #line(role: string): NatsLine {
    const line: NatsLine = new NatsLine({
      settings: this.#settings,
      login: this.#settings.login,
      name: `starling ${this.#options.name} (${role})`,
      onOpen: () => {
        this.#changed.resolve()
        this.#events?.onOpen(line)
      },
      onClose: () => this.#events?.onClose(line),
      onRefused: () => this.#changed.resolve(),
      onComplaint: (text) => {
        if (this.#events) return this.#events.onComplaint(text)
        this.#complaints.push(text)
        const lacking = this.#lacking()
        if (lacking) this.#questions.fail(lacking)
      },
    })
    return line
  }

  async #untilConnected(): Promise<void> {
    const late = setTimeout(() => this.#changed.resolve(), natsTuning.openMsMax)
    const startedMs = performance.now()
    try {
      while (!this.#appendLine.connection || !this.#tailLine.connection) {
        await this.#changed.promise
        this.#changed = Promise.withResolvers()
        const refusal = this.#appendLine.refusal ?? this.#tailLine.refusal
        if (refusal) throw refusal
        if (performance.now() - startedMs < natsTuning.openMsMax) continue
        const servers = this.#settings.servers.join(', ')
        const text = `No NATS server of ${servers} is reached: ${this.#appendLine.trouble}.`
        throw new LogError('unavailable', 'no', text)
      }
    } finally {
      clearTimeout(late)
    }
  }

  #checkPayload(): void {
    const { server } = this.#appendLine
    if (!server || server.max_payload >= natsTuning.payloadBytesMin) return
    throw new NatsRefusal(
      `The NATS server ${server.server_name} takes messages of at most ${server.max_payload} ` +
        `bytes; Starling needs ${natsTuning.payloadBytesMin}.`,
      'Put "max_payload: 1MB" into the configuration of all servers.',
    )
  }

  async #checkServers(info: StreamInfo | undefined): Promise<void> {
    const unsafe = (await this.#check.find(info)) ?? []
    if (unsafe.length > 0 && !this.#settings.isUnsafeAllowed) throw refusalOfUnsafe(unsafe)
    this.#check.accept(unsafe)
  }

  /** Everything that is done later, without effect. */
  async #tryPermissions(): Promise<void> {
    const { stream } = this.#settings
    const { log, tail, peer } = subjectsOf(stream)
    const direct = jetstreamSubjects.directGet(stream)
    const stops = [
      this.#appendLine.listen(peer, () => undefined),
      this.#tailLine.listen(tail, () => undefined),
    ]
    // Nobody takes this for a message: it is for another stream.
    const elsewhere = headers()
    elsewhere.set('Nats-Expected-Stream', `not ${stream}`)
    this.#appendLine.publish(peer, '')
    this.#tailLine.publish(direct, '{"seq":1}', { reply: createInbox() })
    this.#appendLine.publish(log, '', { reply: createInbox(), headers: elsewhere })
    // A complaint comes before the answer to a ping.
    for (const { connection } of [this.#appendLine, this.#tailLine]) {
      await Promise.race([connection?.flush(), connection?.closed()])
    }
    for (const stop of stops) stop()
    const lacking = this.#lacking()
    if (lacking) throw lacking
  }

  /** Of what the servers complained about. What may only be asked of them is not needed. */
  #lacking(): NatsRefusal | undefined {
    const { log, tail, peer } = subjectsOf(this.#settings.stream)
    const complaints = this.#complaints.filter(
      (text) => /permissions violation/i.test(text) && !text.includes('$SYS.'),
    )
    if (complaints.length === 0) return undefined
    return new NatsRefusal(
      `The login lacks permissions: ${complaints.join('; ')}.`,
      `Let it publish to ${log}, ${peer}, $JS.API.STREAM.{INFO,CREATE,MSG.GET}, ` +
        `$JS.API.DIRECT.GET, and subscribe to ${tail}, ${peer} and _INBOX.>.`,
    )
  }

  #wrongLog(found: string): NatsRefusal {
    const { servers } = this.#settings
    return new NatsRefusal(
      `The store of this backend was made from the log ${this.#options.identity}, ` +
        `but the servers ${servers.join(', ')} have ${found}.`,
      'See that nats.servers and nats.stream are right. If the log was made anew on purpose, ' +
        'start each backend once with --rebuild; its store is kept aside.',
    )
  }
}

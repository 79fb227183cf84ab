/**
 * `starling chat`: the terminal client from start to end. Returns the exit code; whatever happens,
 * the terminal is given back as it was.
 */
import type { StarlingClient } from '@starling/client/api'
import type { NodeConnectOptions, PinOptions } from '@starling/client/connect-options'
import { connect } from '@starling/client/node'
import { Profile, profileDirectory, readProfile } from '@starling/client/profile'
import { TerminalScreen } from './screen/terminal-screen.ts'
import { ChatSession, type Clock } from './shell/chat-session.ts'
import { Drafts } from './shell/drafts.ts'
import { Entrance } from './shell/entrance.ts'
import { trustQuestion } from './shell/questions.ts'
import { Welcome } from './shell/welcome.ts'
import { InkRenderer } from './view/ink-renderer.ts'
import { themeFor } from './view/theme.ts'

export interface ChatOptions {
  /** Of the front-end; asked for when neither this nor the profile knows one. */
  readonly address?: string
  /** Come in as this guest, without being asked. */
  readonly name?: string
  /** Where identity, drafts and unsent messages are kept; `default` when not given. */
  readonly profile?: string
  /** Another directory for them. */
  readonly profileDirectory?: string
  /** The only certificate to accept. */
  readonly fingerprint?: string
  /** What was trusted before is asked about anew. */
  readonly isCertificateForgotten?: boolean
  readonly version?: string
}

/** How long leaving may wait for the storage. */
const closeMsMax = 2_000
const exitCodes = { left: 0, cannotStart: 2 } as const
/** A shell's: 128 and the number of the signal. */
const signalCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const

export async function runChat(options: ChatOptions): Promise<number> {
  const { stdin, stdout } = process
  if (!stdin.isTTY || !stdout.isTTY) {
    return cannotStart(
      'starling chat needs a terminal; in pipes use starling send and starling tail',
    )
  }
  const profile = options.profile ?? 'default'
  const directory = options.profileDirectory ?? profileDirectory(profile)
  if (options.isCertificateForgotten) new Profile(directory).forgetPins()
  const known = readProfile(profile, directory)
  if (known?.userName !== undefined && (options.name ?? known.userName) !== known.userName) {
    return cannotStart(
      `the profile "${profile}" belongs to ${known.userName}; ` +
        'leave --name out, or use another --profile',
    )
  }
  const screen = new TerminalScreen(stdin, stdout)
  const renderer = new InkRenderer()
  const theme = themeFor(process.env)
  const welcome = new Welcome({ screen, renderer, theme })
  let session: ChatSession | undefined
  let exitCode: number = exitCodes.left
  let client: StarlingClient | undefined
  const stop = (code: number) => {
    exitCode = code
    if (session !== undefined) session.quit()
    else process.exit(code)
  }
  const unheed = heedSignals(stop)
  const pin: PinOptions = {
    ...(options.fingerprint === undefined ? {} : { fingerprint: options.fingerprint }),
    onFirstUse: async ({ address, fingerprint }) => {
      const pins = Object.entries(readProfile(profile, directory)?.pins ?? {})
      const asked = trustQuestion(address, fingerprint, pins[0]?.[0])
      const ask = () => welcome.interrupt(asked)
      const answer = await (session === undefined ? ask() : session.covered(ask))
      return answer.kind === 'choice' && answer.picked === 1
    },
  }
  const entrance = new Entrance({
    welcome,
    connect,
    known,
    address: options.address,
    name: options.name,
    options: connectOptions(options, directory),
    pin,
  })
  try {
    client = await entrance.open()
    if (client === undefined) return exitCode
    const drafts = new Drafts(directory)
    session = new ChatSession({ client, screen, renderer, theme, drafts, clock })
    await session.run()
    return exitCode
  } finally {
    screen.leave()
    renderer.close()
    unheed()
    if (client !== undefined) await closed(client)
  }
}

/**
 * Leaves in order when told to. The listeners stay until the end: Ink's own would raise the signal
 * again, before the terminal is given back, if they were the only ones left.
 */
function heedSignals(stop: (code: number) => void): () => void {
  const heeded = Object.entries(signalCodes).map(([signal, code]) => {
    const heed = () => stop(code)
    process.on(signal, heed)
    return () => void process.off(signal, heed)
  })
  return () => {
    for (const undo of heeded) undo()
  }
}

/** The SDK's clock. */
const clock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  zone: (at) => -new Date(at).getTimezoneOffset(),
}

function connectOptions(
  { version }: ChatOptions,
  directory: string,
): Omit<NodeConnectOptions, 'addresses' | 'auth'> {
  return { directory, client: `starling-terminal ${version ?? '0'}` }
}

async function closed(client: StarlingClient): Promise<void> {
  const late = Promise.withResolvers<void>()
  const timer = setTimeout(late.resolve, closeMsMax)
  await Promise.race([client.close(), late.promise])
  clearTimeout(timer)
}

function cannotStart(why: string): number {
  process.stderr.write(`${why}\n`)
  return exitCodes.cannotStart
}

/** Asks every role of the configuration for its figures, at its admin port on this machine. */
import { request } from 'node:http'
import type { Config } from '@starling/server/config/config'
import { engineView } from '@starling/server/telemetry/engine-view'
import { z } from 'zod'

const count = z.number()
const health = z.object({
  clients: count,
  inFlight: count,
  position: count,
  canAppend: z.boolean(),
  why: z.string(),
  loopDelayMs: count,
  isDraining: z.boolean(),
})

const backendView = z.object({
  name: z.string(),
  rank: z.enum(['primary', 'secondary']),
  status: z.enum(['active', 'silent', 'cut-off', 'draining', 'down']),
  why: z.string(),
  clients: count,
  inFlight: count,
  requestsTotal: count,
  latencyMs: count,
  feeds: count,
  health: health.optional(),
})
export type SeenBackend = z.infer<typeof backendView>

const shell = z.object({ loopDelayMs: count })

const frontendFigures = z.object({
  clients: count,
  followers: count,
  waiting: count,
  requestsTotal: count,
  resentTotal: count,
  decisionsTotal: z.record(z.string(), count),
  backends: z.array(backendView),
  shell,
})
export type FrontendStatus = z.infer<typeof frontendFigures>

/** What was not always told has a default: while one upgrades, an older backend answers too. */
const backendShell = shell.extend({
  canAppend: z.boolean().default(true),
  why: z.string().default(''),
  warnings: z.array(z.string()).default([]),
  failure: z.string().default(''),
  engine: engineView.optional().catch(undefined),
})

const backendFigures = z.object({
  clients: count,
  inFlight: count,
  feeds: count,
  links: count,
  position: count,
  requestsTotal: count,
  appendsTotal: count,
  settingsDiffer: z.array(z.string()).default([]),
  digestDisputes: count.default(0),
  shell: backendShell,
})
export type BackendStatus = z.infer<typeof backendFigures>

export type Answer<T> =
  | { readonly ok: true; readonly status: T }
  | { readonly ok: false; readonly why: string }

/** One look at everything. */
export interface Sample {
  readonly atMs: number
  readonly frontends: ReadonlyMap<string, Answer<FrontendStatus>>
  readonly backends: ReadonlyMap<string, Answer<BackendStatus>>
}

const answerMsMax = 1_000
const answerBytesMax = 4 * 1024 * 1024

export async function takeSample(config: Config): Promise<Sample> {
  const asked = <T>(roles: readonly AskedRole[], figures: z.ZodType<T>) =>
    Promise.all(roles.map(async (role) => [role.name, await ask(role, figures)] as const))
  const [frontends, backends] = await Promise.all([
    asked(config.frontends, frontendFigures),
    asked(config.backends, backendFigures),
  ])
  const atMs = performance.now()
  return { atMs, frontends: new Map(frontends), backends: new Map(backends) }
}

interface AskedRole {
  readonly name: string
  readonly adminPort: number
}

async function ask<T>({ name, adminPort }: AskedRole, figures: z.ZodType<T>): Promise<Answer<T>> {
  if (adminPort === 0) return { ok: false, why: 'has no admin port' }
  const { text, why } = await get(adminPort)
  if (text === undefined) return { ok: false, why }
  const read = z.object({ name: z.literal(name), figures }).safeParse(parsed(text))
  if (read.success) return { ok: true, status: read.data.figures }
  return { ok: false, why: `something else answers at port ${adminPort}` }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

interface Got {
  readonly text?: string
  readonly why: string
}

function get(port: number): Promise<Got> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(answerMsMax)
    const asked = request({ host: '127.0.0.1', port, path: '/figures', signal }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (part: string) => {
        text += part
        if (text.length > answerBytesMax) asked.destroy(new Error('it answers too much'))
      })
      answer.on('end', () => resolve({ text, why: '' }))
      answer.on('error', (error) => resolve({ why: whyOf(error) }))
    })
    asked.on('error', (error) => resolve({ why: whyOf(error) }))
    asked.end()
  })
}

function whyOf(error: NodeJS.ErrnoException): string {
  if (error.code === 'ECONNREFUSED') return 'not running'
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'does not answer'
  return error.code ?? error.message
}

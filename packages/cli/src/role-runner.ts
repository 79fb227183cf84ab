/**
 * The life of a process that runs one role, by hand or under the supervisor. It ends when it is
 * asked to (SIGTERM, Ctrl-C, the supervisor's word) or when its supervisor is gone, and finishes
 * what was begun first. Under a supervisor Ctrl-C is left to that, which stops the roles in their
 * order.
 */
import { StartError } from '@starling/server/telemetry/start-error'
import { type ExitCode, exitCodeOf, exitCodes } from './exit-codes.ts'
import { type FromRole, isToRole, type ReadyDetails, type Refusal } from './supervisor/role.ts'

export interface RunningRole {
  readonly details: ReadyDetails
  /** Finishes what was begun. */
  stop(): Promise<void>
  /** Resolves when it could go on no more, and has ended. */
  readonly failed?: Promise<Refusal>
}

/** How long a process may live on after everything in it was stopped. */
const lingerMsMax = 1_000

/** `start` tells how it comes along, one line at a time. */
export async function runRole(
  start: (progress: (text: string) => void) => Promise<RunningRole>,
): Promise<ExitCode> {
  const asked = askedToStop()
  let role: RunningRole | undefined
  try {
    const started = start((text) => void tell({ kind: 'progress', text }))
    role = await Promise.race([started, asked.then(() => undefined)])
  } catch (error) {
    if (process.send === undefined || !(error instanceof StartError)) throw error
    const { message: found, remedy } = error
    const mayPass = error.code === 'log-unreachable'
    await tell({ kind: 'refused', refusal: { found, remedy, mayPass } })
    if (process.connected) process.disconnect?.()
    return exitCodeOf(error)
  }
  // What a start has begun may be left as it is, as after a crash.
  if (role === undefined) return process.exit(exitCodes.done)
  await tell({ kind: 'ready', details: role.details })
  const failure = await Promise.race([asked, ...(role.failed === undefined ? [] : [role.failed])])
  if (failure === undefined) await role.stop()
  else await tell({ kind: 'refused', refusal: failure })
  if (process.connected) process.disconnect?.()
  setTimeout(() => process.exit(), lingerMsMax).unref()
  return failure === undefined ? exitCodes.done : exitCodes.wentWrong
}

/** A second request ends the process at once. */
function askedToStop(): Promise<void> {
  const isSupervised = process.send !== undefined
  return new Promise((resolve) => {
    let wasAsked = false
    const ask = (): void => {
      if (wasAsked && !isSupervised) process.exit(exitCodes.failed)
      wasAsked = true
      resolve()
    }
    process.on('SIGTERM', ask)
    process.on('SIGINT', isSupervised ? () => {} : ask)
    process.on('SIGHUP', isSupervised ? () => {} : ask)
    if (!isSupervised) return
    process.on('disconnect', ask)
    process.on('message', (message) => {
      if (isToRole(message)) ask()
    })
    if (!process.connected) ask()
  })
}

/** Nobody may be there any more to hear it; then `disconnect` has told so already. */
async function tell(message: FromRole): Promise<void> {
  if (!process.connected) return
  await new Promise<void>((resolve) => {
    process.send?.(message, undefined, undefined, () => resolve())
  })
}

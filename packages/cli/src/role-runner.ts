/**
 * The life of a process that runs one role, by hand or under the supervisor. It ends when it is
 * asked to (SIGTERM, Ctrl-C, the supervisor's word) or when its supervisor is gone, and finishes
 * what was begun first. Under a supervisor Ctrl-C is left to that, which stops the roles in their
 * order.
 */
import { StartError } from '@starling/server/telemetry/start-error'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { type FromRole, isToRole, type ReadyDetails } from './supervisor/role.ts'

export interface RunningRole {
  readonly details: ReadyDetails
  /** Finishes what was begun. */
  stop(): Promise<void>
  /** Rejects when it can go on no more. */
  readonly failed?: Promise<never>
}

/** How long a process may live on after everything in it was stopped. */
const lingerMsMax = 1_000

export async function runRole(start: () => Promise<RunningRole>): Promise<ExitCode> {
  const asked = askedToStop()
  let role: RunningRole
  try {
    role = await start()
  } catch (error) {
    if (process.send === undefined || !(error instanceof StartError)) throw error
    await tell({ kind: 'refused', refusal: { found: error.message, remedy: error.remedy } })
    if (process.connected) process.disconnect?.()
    return exitCodes.cannotStart
  }
  await tell({ kind: 'ready', details: role.details })
  await (role.failed === undefined ? asked : Promise.race([asked, role.failed]))
  await role.stop()
  if (process.connected) process.disconnect?.()
  setTimeout(() => process.exit(), lingerMsMax).unref()
  return exitCodes.done
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

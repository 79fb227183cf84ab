/** What the supervisor tells the operator, one line an event; '' for what is not worth one. */
import type { Role } from './role.ts'
import { type ProcessEnd, type SupervisorEvent, why } from './supervisor.ts'

export function eventLine(event: SupervisorEvent): string {
  switch (event.kind) {
    case 'back':
      return `${event.role.name} ${went(event.end)}, running again after ${event.tookMs} ms`
    case 'died':
      // The usual death is told by the line of its return.
      return event.waitMs < 200
        ? ''
        : `${event.role.name} ${went(event.end)} again, next start in ${event.waitMs} ms`
    case 'progress':
      return `${event.role.name}: ${event.text}`
    case 'refused':
      return `${event.role.name}: ${event.refusal.found}; ${event.refusal.remedy}`
    case 'killed':
      return `${event.role.name} did not end within ${event.afterMs} ms and was killed`
    case 'stopping':
      return 'Stopping …'
    case 'ready':
    case 'processes':
      return ''
  }
}

/** Who was asked to end, by SIGTERM, ends with 0. */
function went(end: ProcessEnd): string {
  return end.code === 0 ? 'was stopped' : `died (${why(end)})`
}

export interface Standing {
  readonly roles: readonly Role[]
  readonly address: string
  readonly fingerprint: string | undefined
  /** Of the web client and of the status page, where there is one. */
  readonly page: string | undefined
  readonly statusPage: string | undefined
  readonly dataFolder: string
  /** What the engine cannot promise. */
  readonly warnings: readonly string[]
}

/** Once everything runs. */
export function standingLines(standing: Standing): readonly string[] {
  const width = Math.max(...standing.roles.map(({ name }) => name.length))
  const role = (it: Role): string => {
    const rank = it.kind === 'backend' ? it.rank : 'front-end'
    return `  ${it.name.padEnd(width)}  ${rank.padEnd(9)}  running`
  }
  const { address, fingerprint, page, statusPage } = standing
  return [
    `Starling runs. Connect to ${address}`,
    ...(fingerprint === undefined ? [] : [`Certificate SHA-256 ${fingerprint}`]),
    '',
    ...standing.roles.map(role),
    '',
    ...standing.warnings.map((warning) => `Warning: ${warning}`),
    ...(page === undefined ? [] : [`Open   ${page}`]),
    `Chat   npm run chat ${address}`,
    `Watch  npm run starling top${statusPage === undefined ? '' : `, or ${statusPage}`}`,
    `Stop   Ctrl-C   (data and traces are in ${standing.dataFolder})`,
  ]
}

/** What an operator may set about tracing and the admin port. */
export interface AdminSettings {
  /** A loopback address; another is refused at start. */
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** Of a front-end: the other roles, whose admin ports the status page asks. */
  readonly peers?: readonly AdminPeer[]
  /** What implements the log, for the status page. */
  readonly engine?: string
}

export interface AdminPeer {
  readonly role: 'frontend' | 'backend'
  readonly name: string
  /** Where clients or front-ends reach it. */
  readonly address: string
  /** On this machine, if it is here; 0: none. */
  readonly port: number
}

export const traceLevels = ['silent', 'error', 'warn', 'info', 'debug', 'trace'] as const
export type TraceLevel = (typeof traceLevels)[number]

export interface TraceSettings {
  readonly level: TraceLevel
  /** `auto`: readable lines on a terminal, JSON elsewhere. */
  readonly format: 'auto' | 'json' | 'pretty'
}

export const traceSettings: TraceSettings = { level: 'info', format: 'auto' }

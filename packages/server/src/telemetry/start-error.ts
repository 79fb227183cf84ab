/** Why a server could not start: a code for programs, what was found, and what to do about it. */
export type StartErrorCode =
  | 'port-taken'
  | 'port-forbidden'
  | 'address-unknown'
  | 'listen-failed'
  | 'plaintext-refused'
  | 'link-unprotected'
  | 'cluster-key-weak'
  | 'certificate-unreadable'
  | 'certificate-invalid'
  | 'admin-exposed'
  | 'engine-failed'
  | 'store-taken'
  | 'store-unusable'
  | 'log-refused'
  | 'log-unreachable'
  | 'log-is-another'
  | 'log-went-back'
  | 'log-damaged'

export class StartError extends Error {
  readonly code: StartErrorCode
  /** One sentence for the operator: what to change, and where. */
  readonly remedy: string

  constructor(code: StartErrorCode, found: string, remedy: string) {
    super(found)
    this.name = 'StartError'
    this.code = code
    this.remedy = remedy
  }
}

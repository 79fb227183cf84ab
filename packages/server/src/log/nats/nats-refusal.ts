/** Why this log is not used: what was found, and what to do about it. For an operator to act on. */
export class NatsRefusal extends Error {
  readonly found: string
  readonly remedy: string

  constructor(found: string, remedy: string) {
    super(`${found} ${remedy}`)
    this.name = 'NatsRefusal'
    this.found = found
    this.remedy = remedy
  }
}

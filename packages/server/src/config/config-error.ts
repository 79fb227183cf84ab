/** All that is wrong with a configuration, at once: where, what was found, what to do. */
export interface ConfigProblem {
  /** `starling.toml:12`, `STARLING_DATA`, `--port`, or `configuration` when it stands nowhere. */
  readonly where: string
  readonly key: string
  readonly found: string
  readonly remedy: string
}

export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(problemText).join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
  }
}

function problemText(problem: ConfigProblem): string {
  const { where, key, found, remedy } = problem
  return `${where}: ${key === '' ? '' : `${key}: `}${found}; ${remedy}`
}

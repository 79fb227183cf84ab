/** `--words` in front of an argument. */
export interface Flags {
  readonly flags: ReadonlySet<string>
  readonly rest: string
  readonly unknown?: string
}

export function flagsOf(argument: string, known: readonly string[]): Flags {
  const flags = new Set<string>()
  let rest = argument.trim()
  for (;;) {
    const [all, name] = /^--(\S+)\s*/.exec(rest) ?? []
    if (all === undefined || name === undefined) return { flags, rest }
    if (!known.includes(name)) return { flags, rest, unknown: name }
    flags.add(name)
    rest = rest.slice(all.length)
  }
}

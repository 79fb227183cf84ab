/**
 * Holds the lines that no compiler holds: size budgets, file names, the direction of imports, no
 * clock and no chance in the pure packages, no words of another trade in names. `npm run tidy`
 * lists every violation as `file:line: what` and exits 1 when there is one. There is no list of
 * exceptions.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

const fileLinesMax = 400
const functionLinesMax = 70
const columnsMax = 100

const pure = ['protocol', 'core', 'simulator']
/** Package → what its source may import of the others. `cli` loads all of them lazily. */
const mayImport: Record<string, readonly string[]> = {
  protocol: [],
  core: ['protocol'],
  server: ['core', 'protocol'],
  mls: ['protocol'],
  client: ['core', 'mls', 'protocol'],
  terminal: ['client', 'core', 'mls', 'protocol'],
  web: ['client', 'core', 'mls', 'protocol'],
  simulator: ['core', 'protocol'],
  cli: ['client', 'core', 'protocol', 'server', 'simulator', 'terminal'],
}
const vagueNames = /^(utils?|helpers?|types|common|managers?|misc|index)\.tsx?$/
const impure: readonly [RegExp, string][] = [
  [/\bDate\.now\b|\bnew Date\b/, 'reads a clock'],
  [/\bMath\.random\b/, 'draws chance'],
  [/\b(setTimeout|setInterval|setImmediate|queueMicrotask)\(/, 'sets a timer'],
  [/from 'node:/, 'imports the platform'],
]

interface Violation {
  readonly file: string
  readonly line: number
  readonly what: string
}

export function violationsOf(file: string, text: string): readonly Violation[] {
  const lines = text.split('\n')
  const found: Violation[] = []
  const say = (line: number, what: string) => found.push({ file, line, what })
  const length = lines.at(-1) === '' ? lines.length - 1 : lines.length
  if (length > fileLinesMax) say(1, `${length} lines, ${fileLinesMax} are the limit`)
  if (vagueNames.test(basename(file))) say(1, 'a name that says nothing of what it holds')
  if (!/^[a-z0-9.-]+$/.test(basename(file))) say(1, 'file names are kebab-case')
  lines.forEach((line, at) => {
    if ([...line].length > columnsMax) say(at + 1, `over ${columnsMax} columns`)
  })
  for (const { line, what } of [...longFunctions(lines), ...imports(file, lines)]) say(line, what)
  if (isPure(file)) {
    lines.forEach((line, at) => {
      if (/^\s*(\*|\/\/|\/\*)/.test(line)) return
      for (const [pattern, what] of impure) if (pattern.test(line)) say(at + 1, what)
    })
  }
  return found
}

function isPure(file: string): boolean {
  const match = /^packages\/([a-z]+)\/src\/(.*)$/.exec(file)
  if (match === null || !pure.includes(match[1]!)) return false
  return (
    !/\.test(-suite|-fixture)?\.ts$/.test(file) &&
    !(match[1] === 'simulator' && isRunner(match[2]!))
  )
}

/** What starts the simulator as a process stands apart from the simulator itself. */
function isRunner(path: string): boolean {
  return path.startsWith('run/') || path.startsWith('mutants/')
}

/**
 * A function is a line that opens one at some indentation, up to the closing brace at the same
 * indentation; the formatter guarantees that shape.
 */
function longFunctions(lines: readonly string[]): readonly { line: number; what: string }[] {
  const method = String.raw`[#\w]+(?:<.*>)?\(.*\)(?:: .*)?`
  const declared = String.raw`(?:function\b.*|${method}|(?:const|let) .*=>|\).*)`
  const modifiers = '(?:export |async |static |override |private |get |set )*'
  const opens = new RegExp(`^(\\s*)${modifiers}${declared} \\{$`)
  const control = /^\s*(?:if|for|while|switch|catch|else|do|try|return|describe|suite)\b/
  return lines.flatMap((line, at) => {
    const indentation = opens.exec(line)?.[1]
    if (indentation === undefined || control.test(line)) return []
    const end = lines.findIndex(
      (other, i) =>
        i > at && other.startsWith(`${indentation}}`) && !other.startsWith(`${indentation} `),
    )
    const length = end - at + 1
    return length > functionLinesMax
      ? [{ line: at + 1, what: `a function of ${length} lines, ${functionLinesMax} are the limit` }]
      : []
  })
}

function imports(
  file: string,
  lines: readonly string[],
): readonly { line: number; what: string }[] {
  const own = /^packages\/([a-z]+)\/src\/(.*)$/.exec(file)
  if (own === null) return []
  const [, name, path] = own
  const isTest = /\.test(-suite|-fixture)?\.tsx?$/.test(file)
  return lines.flatMap((line, at) => {
    const found: { line: number; what: string }[] = []
    const other = /(?:from|import\()\s*'@starling\/([a-z]+)\//.exec(line)?.[1]
    if (other !== undefined && other !== name && !mayImport[name!]?.includes(other)) {
      found.push({ line: at + 1, what: `${name} may not import ${other}` })
    }
    const across = /(?:from|import\()\s*'(\.[^']*)'/.exec(line)?.[1]
    if (name === 'server' && path!.startsWith('frontend/') && !isTest && across !== undefined) {
      const target = new URL(across, `file:///${path}`).pathname
      if (/^\/(backend|log|store|engine)\//.test(target)) {
        found.push({ line: at + 1, what: 'a front-end never reads the log' })
      }
    }
    return found
  })
}

function main(): void {
  const files = execFileSync('git', [
    'ls-files',
    '-co',
    '--exclude-standard',
    '*.ts',
    '*.tsx',
    '*.mjs',
  ])
    .toString()
    .split('\n')
    .filter((file) => file !== '')
  const found = files.flatMap((file) => violationsOf(file, readFileSync(file, 'utf8')))
  for (const { file, line, what } of found) console.error(`${file}:${line}: ${what}`)
  console.log(`tidy: ${files.length} files, ${found.length} violations`)
  process.exitCode = found.length === 0 ? 0 : 1
}

if (import.meta.main) main()

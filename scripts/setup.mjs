/**
 * Makes a clone ready to run, with any Node.js that npm runs on: installs packages when what is
 * installed is not what package-lock.json names, sees that the Node.js that came with them runs,
 * corrects the MLS library, and builds what must be built. When nothing is to do it takes a few
 * milliseconds.
 *
 * `node scripts/setup.mjs` does only that. `node scripts/setup.mjs SCRIPT ARGS …` then runs the
 * script with the installed Node.js. That is not the same as `node setup.mjs && node SCRIPT`: a
 * shell remembers where it found `node`, and in a fresh clone the first one is the system's.
 *
 * Plain JavaScript for Node.js 20, since it runs before anything is installed.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { PatchError, patchMls } from './patch-mls.mjs'

/** To install; and to run. */
const setupNodeMin = 20
const runNodeMin = 26

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

class SetupError extends Error {}

/**
 * What package-lock.json names and node_modules has not, as npm's own note of what it installed
 * tells; undefined when nothing is installed at all. Packages for other systems may be absent.
 */
export function missingPackages(folder) {
  const wanted = packagesOf(join(folder, 'package-lock.json'))
  const installed = packagesOf(join(folder, 'node_modules', '.package-lock.json'))
  if (installed === undefined) return undefined
  return Object.entries(wanted ?? {})
    .filter(([path, { link }]) => /(^|\/)node_modules\//.test(path) && !link)
    .filter(([path, { version, optional }]) => {
      const there = installed[path]
      return there === undefined ? !optional : there.version !== version
    })
    .map(([path]) => path.replace(/^node_modules\//, ''))
}

function packagesOf(path) {
  if (!existsSync(path)) return undefined
  return JSON.parse(readFileSync(path, 'utf8')).packages
}

/** The major version of the Node.js that npm installed for this system; undefined without one. */
export function installedNode(folder) {
  const system = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const name = system === 'darwin-arm64' ? `node-bin-${system}` : `node-${system}`
  const manifest = join(folder, 'node_modules', name, 'package.json')
  const program = join(folder, 'node_modules', '.bin', programName())
  if (!existsSync(manifest) || !existsSync(program)) return undefined
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'))
  return { name, program, major: Number.parseInt(version, 10) }
}

function programName() {
  return process.platform === 'win32' ? 'node.cmd' : 'node'
}

/** The Node.js that everything else is run with. */
function nodeToRun(folder) {
  const installed = installedNode(folder)
  if (installed !== undefined && installed.major >= runNodeMin) return installed.program
  if (ownMajor() >= runNodeMin) return process.execPath
  throw new SetupError(
    `Starling runs on Node.js ${runNodeMin}, this is ${process.version}, and npm installed none ` +
      `for ${process.platform}-${process.arch}; run "npm install --include=optional", ` +
      `or install Node.js ${runNodeMin} from nodejs.org`,
  )
}

function ownMajor() {
  return Number.parseInt(process.versions.node, 10)
}

function install(folder, missing) {
  say(
    missing === undefined
      ? 'Installing packages, once; this may take a minute …'
      : `Installing again, since ${describe(missing)} changed …`,
  )
  const options = ['--include=dev', '--include=optional', '--no-audit', '--no-fund']
  const hasLock = existsSync(join(folder, 'package-lock.json'))
  // Windows cannot remove the program that is running, which `npm ci` would.
  const isClean = hasLock && !(process.platform === 'win32' && missing !== undefined)
  if (!isClean || !installClean(folder, options)) npm(folder, ['install', '--no-save', ...options])
  const program = nodeToRun(folder)
  const { status, error } = spawnSync(program, ['--version'], { shell: isShellNeeded() })
  if (status === 0) return
  throw new SetupError(
    `${program} does not run here (${error?.message ?? `exit ${status}`}); ` +
      `install Node.js ${runNodeMin} from nodejs.org and remove ${program}`,
  )
}

/**
 * False when npm finds that the lock does not hold all it wants, as with optional packages that the
 * registry had not when the lock was made. `npm install` heeds what the lock does hold.
 */
function installClean(folder, options) {
  const stdio = ['inherit', 'inherit', 'pipe']
  const { status, stderr } = runNpm(folder, ['ci', '--loglevel=error', ...options], stdio)
  if (status === 0) return true
  const said = stderr?.toString() ?? ''
  if (/\bEUSAGE\b/.test(said)) return false
  process.stderr.write(said)
  throw failed('ci')
}

function describe(missing) {
  const [first] = missing
  return missing.length === 1 ? first : `${first} and ${missing.length - 1} more packages`
}

function npm(folder, args) {
  if (runNpm(folder, args, 'inherit').status !== 0) throw failed(args[0])
}

function runNpm(folder, args, stdio) {
  const script = process.env.npm_execpath
  const options = { cwd: folder, stdio }
  const ran = script?.endsWith('.js')
    ? spawnSync(process.execPath, [script, ...args], options)
    : spawnSync('npm', args, { ...options, shell: isShellNeeded() })
  if (ran.error) throw new SetupError(`npm cannot be started (${ran.error.message}); install npm`)
  return ran
}

function failed(command) {
  return new SetupError(`"npm ${command}" failed; see above, correct that, and start again`)
}

function isShellNeeded() {
  return process.platform === 'win32'
}

/**
 * Packages whose `build` has not run since what it is made of changed: the package's own files, the
 * sources of those that it depends on, and what is installed. A hash of their contents is kept in
 * `dist`, so that neither a checkout nor a copy makes anything stale.
 */
export function packagesToBuild(folder) {
  return readdirSync(join(folder, 'packages')).flatMap((name) => {
    if (manifestOf(folder, name)?.scripts?.build === undefined) return []
    const stamp = join(folder, 'packages', name, 'dist', '.sources')
    const hash = hashOfSources(folder, name)
    const isFresh = existsSync(stamp) && readFileSync(stamp, 'utf8') === hash
    return isFresh ? [] : [{ name, stamp, hash }]
  })
}

function manifestOf(folder, name) {
  const path = join(folder, 'packages', name, 'package.json')
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
}

function hashOfSources(folder, name) {
  const own = join(folder, 'packages', name)
  const others = neighboursOf(folder, name).map((other) => join(folder, 'packages', other, 'src'))
  const installed = ['package-lock.json', join('scripts', 'patch-mls.mjs')]
    .map((file) => join(folder, file))
    .filter((path) => existsSync(path))
  const files = [own, ...others].flatMap(sourcesIn).sort()
  const hash = createHash('sha256')
  for (const path of [...files, ...installed]) {
    hash
      .update(`${relative(folder, path)}\0`)
      .update(readFileSync(path))
      .update('\0')
  }
  return hash.digest('hex')
}

/** The packages of this clone that it depends on, directly or not. */
function neighboursOf(folder, name, known = new Set()) {
  const { dependencies = {}, devDependencies = {} } = manifestOf(folder, name) ?? {}
  for (const dependency of Object.keys({ ...dependencies, ...devDependencies })) {
    const other = /^@starling\/(.+)$/.exec(dependency)?.[1]
    if (other === undefined || other === name || known.has(other)) continue
    known.add(other)
    neighboursOf(folder, other, known)
  }
  return [...known]
}

function sourcesIn(place) {
  if (!existsSync(place)) return []
  return readdirSync(place, { withFileTypes: true }).flatMap((entry) => {
    const path = join(place, entry.name)
    if (entry.isDirectory()) return isSourceFolder(entry.name) ? sourcesIn(path) : []
    return /\.test(-suite|-fixture)?\.tsx?$/.test(entry.name) ? [] : [path]
  })
}

function isSourceFolder(name) {
  return name !== 'dist' && name !== 'node_modules' && !name.startsWith('.')
}

/** One line, unless it fails. */
function build(folder, { name, stamp, hash }) {
  say(`Building ${name}, which takes a few seconds …`)
  const args = ['run', '--silent', 'build', '--workspace', `packages/${name}`]
  const { status, stdout, stderr } = runNpm(folder, args, ['ignore', 'pipe', 'pipe'])
  if (status !== 0) {
    process.stderr.write(`${stdout ?? ''}${stderr ?? ''}`)
    throw failed(`run build --workspace packages/${name}`)
  }
  writeFileSync(stamp, hash)
}

function setUp(folder) {
  if (ownMajor() < setupNodeMin) {
    throw new SetupError(
      `Starling needs Node.js ${setupNodeMin} or newer to install; this is ${process.version}`,
    )
  }
  const missing = missingPackages(folder)
  if (missing === undefined || missing.length > 0) install(folder, missing)
  patchMls(folder)
  const program = nodeToRun(folder)
  for (const stale of packagesToBuild(folder)) build(folder, stale)
  return program
}

/** Becomes the script where the system can do that; else stands between, passing signals on. */
function runScript(program, args) {
  if (typeof process.execve === 'function' && process.platform !== 'win32') {
    process.execve(program, [program, ...args], process.env)
  }
  const child = spawn(program, args, { stdio: 'inherit', shell: isShellNeeded() })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal))
  }
  child.on('error', (error) => {
    say(`cannot run ${program} (${error.message})`)
    process.exitCode = 1
  })
  child.on('exit', (code) => {
    process.exitCode = code ?? 1
  })
}

function say(text) {
  process.stderr.write(`${text}\n`)
}

function main(args) {
  try {
    const program = setUp(root)
    if (args.length > 0) runScript(program, args)
  } catch (error) {
    if (!(error instanceof SetupError) && !(error instanceof PatchError)) throw error
    say(`setup: ${error.message}`)
    process.exitCode = 1
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2))

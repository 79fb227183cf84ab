/**
 * Finds the nats-server that tests run: the one that STARLING_NATS_SERVER names, else one on the
 * PATH that is new enough, else a private copy in `node_modules/.cache/starling`. Where there is
 * none, root on a Debian system has that copy fetched from the unstable suite of the mirror that
 * the machine already uses, checked with the machine's keys, by an apt that has sources, lists and
 * cache of its own: the machine's sources and packages stay as they are. Anybody else is told how
 * to get one. `node scripts/nats-server.ts` does only that and prints the path.
 *
 * Several may run at once: each works in a folder of its own and puts the copy in place whole.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isProgram, onPath, type ProgramPlace } from './programs.ts'

/** Older ones may lose what they acknowledged: fixes of their storage are missing. */
export const natsServerVersionMin = '2.15.1'

const fetchSecondsMax = 300
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'

export interface NatsServerPlace extends ProgramPlace {
  readonly isRoot: boolean
  /** Where the private copy is kept. */
  readonly cacheFolder: string
  /** `/etc/apt`. */
  readonly aptFolder: string
  /** Runs a command in a folder to its end, with its output shown; its exit code. */
  readonly run: (folder: string, command: string, args: readonly string[]) => Promise<number>
  readonly say: (text: string) => void
}

/** @throws Error with one line that says how to get a nats-server. */
export async function findNatsServer(place: NatsServerPlace = thisMachine()): Promise<string> {
  const named = place.env.STARLING_NATS_SERVER
  if (named !== undefined && named !== '') {
    const version = versionOf(named)
    if (isNewEnough(version)) return named
    throw new Error(`STARLING_NATS_SERVER is ${named}, which is ${tell(version)}; ${remedy}`)
  }
  const own = join(place.cacheFolder, 'nats-server')
  const found = [...onPath('nats-server', place), own]
  const good = found.find((path) => isNewEnough(versionOf(path)))
  if (good !== undefined) return good
  const old = found.map((path) => [path, versionOf(path)]).find(([, version]) => version)
  const trouble = old ? `${old[0]} is version ${old[1]}` : 'no nats-server to test with'
  const source = place.isRoot && canFetch(place) ? debianSource(place.aptFolder) : undefined
  if (!source) throw new Error(`${trouble}; ${remedy}`)
  place.say(`Fetching nats-server from Debian's unstable suite into ${place.cacheFolder}, once …`)
  await fetchCopy(source, place)
  const version = versionOf(own)
  if (isNewEnough(version)) return own
  throw new Error(`what Debian's unstable suite has is ${tell(version)}; ${remedy}`)
}

const remedy =
  `put nats-server ${natsServerVersionMin} or newer on the PATH or name it in ` +
  'STARLING_NATS_SERVER (github.com/nats-io/nats-server/releases, brew install nats-server)'

/** Its version as it says itself; undefined when it is no nats-server that runs here. */
function versionOf(path: string): string | undefined {
  if (!isProgram(path)) return undefined
  try {
    const said = execFileSync(path, ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] })
    return /^nats-server: v(\d+\.\d+\.\d+)/m.exec(said.toString())?.[1]
  } catch (error) {
    // Of another machine, or not a program at all.
    if (typeof (error as { status?: unknown }).status === 'number') return undefined
    if ('code' in (error as object)) return undefined
    throw error
  }
}

function isNewEnough(version: string | undefined): boolean {
  if (version === undefined) return false
  const [is, min] = [version, natsServerVersionMin].map((text) => text.split('.').map(Number))
  const at = min!.findIndex((part, i) => part !== is![i])
  return at === -1 || is![at]! > min![at]!
}

function tell(version: string | undefined): string {
  return version === undefined ? 'not a nats-server' : `version ${version}`
}

function canFetch(place: NatsServerPlace): boolean {
  return ['apt-get', 'dpkg-deb'].every((name) => onPath(name, place).length > 0)
}

interface DebianSource {
  readonly uri: string
  readonly signedBy: string | undefined
}

/** The first of the machine's sources that is the archive of Debian. */
export function debianSource(aptFolder: string): DebianSource | undefined {
  const parts = join(aptFolder, 'sources.list.d')
  const names = existsSync(parts) ? readdirSync(parts).sort() : []
  const files = [join(aptFolder, 'sources.list'), ...names.map((name) => join(parts, name))]
  const sources = files.filter(existsSync).flatMap((file) => {
    const text = readFileSync(file, 'utf8').replaceAll(/^\s*#.*\n?/gm, '')
    if (file.endsWith('.sources')) return sourcesOfParagraphs(text)
    return file.endsWith('.list') ? sourcesOfLines(text) : []
  })
  return sources.find(({ uri }) => /^[a-z+]+:\/\/\S+\/debian\/?$/.test(uri))
}

function sourcesOfLines(text: string): readonly DebianSource[] {
  return [...text.matchAll(/^\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s/gm)].map(([, options, uri]) => ({
    uri: uri!,
    signedBy: keyFile(/(?:^|\s)signed-by=(\S+)/i.exec(options ?? '')?.[1]),
  }))
}

function sourcesOfParagraphs(text: string): readonly DebianSource[] {
  return text.split(/\n\s*\n/).flatMap((paragraph) => {
    const field = (name: string) =>
      new RegExp(`^${name}:[ \\t]*(.*(?:\\n[ \\t].*)*)`, 'im').exec(paragraph)?.[1]?.trim()
    const types = field('Types')?.split(/\s+/) ?? []
    if (!types.includes('deb') || /^(no|false|0)$/i.test(field('Enabled') ?? '')) return []
    const signedBy = keyFile(field('Signed-By'))
    return (field('URIs')?.split(/\s+/) ?? []).map((uri) => ({ uri, signedBy }))
  })
}

/** A key that stands in the source itself is left to the keys of the machine. */
function keyFile(signedBy: string | undefined): string | undefined {
  if (signedBy?.startsWith('/')) return signedBy
  return existsSync(keyring) ? keyring : undefined
}

async function fetchCopy(source: DebianSource, place: NatsServerPlace): Promise<void> {
  mkdirSync(place.cacheFolder, { recursive: true })
  const folder = mkdtempSync(join(tmpdir(), 'starling-nats-server-'))
  try {
    for (const part of ['state/lists/partial', 'cache/archives/partial', 'root']) {
      mkdirSync(join(folder, part), { recursive: true })
    }
    const list = join(folder, 'unstable.list')
    const options = source.signedBy === undefined ? '' : `[signed-by=${source.signedBy}] `
    writeFileSync(list, `deb ${options}${source.uri} unstable main\n`)
    const settings = [
      `Dir::Etc::SourceList=${list}`,
      'Dir::Etc::SourceParts=-',
      `Dir::State=${join(folder, 'state')}`,
      `Dir::Cache=${join(folder, 'cache')}`,
      'APT::Sandbox::User=root',
      'Acquire::Languages=none',
    ].flatMap((setting) => ['-o', setting])
    const run = async (command: string, ...args: readonly string[]) => {
      const code = await place.run(folder, command, args)
      if (code === 0) return
      const what = [command, ...args.filter((arg) => !settings.includes(arg))].join(' ')
      throw new Error(`"${what}" failed with ${code} (see above); ${remedy}`)
    }
    await run('apt-get', ...settings, 'update')
    await run('apt-get', ...settings, 'download', 'nats-server')
    const archive = readdirSync(folder).find((name) => name.endsWith('.deb'))
    if (archive === undefined) throw new Error(`apt-get downloaded nothing; ${remedy}`)
    await run('dpkg-deb', '-x', archive, 'root')
    putInPlace(join(folder, 'root/usr/sbin/nats-server'), place.cacheFolder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function putInPlace(program: string, cacheFolder: string): void {
  const whole = join(cacheFolder, `nats-server.${process.pid}.${performance.now()}`)
  copyFileSync(program, whole)
  chmodSync(whole, 0o755)
  renameSync(whole, join(cacheFolder, 'nats-server'))
}

function thisMachine(): NatsServerPlace {
  return {
    env: process.env,
    isRoot: process.getuid?.() === 0,
    cacheFolder: join(import.meta.dirname, '..', 'node_modules', '.cache', 'starling'),
    aptFolder: '/etc/apt',
    run: async (folder, command, args) => {
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
      // Progress goes where messages go, so that standard output holds the path alone.
      const child = spawn(command, args, {
        cwd: folder,
        stdio: ['ignore', 2, 2],
        env,
        timeout: fetchSecondsMax * 1_000,
      })
      const [code] = (await once(child, 'exit')) as [number | null]
      return code ?? -1
    },
    say: (text) => console.error(text),
  }
}

if (import.meta.main) {
  try {
    console.log(await findNatsServer())
  } catch (error) {
    console.error(`nats-server: ${(error as Error).message}`)
    process.exitCode = 1
  }
}

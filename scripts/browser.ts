/**
 * Finds the browser that tests drive: the one that STARLING_BROWSER names, else Chromium or Chrome
 * on the PATH. Where there is none, root on a Debian-like system gets Debian's `chromium`
 * installed; anybody else is told how to get one. `node scripts/browser.ts` does only that and
 * prints its path.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { isProgram, onPath, type ProgramPlace } from './programs.ts'

const programs = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** For a network that reaches nothing, and for root, whom Chromium's own sandbox refuses. */
export const browserArguments = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
] as const

export interface BrowserPlace extends ProgramPlace {
  readonly isRoot: boolean
  /** Runs a command to its end, with its output shown. */
  readonly run: (command: string, args: readonly string[]) => Promise<void>
  readonly say: (text: string) => void
}

/** @throws Error with one line that says how to get a browser. */
export async function findBrowser(place: BrowserPlace = thisMachine()): Promise<string> {
  const named = place.env.STARLING_BROWSER
  if (named !== undefined && named !== '') {
    if (isProgram(named)) return named
    throw new Error(`STARLING_BROWSER is ${named}, which is not a program; name a Chromium`)
  }
  const found = browserOnPath(place)
  if (found !== undefined) return found
  if (place.isRoot && onPath('apt-get', place).length > 0) {
    place.say('Installing chromium with apt-get, once …')
    await place.run('apt-get', ['update'])
    await place.run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'])
    const installed = browserOnPath(place)
    if (installed !== undefined) return installed
    throw new Error(`apt-get installed no chromium (see above); ${remedy}`)
  }
  throw new Error(`no browser to test with; ${remedy}`)
}

const remedy =
  'install Chromium (Debian: "apt-get install chromium") or set STARLING_BROWSER to the path of one'

function browserOnPath(place: BrowserPlace): string | undefined {
  return programs.flatMap((name) => onPath(name, place))[0]
}

function thisMachine(): BrowserPlace {
  return {
    env: process.env,
    isRoot: process.getuid?.() === 0,
    run: async (command, args) => {
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
      // Progress goes where messages go, so that standard output holds the path alone.
      const child = spawn(command, args, { stdio: ['ignore', 2, 2], env })
      await once(child, 'exit')
    },
    say: (text) => console.error(text),
  }
}

if (import.meta.main) {
  try {
    console.log(await findBrowser())
  } catch (error) {
    console.error(`browser: ${(error as Error).message}`)
    process.exitCode = 1
  }
}

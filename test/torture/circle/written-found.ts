/**
 * [P10] Looks in all that the servers have (log, stores, snapshots, traces) for the mark that all
 * sealed messages and titles begin with. What the crowd writes in open rooms has to be found, or
 * the search would find nothing whatever there was.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { spellingsOf } from '../../e2e/spellings.ts'
import { openWords } from '../crowd.ts'

export function writtenFound(folder: string, mark: string): readonly string[] {
  const spellings = spellingsOf(mark)
  const found: string[] = []
  let isOpenFound = false
  for (const path of filesIn(folder)) {
    const bytes = readOrNothing(path)
    isOpenFound ||= bytes.includes(openWords)
    for (const [way, spelled] of spellings) {
      if (bytes.includes(spelled)) found.push(`sealed words are in ${path}, as ${way}`)
    }
  }
  return isOpenFound ? found : [...found, `words of open rooms are nowhere in ${folder}`]
}

function filesIn(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
}

/** The servers are running: a file may be gone. */
function readOrNothing(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0)
    throw error
  }
}

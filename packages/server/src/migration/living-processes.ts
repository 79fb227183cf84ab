/** Which processes have the embedded engine of a data folder open. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { aliveDirectory, readAliveFile, seeLiving } from '../log/sqlite/alive-file.ts'
import { nodeCodeOf } from '../log/sqlite/sqlite-trouble.ts'

/** Names of others than this process. */
export function livingProcesses(dataFolder: string): readonly string[] {
  const folder = aliveDirectory(dataFolder)
  return namesIn(folder).filter((name) => {
    const living = readAliveFile(join(folder, name))
    if (living === undefined || living.pid === process.pid) return false
    return seeLiving(living) !== undefined
  })
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (nodeCodeOf(error) === 'ENOENT') return []
    throw error
  }
}

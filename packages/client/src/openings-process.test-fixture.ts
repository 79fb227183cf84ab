/** Another process that opens new profiles, each at a moment that others open it at as well. */
import { join } from 'node:path'
import { openSqliteStorage } from './sqlite-storage.ts'

const [directory, firstAtMs, rounds, everyMs] = process.argv.slice(2)
const opened = []
for (let round = 0; round < Number(rounds); round += 1) {
  const atMs = Number(firstAtMs) + round * Number(everyMs)
  // A timer would not be in time.
  while (Date.now() < atMs);
  opened.push(openSqliteStorage(join(directory!, `profile-${round}`)))
}
process.stdout.write('opened\n')
await new Promise((resolve) => process.stdin.once('end', resolve).resume())
for (const storage of opened) await storage.close()

/**
 * Another process with the same profile: stores one message, says so, and hangs until it is killed.
 */

import { openSqliteStorage } from './sqlite-storage.ts'
import { item, stored } from './storage-contract.test-suite.ts'

const [directory, outbox] = process.argv.slice(2)
const storage = openSqliteStorage(directory!)
await storage.open()
await storage.write([stored(item(outbox!, 1))])
process.stdout.write('stored\n')
setInterval(() => {}, 1_000)

/** A program that comes in, and closes its client when it is told to. */
import { once } from 'node:events'
import { connect } from './node.ts'

const client = await connect({
  addresses: [process.argv[2]!],
  auth: { kind: 'guest', name: 'ada' },
})
await client.ready()
process.stdout.write('ready\n')
await once(process.stdin, 'data')
process.stdin.destroy()
await client.close()

/** A program that comes in with a profile when it is told to, and says with which token. */
import { once } from 'node:events'
import { connect } from './node.ts'
import { Profile } from './profile.ts'

const [address, directory] = process.argv.slice(2)
process.stdout.write('loaded\n')
await once(process.stdin, 'data')
process.stdin.destroy()
const client = await connect({
  addresses: [address!],
  auth: { kind: 'guest', name: 'ada' },
  directory: directory!,
})
const ready = await client.ready()
const token = new Profile(directory!).read()?.identity?.token
process.stdout.write(`${ready.ok ? ready.value.user : ready.code} ${token}\n`)
await client.close()

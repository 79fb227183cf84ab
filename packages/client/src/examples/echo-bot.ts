import { connect } from '@starling/client/node'

const client = await connect({
  addresses: [process.argv[2] ?? 'localhost:4600'],
  auth: { kind: 'guest', name: 'echo' },
  // Public rooms need no keys.
  encryption: false,
})
client.on('entry', ({ room, entry }) => {
  if (entry.kind !== 'post' || entry.by === client.snapshot().me?.user) return
  client.post(room, entry.text.toUpperCase(), { replyTo: entry.index })
})
client.on('connection', ({ state }) => {
  if (state.kind === 'waiting') console.error(`${state.why}; trying again`)
  if (state.kind === 'refused') console.error(state.say)
})
const joined = await client.join('#general')
console.log(joined.ok ? 'listening' : joined.say)

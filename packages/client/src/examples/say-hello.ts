import { connect } from '@starling/client/node'

const client = await connect({
  addresses: [process.argv[2] ?? 'localhost:4600'],
  auth: { kind: 'guest', name: 'hello-bot' },
  // Public rooms need no keys.
  encryption: false,
})
const room = await client.join('#general')
if (room.ok) {
  const sent = await client.post(room.value, 'hello').settled
  console.log(sent.ok ? `stands at ${sent.value.index}` : sent.say)
} else {
  console.log(room.say)
}
await client.close()

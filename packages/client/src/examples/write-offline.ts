import { connect } from '@starling/client/node'

const [address = 'localhost:4600', directory = './profile', text] = process.argv.slice(2)
const client = await connect({
  addresses: [address],
  auth: { kind: 'guest', name: 'ada' },
  directory,
})
if (text !== undefined) {
  // On disk when this returns to the event loop; sent by this process or by a later one.
  const sending = client.post('lobby', text)
  console.log(`number ${sending.item.number} waits`)
} else {
  await client.ready()
  client.on('acked', ({ item, index }) => console.log(`number ${item.number} stands at ${index}`))
  while (client.snapshot().waiting > 0) await new Promise((again) => setTimeout(again, 20))
}
await client.close()

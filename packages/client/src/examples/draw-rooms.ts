import type { ClientSnapshot } from '@starling/client/api'
import { connect } from '@starling/client/node'

function draw({ connection, rooms, waiting }: ClientSnapshot): void {
  console.log(`${connection.kind}, ${waiting} waiting`)
  for (const { title, unread, timeline } of rooms) {
    console.log(`#${title} (${unread} unread)`)
    for (const line of timeline.lines) {
      if (line.kind === 'message') console.log(`  <${line.name}> ${line.text}`)
    }
    for (const { state, text } of timeline.sends) console.log(`  … ${text} (${state})`)
  }
}

const client = await connect({
  addresses: [process.argv[2] ?? 'localhost:4600'],
  auth: { kind: 'guest', name: 'ada' },
})
client.subscribe(() => draw(client.snapshot()))
const room = await client.join('#general')
if (room.ok) await client.post(room.value, 'what is new?').settled
await client.close()

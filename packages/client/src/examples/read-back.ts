import { connect } from '@starling/client/node'

const client = await connect({
  addresses: [process.argv[2] ?? 'localhost:4600'],
  auth: { kind: 'guest', name: 'reader' },
  // Public rooms need no keys.
  encryption: false,
})
const room = await client.join('#general')
if (!room.ok) throw new Error(room.say)
let before: number | undefined
do {
  const page = await client.history(room.value, {
    limit: 2,
    ...(before === undefined ? {} : { before }),
  })
  if (!page.ok) throw new Error(page.say)
  for (const entry of [...page.value].reverse()) console.log(`${entry.index} ${entry.kind}`)
  before = page.value[0]?.index
} while (before !== undefined && before > 1)
await client.close()

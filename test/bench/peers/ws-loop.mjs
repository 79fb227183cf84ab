/** What a competent engineer writes in an afternoon: rooms in a Map, `send` to each in a loop. */
import { WebSocketServer } from 'ws'

const rooms = new Map()
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })

server.on('connection', (socket) => {
  socket.on('message', (data) => {
    const { join, room, text } = JSON.parse(data)
    if (join !== undefined) {
      if (!rooms.has(join)) rooms.set(join, new Set())
      rooms.get(join).add(socket)
      socket.on('close', () => rooms.get(join).delete(socket))
      socket.send(JSON.stringify({ joined: join }))
      return
    }
    const message = JSON.stringify({ room, text })
    for (const member of rooms.get(room) ?? []) {
      if (member.readyState === member.OPEN) member.send(message)
    }
  })
})
server.on('listening', () => process.send({ port: server.address().port }))
process.on('disconnect', () => process.exit(0))

/**
 * The ceiling for a program in JavaScript: what came in one turn of the event loop is framed once
 * and written to the room's sockets by a loop that does nothing else. Each connection is in one
 * room, what it says is passed on unread; no limits, no promises.
 */
import { WebSocketServer } from 'ws'

const rooms = new Map()
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
const dirty = new Set()

function frame(payload) {
  const head = payload.length < 126 ? 2 : 4
  const bytes = Buffer.allocUnsafe(head + payload.length)
  bytes[0] = 0x81
  if (head === 2) bytes[1] = payload.length
  else {
    bytes[1] = 126
    bytes.writeUInt16BE(payload.length, 2)
  }
  payload.copy(bytes, head)
  return bytes
}

function flush() {
  for (const room of dirty) {
    const bytes = Buffer.concat(room.waiting)
    room.waiting = []
    for (const socket of room.sockets) socket.write(bytes)
  }
  dirty.clear()
}

function roomOf(name) {
  if (!rooms.has(name)) rooms.set(name, { sockets: new Set(), waiting: [] })
  return rooms.get(name)
}

server.on('connection', (client, request) => {
  client.once('message', (data) => {
    const { join } = JSON.parse(data)
    const room = roomOf(join)
    room.sockets.add(request.socket)
    client.on('close', () => room.sockets.delete(request.socket))
    client.send(JSON.stringify({ joined: join }))
    client.on('message', (payload) => {
      if (dirty.size === 0) setImmediate(flush)
      dirty.add(room)
      room.waiting.push(frame(payload))
    })
  })
})
server.on('listening', () => process.send({ port: server.address().port }))
process.on('disconnect', () => process.exit(0))

/**
 * The ceiling for a program in JavaScript: what came in one turn of the event loop is framed once
 * and written to every socket by a loop that does nothing else. One room, no limits, no promises.
 */
import { WebSocketServer } from 'ws'

const sockets = new Set()
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
let waiting = []

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
  const bytes = Buffer.concat(waiting)
  waiting = []
  for (const socket of sockets) socket.write(bytes)
}

server.on('connection', (client, request) => {
  client.once('message', (data) => {
    sockets.add(request.socket)
    client.send(JSON.stringify({ joined: JSON.parse(data).join }))
    client.on('message', (payload) => {
      if (waiting.length === 0) setImmediate(flush)
      waiting.push(frame(payload))
    })
  })
  client.on('close', () => sockets.delete(request.socket))
})
server.on('listening', () => process.send({ port: server.address().port }))
process.on('disconnect', () => process.exit(0))

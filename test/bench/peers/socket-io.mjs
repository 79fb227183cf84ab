/** Socket.IO with its cluster adapter: two workers that share a port. */
import cluster from 'node:cluster'
import { createServer } from 'node:http'
import { createAdapter, setupPrimary } from '@socket.io/cluster-adapter'
import { Server } from 'socket.io'

const workers = 2

if (cluster.isPrimary) {
  setupPrimary()
  cluster.setupPrimary({ serialization: 'advanced' })
  let listening = 0
  for (let at = 0; at < workers; at += 1) {
    cluster.fork().on('listening', ({ port }) => {
      listening += 1
      const pids = Object.values(cluster.workers).map((worker) => worker.process.pid)
      if (listening === workers) process.send({ port, pids })
    })
  }
  process.on('disconnect', () => process.exit(0))
} else {
  const http = createServer()
  const io = new Server(http, {
    adapter: createAdapter(),
    transports: ['websocket'],
    pingInterval: 3_600_000,
    perMessageDeflate: false,
  })
  io.on('connection', (socket) => {
    socket.on('join', async (room, done) => {
      await socket.join(room)
      done()
    })
    socket.on('post', (room, text) => io.to(room).emit('message', room, text))
  })
  http.listen(0, '127.0.0.1')
  process.on('disconnect', () => process.exit(0))
}

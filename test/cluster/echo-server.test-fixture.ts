/** Sends back what it hears on one port; on another, of loopback, tells how many bytes it heard. */
import { createServer } from 'node:http'
import { createServer as createEchoServer } from 'node:net'

const [port, adminPort] = process.argv.slice(2).map(Number)
let heard = 0
createEchoServer((socket) => {
  socket.on('data', (bytes) => {
    heard += bytes.length
    socket.write(bytes)
  })
  socket.on('error', () => socket.destroy())
}).listen(port)
createServer((_, response) => response.end(`${heard}`)).listen(adminPort, '127.0.0.1')

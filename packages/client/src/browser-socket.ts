/** The WebSocket that the platform brings (browsers, and Node without pinned certificates). */
import type { Socket, SocketEvents } from './socket.ts'

export function openBrowserSocket(address: string, events: SocketEvents): Socket {
  const socket = new WebSocket(address)
  let isOver = false
  socket.onopen = () => {
    if (!isOver) events.opened()
  }
  socket.onmessage = ({ data }) => {
    if (!isOver && typeof data === 'string') events.text(data)
  }
  socket.onclose = ({ code }) => {
    if (!isOver) events.closed(code)
    isOver = true
  }
  return {
    send: (text) => socket.send(text),
    close: () => {
      isOver = true
      socket.close(1000)
    },
  }
}

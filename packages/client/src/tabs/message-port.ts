/** Ways between a tab and its host: a port of a worker, or a channel of its own between tabs. */
import type { TabPort } from './tab-frames.ts'

export function messagePort<In, Out = unknown>(port: MessagePort): TabPort<In, Out> {
  const made: TabPort<In, Out> = {
    post: (frame) => port.postMessage(frame),
    onFrame: () => {},
    close: () => port.close(),
  }
  port.onmessage = ({ data }) => made.onFrame(data as In)
  return made
}

export function channelPort<In, Out = unknown>(name: string): TabPort<In, Out> {
  const channel = new BroadcastChannel(name)
  let isOpen = true
  const made: TabPort<In, Out> = {
    post: (frame) => {
      if (isOpen) channel.postMessage(frame)
    },
    onFrame: () => {},
    close: () => {
      isOpen = false
      channel.close()
    },
  }
  channel.onmessage = ({ data }) => made.onFrame(data as In)
  return made
}

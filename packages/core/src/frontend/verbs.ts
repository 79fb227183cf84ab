/** Every frame that a client may say, and what it does. */
import type { ReadFrame } from './read-frame.ts'
import { ask, claim, largeAsk, password } from './verbs/ask.ts'
import { follow } from './verbs/follow.ts'
import { hello } from './verbs/hello.ts'
import { ping } from './verbs/ping.ts'
import { send } from './verbs/send.ts'
import { typing } from './verbs/typing.ts'
import type { FrameOf, Verb } from './verbs/verb.ts'

export const verbs: { readonly [T in ReadFrame['t']]: Verb<FrameOf<T>> } = {
  hello,
  send,
  history: ask,
  members: ask,
  rooms: ask,
  user: ask,
  search: ask,
  devices: ask,
  revoke: ask,
  password,
  read: ask,
  keys: ask,
  publish: largeAsk,
  claim,
  group: largeAsk,
  commits: largeAsk,
  archive: largeAsk,
  archived: largeAsk,
  mail: ask,
  follow,
  typing,
  ping,
}

/** The same table for whoever holds a frame of any kind. */
export function verbOf(frame: ReadFrame): Verb<ReadFrame> {
  return verbs[frame.t] as Verb<ReadFrame>
}

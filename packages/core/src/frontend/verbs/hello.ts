/**
 * From hello to welcome. The token stays here: backends hear its hash, from which the ids of a new
 * user and device follow, so that hello may be repeated on any backend.
 */
import type { ErrorCode } from '@starling/protocol/error-codes'
import { type Auth, protocolVersion } from '@starling/protocol/up'
import type { Reply } from '../../link/down.ts'
import type { RequestBody } from '../../link/up.ts'
import type { Now } from '../../now.ts'
import type { Desk } from '../desk.ts'
import { FewSet } from '../few-set.ts'
import type { PositionedReply, Tries } from '../outbox-lanes.ts'
import type { Session } from '../session.ts'
import type { FrameOf, Said, Verb } from './verb.ts'

type Hello = FrameOf<'hello'>
type IdentityReply = Extract<Reply, { kind: 'identity' }>
type HelloBody = Extract<RequestBody, { kind: Auth['kind'] }>
const userHashCharacters = 22
/** A client that holds more than any backend knows is welcomed all the same after so long. */
const staleMsMax = 3_000

export const hello: Verb<Hello> = { needsWelcome: false, cost: 1, run }

function run(desk: Desk, { now, session, frame }: Said<Hello>): void {
  if (session.state.kind !== 'new') return desk.refusals.error(session, 'already-greeted')
  if (frame.protocol !== protocolVersion) {
    desk.refusals.error(session, 'protocol-version')
    return desk.sessions.close(session, 'protocol-version')
  }
  if (desk.draining.isOn) {
    desk.draining.tell(session)
    return desk.sessions.close(session, 'drain')
  }
  const { auth } = frame
  const hasPassword = auth.kind === 'login' || auth.kind === 'register'
  const retryMs = desk.accounts.takeLogin(now, session, hasPassword ? auth.name : undefined)
  if (retryMs > 0) return desk.refusals.error(session, 'rate-limited', { retryMs })
  session.state = { kind: 'greeting' }
  desk.admission.enter(now, auth.kind === 'token' ? 'known' : 'new', {
    session,
    go: (then) => identify(desk, { now: then, session, frame }),
    refuse: (comeMs) => refuse(desk, session, { code: 'unavailable', retryMs: comeMs }),
  })
}

/** Asks a backend who it is. */
function identify(desk: Desk, { now, session, frame }: Said<Hello>): void {
  const { auth } = frame
  // What was acknowledged over an earlier connection is in what this one reads, where it is there.
  session.position = desk.monitor.position
  const body = bodyOf(auth, desk.options.hash, frame.client ?? '')
  const code = desk.requests.ask(now, {
    session,
    body,
    about: {},
    isStale: (answer, tries) => isStale(frame, answer, tries),
    settle: (then, reply) => {
      desk.admission.leave(session)
      desk.admission.letIn(then)
      if (reply.kind === 'identity') {
        welcome(desk, { now: then, session, frame }, withOwnDevice(reply, body.device))
      } else {
        refuse(desk, session, { code: reply.kind === 'refused' ? reply.code : 'unavailable' })
      }
    },
  })
  if (code === undefined) return
  desk.admission.leave(session)
  refuse(desk, session, { code })
}

/**
 * A welcome must not be older than what the client holds (P5, P6): with an older one it would take
 * rooms for left that it is in. Certain when the client was told a later position, or holds entries
 * that the answer does not know of; possible when it holds a room that the answer does not name.
 * The self room tells the two apart: whoever was in a room and is not any more was told so there.
 */
function isStale(
  { resume = {}, position: told = 0 }: Hello,
  { reply, position }: PositionedReply,
  { ageMs, isAskedOfAll }: Tries,
): boolean {
  if (reply.kind !== 'identity' || ageMs > staleMsMax) return false
  if (position < told) return true
  const heads = new Map(reply.rooms.map(({ room, head }) => [room, head]))
  const held = Object.entries(resume)
  if (held.some(([room, index]) => index > (heads.get(room) ?? index))) return true
  const isSelfHeld = Object.hasOwn(resume, reply.identity.user)
  return !isSelfHeld && !isAskedOfAll && held.some(([room]) => !heads.has(room))
}

function refuse(
  desk: Desk,
  session: Session,
  { code, ...advice }: { code: ErrorCode; retryMs?: number },
): void {
  session.state = { kind: 'new', sinceMs: desk.clock.ms }
  desk.refusals.error(session, code, advice)
}

function bodyOf(auth: Auth, hash: (text: string) => string, client: string): HelloBody {
  const device = idSafe(hash(auth.token))
  const user = `u${idSafe(hash(`user:${auth.token}`)).slice(0, userHashCharacters)}`
  switch (auth.kind) {
    case 'guest':
      return { kind: 'guest', user, name: auth.name, device }
    case 'token':
      return { kind: 'token', device }
    case 'login': {
      const { name, password, label = client } = auth
      return { kind: 'login', name, password, device, label }
    }
    case 'register': {
      const { name, password, label = client } = auth
      return { kind: 'register', user, name, password, device, label }
    }
  }
}

/** The id as it was asked, since that of the answer keeps the link's whole frame in memory. */
function withOwnDevice(reply: IdentityReply, device: string): IdentityReply {
  if (reply.identity.device !== device) return reply
  return { ...reply, identity: { ...reply.identity, device } }
}

function idSafe(hash: string): string {
  return hash.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 64)
}

function welcome(
  desk: Desk,
  { now, session, frame }: Said<Hello>,
  { identity, rooms }: IdentityReply,
): void {
  const { user, name, isGuest, device } = identity
  const self = rooms.find((summary) => summary.room === user)
  session.state = {
    kind: 'online',
    user,
    name,
    device,
    rooms: new Map(),
    lagging: new FewSet(),
    stalePresence: new FewSet(),
    selfSeen: self?.head ?? 0,
  }
  desk.accounts.join(session, user)
  desk.outputs.frame(session.id, {
    t: 'welcome',
    protocol: protocolVersion,
    session: session.id,
    user,
    name,
    isGuest,
    device,
    rooms,
    limits: desk.options.limits,
    position: session.position,
    frontends: desk.options.addresses,
  })
  const resume = frame.resume ?? {}
  const heads = rooms.map(({ room, head }) => ({ room, head }))
  if (self === undefined) heads.push({ room: user, head: 0 })
  for (const { room, head } of heads) {
    const held = Object.hasOwn(resume, room) ? resume[room] : undefined
    follow(desk, { now, session }, { room, head, held: held ?? head })
  }
  desk.clientList.changed(session)
  if (desk.draining.isOn) desk.draining.tell(session)
}

function follow(
  desk: Desk,
  { now, session }: { now: Now; session: Session },
  { room, head, held }: { room: string; head: number; held: number },
): void {
  desk.followers.follow(session, room, { place: held + 1, isInAt: head, feedFrom: head + 1 })
  if (held > head) desk.reading.doubt(now, session, room, held + 1)
}

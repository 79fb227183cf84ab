/**
 * Clients that come in, follow a room and say nothing; when their connection is lost they come back
 * as the SDK does, after its waits and with its patience, with the indexes that they hold, so that
 * nothing need be read again.
 */
import { randomBytes } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { clientTuning } from '@starling/core/client/client-io'
import { Patience } from '@starling/core/client/patience'
import { protocolVersion } from '@starling/protocol/up'
import { LeanSocket } from './lean-socket.ts'

export interface GuestsOptions {
  readonly address: string
  readonly clients: number
  /** How many guests of other such processes were there before. */
  readonly from?: number
}

export type GuestsReport =
  | { readonly kind: 'settled' }
  | {
      readonly kind: 'returned'
      /** Since the first connection was lost. */
      readonly firstMs: number
      readonly halfMs: number
      readonly allMs: number
      readonly dials: number
      readonly refusals: number
    }

interface Guest {
  readonly name: string
  readonly token: string
  readonly room: string
  socket: LeanSocket | undefined
  head: number
  readonly patience: Patience
  /** It was here before: its token says who it is. */
  isKnown: boolean
  /** Of the welcome. */
  deadline: NodeJS.Timeout | undefined
  isIn: boolean
}

type Welcomed = (socket: LeanSocket) => void

const peoplePerRoom = 100
const comingInAtOnce = 200
const readIntoBytes = 64 * 1024

const { address, clients, from = 0 }: GuestsOptions = JSON.parse(process.argv[2]!)
const { hostname: host, port } = new URL(address)
const readInto = Buffer.alloc(readIntoBytes)
const guests = Array.from({ length: clients }, (_, at) => guestOf(from + at))
const makers = guests.filter((_, at) => at % peoplePerRoom === 0)
let isSettled = false
let lostAtMs: number | undefined
let dials = 0
let refusals = 0
const returns: number[] = []

for (const some of [makers, guests.filter((_, at) => at % peoplePerRoom !== 0)]) {
  const waiting = [...some]
  const next = async (): Promise<void> => {
    for (let guest = waiting.pop(); guest !== undefined; guest = waiting.pop())
      await comeIn(guest, some === makers)
  }
  await Promise.all(Array.from({ length: comingInAtOnce }, next))
}
isSettled = true
tell({ kind: 'settled' })
// The entries of the last joins are still on their way to the others; then nothing is said.

function guestOf(at: number): Guest {
  return {
    name: `guest-${at}`,
    token: randomBytes(32).toString('base64url'),
    room: `room-${Math.floor(at / peoplePerRoom)}`,
    socket: undefined,
    head: 0,
    patience: new Patience({ tuning: clientTuning, chance: Math.random }, { count: 1 }),
    isKnown: false,
    deadline: undefined,
    isIn: false,
  }
}

/** Resolves when the guest has joined its room. */
function comeIn(guest: Guest, isMaker: boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  dial(guest, (socket) => {
    const op = isMaker ? { kind: 'create', room: 'public', name: guest.room } : { kind: 'join' }
    const outbox = guest.token.slice(0, 12)
    socket.text(JSON.stringify({ t: 'send', room: guest.room, outbox, number: 1, op }))
  })
  const check = setInterval(() => {
    if (guest.head === 0) return
    clearInterval(check)
    guest.isIn = true
    resolve()
  }, 5)
  return promise
}

function dial(guest: Guest, welcomed: Welcomed): void {
  dials += 1
  const socket: LeanSocket = new LeanSocket({
    ...{ host, port: Number(port), readInto },
    onText: (payload) => heard(guest, payload, { socket, welcomed }),
    onEnd: () => lost(guest, welcomed),
  })
  guest.socket = socket
  guest.deadline = setTimeout(() => {
    socket.close()
    lost(guest, welcomed)
  }, guest.patience.connectMs)
  socket.opened().then(
    () => {
      const { name, token } = guest
      const auth = guest.isKnown ? { kind: 'token', token } : { kind: 'guest', name, token }
      const resume = guest.head === 0 ? {} : { resume: { [guest.room]: guest.head } }
      socket.text(JSON.stringify({ t: 'hello', protocol: protocolVersion, auth, ...resume }))
    },
    // `onEnd` comes, too.
    () => undefined,
  )
}

function heard(
  guest: Guest,
  payload: Buffer,
  { socket, welcomed }: { socket: LeanSocket; welcomed: Welcomed },
): void {
  const head = payload.toString('latin1', 0, 15)
  if (head.startsWith('{"t":"welcome"')) {
    clearTimeout(guest.deadline)
    guest.isKnown = true
    return welcomed(socket)
  }
  if (head.startsWith('{"t":"error"') || head.startsWith('{"t":"refused"')) {
    const { retry, say, retryMs } = JSON.parse(payload.toString())
    if (guest.isIn || retry !== 'later') throw new Error(`${guest.name} was refused: ${say}`)
    refusals += 1
    socket.close()
    return lost(guest, welcomed, retryMs)
  }
  if (!head.startsWith('{"t":"entries"') && !head.startsWith('{"t":"ack"')) return
  const frame = JSON.parse(payload.toString())
  if (frame.room !== guest.room) return
  const newest = frame.t === 'ack' ? frame.index : frame.from + frame.entries.length - 1
  guest.head = Math.max(guest.head, newest)
}

function lost(guest: Guest, welcomed: Welcomed, askedMs = 0): void {
  clearTimeout(guest.deadline)
  const { isIn } = guest
  if (!isSettled && guest.isKnown) throw new Error(`${guest.name} was cut off`)
  if (isIn) lostAtMs ??= performance.now()
  else guest.patience.failed()
  guest.isIn = false
  const next = isIn ? () => returned(guest) : welcomed
  setTimeout(() => dial(guest, next), guest.patience.waitMs(askedMs))
}

function returned(guest: Guest): void {
  guest.isIn = true
  guest.patience.renew()
  returns.push(performance.now() - lostAtMs!)
  if (returns.length < clients) return
  const [firstMs, halfMs, allMs] = [returns[0]!, returns[clients >> 1]!, returns.at(-1)!]
  tell({ kind: 'returned', firstMs, halfMs, allMs, dials: dials - clients, refusals })
}

function tell(report: GuestsReport): void {
  process.send!(report)
}

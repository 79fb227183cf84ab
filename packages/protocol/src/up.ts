/** Frames from a client to a front-end. JSON text, one frame a WebSocket message. */
import * as z from 'zod/mini'
import { limits } from './limits.ts'
import { base64, id, index, operation } from './operation.ts'

/** Bumped when an old peer would misread a frame; adding optional fields does not bump it. */
export const protocolVersion = 1

const token = z
  .string()
  .check(
    z.minLength(limits.tokenCharactersMin),
    z.maxLength(limits.tokenCharactersMax),
    z.regex(/^[A-Za-z0-9_-]+$/),
  )
const name = z.string().check(z.minLength(1), z.maxLength(limits.userNameCharactersMax * 4))
const password = z.string().check(z.minLength(1), z.maxLength(limits.passwordBytesMax))
const label = z.string().check(z.maxLength(64))
const count = z.int().check(z.minimum(0))
/** Chosen by the client, echoed in the answer; unique among its unanswered requests. */
const ask = count

const publicKey = base64(limits.publicKeyBytesMax)
const keyPackage = base64(limits.keyPackageBytesMax)
const archiveKey = z
  .string()
  .check(z.maxLength(limits.archiveKeyCharactersMax), z.regex(/^[A-Za-z0-9_:.-]*$/))

/**
 * The token is made by the client (256 random bits, base64url) and kept by it; the servers keep
 * only its hash. So every way in can be repeated after a lost answer without making a second
 * identity.
 */
export const auth = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('guest'), name, token }),
  z.object({ kind: z.literal('token'), token }),
  z.object({ kind: z.literal('login'), name, password, token, label: z.optional(label) }),
  z.object({ kind: z.literal('register'), name, password, token, label: z.optional(label) }),
])
export type Auth = z.infer<typeof auth>

/** What a device publishes of its keys. */
export const publication = z.object({
  identity: z.optional(
    z.object({
      key: publicKey.check(z.minLength(1)),
      version: z.int().check(z.minimum(1)),
      recovery: z.optional(base64(limits.recoveryBytesMax)),
    }),
  ),
  certificate: z.optional(base64(limits.certificateBytesMax).check(z.minLength(1))),
  linkKey: z.optional(publicKey.check(z.minLength(1))),
  /** Its own certificate, the keys of which it has no more: it waits to be linked again. */
  lost: z.optional(base64(limits.certificateBytesMax).check(z.minLength(1))),
  packages: z.optional(z.array(keyPackage).check(z.maxLength(limits.keyPackagesPerDeviceMax))),
  lastResort: z.optional(keyPackage),
})
export type Publication = z.infer<typeof publication>

export const claiming = z.object({
  /** Random; the same again is answered the same. */
  claim: id,
  room: id,
  users: z.array(id).check(z.minLength(1), z.maxLength(limits.groupAddsMax)),
})

export const archiving = z.object({
  rows: z
    .array(
      z.object({ key: archiveKey.check(z.minLength(1)), box: base64(limits.archiveRowBytesMax) }),
    )
    .check(z.minLength(1), z.maxLength(limits.archiveRowsPerAskMax)),
})

export const mailing = z.object({
  device: id,
  box: base64(limits.linkMailBytesMax).check(z.minLength(1)),
})

export const upFrame = z.discriminatedUnion('t', [
  z.object({
    t: z.literal('hello'),
    protocol: z.int(),
    auth,
    /** Room id → last index held, for rooms whose timeline the client keeps. */
    resume: z.optional(z.record(id, count)),
    /** As last told by this server: what is read next is not older than that. */
    position: z.optional(count),
    client: z.optional(z.string().check(z.maxLength(64))),
  }),
  /** A durable request. Answered by `ack` or `refused`; may be repeated for ever. */
  z.object({ t: z.literal('send'), room: id, outbox: id, number: index, op: operation }),
  /** Entries before, after or around an index; from the newest on when none is given. */
  z.object({
    t: z.literal('history'),
    ask,
    room: id,
    before: z.optional(index),
    after: z.optional(count),
    around: z.optional(index),
    limit: z.optional(z.int().check(z.minimum(1), z.maximum(limits.historyEntriesMax))),
  }),
  z.object({ t: z.literal('members'), ask, room: id, after: z.optional(id) }),
  /** The directory of public rooms whose name contains `find`. */
  z.object({
    t: z.literal('rooms'),
    ask,
    find: z.optional(z.string().check(z.maxLength(64))),
    after: z.optional(id),
  }),
  z.object({ t: z.literal('user'), ask, name }),
  z.object({
    t: z.literal('search'),
    ask,
    text: z.string().check(z.minLength(1), z.maxLength(limits.searchCharactersMax * 2)),
    room: z.optional(id),
    before: z.optional(z.int().check(z.minimum(1))),
  }),
  z.object({ t: z.literal('devices'), ask }),
  z.object({ t: z.literal('revoke'), ask, device: z.union([id, z.literal('others')]) }),
  z.object({ t: z.literal('password'), ask, old: password, new: password }),
  /**
   * Read up to here; the greatest wins, so it needs no number. With `was` the marker goes back to
   * `upTo` (unread from there on), provided that it still stands at `was`. Answered by `done`.
   */
  z.object({
    t: z.literal('read'),
    ask,
    room: id,
    upTo: count,
    was: z.optional(count),
  }),
  /** Public keys of a person, or one's own with what else concerns them. */
  z.object({ t: z.literal('keys'), ask, user: z.optional(id) }),
  /**
   * This device's keys, and the person's identity key. What is there stays as it is, so it may be
   * repeated. A new identity has the version after the present one.
   */
  z.object({ t: z.literal('publish'), ask, ...publication.shape }),
  /** A key package of each device of these people that has none of the room's keys. */
  z.object({ t: z.literal('claim'), ask, ...claiming.shape }),
  /** The present state of a room's group; with `epoch` its tree as it was then. */
  z.object({ t: z.literal('group'), ask, room: id, epoch: z.optional(count) }),
  /** The commits of `gen` from the one that followed `epoch` on. */
  z.object({
    t: z.literal('commits'),
    ask,
    room: id,
    gen: z.int().check(z.minimum(1)),
    epoch: count,
  }),
  /** Keeps rows for all one's own devices; of a key the first row stands. */
  z.object({ t: z.literal('archive'), ask, ...archiving.shape }),
  /** One's own rows whose keys begin with `prefix`, by key. */
  z.object({ t: z.literal('archived'), ask, prefix: archiveKey, after: z.optional(archiveKey) }),
  /** To another device of one's own. */
  z.object({ t: z.literal('mail'), ask, ...mailing.shape }),
  /** Start again to follow a room after `after`: the client found a hole or wants the gap. */
  z.object({ t: z.literal('follow'), room: id, after: count }),
  z.object({ t: z.literal('typing'), room: id, on: z.boolean() }),
  z.object({ t: z.literal('ping') }),
])
export type UpFrame = z.infer<typeof upFrame>
export type UpFrameOf<T extends UpFrame['t']> = Extract<UpFrame, { t: T }>

/** Frames from a client to a front-end. JSON text, one frame a WebSocket message. */
import { z } from 'zod'
import { limits } from './limits.ts'
import { base64, id, index, operation } from './operation.ts'

/** Bumped when an old peer would misread a frame; adding optional fields does not bump it. */
export const protocolVersion = 1

const token = z
  .string()
  .min(limits.tokenCharactersMin)
  .max(limits.tokenCharactersMax)
  .regex(/^[A-Za-z0-9_-]+$/)
const name = z
  .string()
  .min(1)
  .max(limits.userNameCharactersMax * 4)
const password = z.string().min(1).max(limits.passwordBytesMax)
const label = z.string().max(64)
/** Chosen by the client, echoed in the answer; unique among its unanswered requests. */
const ask = z.int().min(0)

const publicKey = base64(limits.publicKeyBytesMax)
const keyPackage = base64(limits.keyPackageBytesMax)
const archiveKey = z
  .string()
  .max(limits.archiveKeyCharactersMax)
  .regex(/^[A-Za-z0-9_:.-]*$/)

/**
 * The token is made by the client (256 random bits, base64url) and kept by it; the servers keep
 * only its hash. So every way in can be repeated after a lost answer without making a second
 * identity.
 */
export const auth = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('guest'), name, token }),
  z.object({ kind: z.literal('token'), token }),
  z.object({ kind: z.literal('login'), name, password, token, label: label.optional() }),
  z.object({ kind: z.literal('register'), name, password, token, label: label.optional() }),
])
export type Auth = z.infer<typeof auth>

/** What a device publishes of its keys. */
export const publication = z.object({
  identity: z
    .object({
      key: publicKey.min(1),
      version: z.int().min(1),
      recovery: base64(limits.recoveryBytesMax).optional(),
    })
    .optional(),
  certificate: base64(limits.certificateBytesMax).min(1).optional(),
  linkKey: publicKey.min(1).optional(),
  /** Its own certificate, the keys of which it has no more: it waits to be linked again. */
  lost: base64(limits.certificateBytesMax).min(1).optional(),
  packages: z.array(keyPackage).max(limits.keyPackagesPerDeviceMax).optional(),
  lastResort: keyPackage.optional(),
})
export type Publication = z.infer<typeof publication>

export const claiming = z.object({
  /** Random; the same again is answered the same. */
  claim: id,
  room: id,
  users: z.array(id).min(1).max(limits.groupAddsMax),
})

export const archiving = z.object({
  rows: z
    .array(z.object({ key: archiveKey.min(1), box: base64(limits.archiveRowBytesMax) }))
    .min(1)
    .max(limits.archiveRowsPerAskMax),
})

export const mailing = z.object({ device: id, box: base64(limits.linkMailBytesMax).min(1) })

export const upFrame = z.discriminatedUnion('t', [
  z.object({
    t: z.literal('hello'),
    protocol: z.int(),
    auth,
    /** Room id → last index held, for rooms whose timeline the client keeps. */
    resume: z.record(id, z.int().min(0)).optional(),
    /** As last told by this server: what is read next is not older than that. */
    position: z.int().min(0).optional(),
    client: z.string().max(64).optional(),
  }),
  /** A durable request. Answered by `ack` or `refused`; may be repeated for ever. */
  z.object({ t: z.literal('send'), room: id, outbox: id, number: index, op: operation }),
  /** Entries before, after or around an index; from the newest on when none is given. */
  z.object({
    t: z.literal('history'),
    ask,
    room: id,
    before: index.optional(),
    after: z.int().min(0).optional(),
    around: index.optional(),
    limit: z.int().min(1).max(limits.historyEntriesMax).optional(),
  }),
  z.object({ t: z.literal('members'), ask, room: id, after: id.optional() }),
  /** The directory of public rooms whose name contains `find`. */
  z.object({
    t: z.literal('rooms'),
    ask,
    find: z.string().max(64).optional(),
    after: id.optional(),
  }),
  z.object({ t: z.literal('user'), ask, name }),
  z.object({
    t: z.literal('search'),
    ask,
    text: z
      .string()
      .min(1)
      .max(limits.searchCharactersMax * 2),
    room: id.optional(),
    before: z.int().min(1).optional(),
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
    upTo: z.int().min(0),
    was: z.int().min(0).optional(),
  }),
  /** Public keys of a person, or one's own with what else concerns them. */
  z.object({ t: z.literal('keys'), ask, user: id.optional() }),
  /**
   * This device's keys, and the person's identity key. What is there stays as it is, so it may be
   * repeated. A new identity has the version after the present one.
   */
  z.object({ t: z.literal('publish'), ask, ...publication.shape }),
  /** A key package of each device of these people that has none of the room's keys. */
  z.object({ t: z.literal('claim'), ask, ...claiming.shape }),
  /** The present state of a room's group; with `epoch` its tree as it was then. */
  z.object({ t: z.literal('group'), ask, room: id, epoch: z.int().min(0).optional() }),
  /** The commits of `gen` from the one that followed `epoch` on. */
  z.object({
    t: z.literal('commits'),
    ask,
    room: id,
    gen: z.int().min(1),
    epoch: z.int().min(0),
  }),
  /** Keeps rows for all one's own devices; of a key the first row stands. */
  z.object({ t: z.literal('archive'), ask, ...archiving.shape }),
  /** One's own rows whose keys begin with `prefix`, by key. */
  z.object({ t: z.literal('archived'), ask, prefix: archiveKey, after: archiveKey.optional() }),
  /** To another device of one's own. */
  z.object({ t: z.literal('mail'), ask, ...mailing.shape }),
  /** Start again to follow a room after `after`: the client found a hole or wants the gap. */
  z.object({ t: z.literal('follow'), room: id, after: z.int().min(0) }),
  z.object({ t: z.literal('typing'), room: id, on: z.boolean() }),
  z.object({ t: z.literal('ping') }),
])
export type UpFrame = z.infer<typeof upFrame>
export type UpFrameOf<T extends UpFrame['t']> = Extract<UpFrame, { t: T }>

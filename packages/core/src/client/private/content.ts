/**
 * What is sealed and what comes out of it. Contents are written by any member's device, so they are
 * checked like a stranger's frames; what is none that we know is kept as it is, hidden, and applied
 * nowhere. What cannot be opened keeps its box, so that it can be opened when keys come.
 */
import type { Entry, EntryHead, SealedBox, Unreadable } from '@starling/protocol/entry'
import { limits } from '@starling/protocol/limits'
import { index } from '@starling/protocol/operation'
import * as z from 'zod/mini'
import type { Composed } from '../client-io.ts'
import type { Content, OpenedBox } from './cipher.ts'

const topic = z.string().check(z.maxLength(limits.topicCharactersMax * 2))
const title = z.string().check(z.maxLength(limits.roomNameCharactersMax * 4))
const epoch = z.int().check(z.minimum(0))

const content = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('post'), text: z.string(), replyTo: z.optional(index) }),
  z.object({ kind: z.literal('edit'), target: index, text: z.string() }),
  z.object({ kind: z.literal('delete'), target: index }),
  z.object({
    kind: z.literal('react'),
    target: index,
    emoji: z.string().check(z.minLength(1), z.maxLength(limits.reactionBytesMax)),
    on: z.boolean(),
  }),
  z.object({ kind: z.literal('topic'), topic }),
  z.object({ kind: z.literal('title'), title, again: z.optional(z.object({ topic })) }),
  z.object({ kind: z.literal('keys'), gen: z.int().check(z.minimum(1)), from: epoch, to: epoch }),
])

/** Which operations are sealed in an encrypted room: what says something, not who is in it. */
const sealedKinds = ['post', 'edit', 'delete', 'react', 'topic', 'title'] as const

export function isSealable(op: Composed): op is Exclude<Content, { kind: 'keys' }> {
  return sealedKinds.some((kind) => kind === op.kind)
}

/** A client keeps it for itself; nobody else sees more than that there was something. */
export type SealedEntry = EntryHead & { readonly kind: 'sealed' } & SealedBox

/** Of the people named, the identity is another one than it was. */
export interface ChangedIdentities {
  readonly identities?: readonly string[]
}

/** What the room is called and what it is about; `isAgain`: told for those who came later. */
export interface About {
  readonly title?: string
  readonly topic?: string
  readonly isAgain?: true
}

export interface Opened {
  readonly entry: Entry
  readonly about: About
}

/** `box` is undefined when the cipher said nothing of it. */
export function openedEntry(sealed: SealedEntry, box: OpenedBox | undefined): Opened {
  if (box === undefined) return { entry: unreadable(sealed, 'no-key'), about: {} }
  if (!box.ok) return { entry: unreadable(sealed, box.why), about: {} }
  const { gen: _, epoch: __, box: ___, kind: ____, ...entryHead } = sealed
  const { device, isVerified } = box
  const head = { ...entryHead, isSealed: true as const, device, isVerified }
  const parsed = content.safeParse(box.content)
  if (!parsed.success) return { entry: hidden(sealed, head), about: {} }
  const said = parsed.data
  switch (said.kind) {
    case 'post': {
      const reply = said.replyTo === undefined ? {} : { replyTo: said.replyTo }
      return { entry: { ...head, kind: 'post', text: said.text, ...reply }, about: {} }
    }
    case 'topic':
      return { entry: { ...head, ...said }, about: { topic: said.topic } }
    case 'title':
      return said.again === undefined
        ? { entry: { ...head, kind: 'title', title: said.title }, about: { title: said.title } }
        : {
            entry: hidden(sealed, head),
            about: { title: said.title, topic: said.again.topic, isAgain: true },
          }
    case 'keys':
      return { entry: hidden(sealed, head), about: {} }
    default:
      return { entry: { ...head, ...said }, about: {} }
  }
}

/**
 * As it came from a server: what only this client puts on an entry is taken off, and what was said
 * in plain, where everything is sealed, is nobody's word.
 */
export function fromServer(entry: Entry): Entry {
  const { isSealed: _, isVerified: __, ...rest } = entry
  if (entry.kind === 'unreadable' || sealedKinds.some((kind) => kind === entry.kind)) {
    return forged(entry)
  }
  return entry.isSealed === undefined && entry.isVerified === undefined ? entry : (rest as Entry)
}

function forged(entry: Entry): Entry {
  const { index: at, at: when, by, name, outbox, number } = entry
  const own = outbox === undefined || number === undefined ? {} : { outbox, number }
  const sealed = { gen: 0, epoch: 0, box: '' }
  return { index: at, at: when, by, name, ...own, kind: 'unreadable', why: 'tampered', sealed }
}

export function isBeforeJoin(entry: Entry): boolean {
  return entry.kind === 'unreadable' && entry.why === 'before-join'
}

/** As it came, to be opened once more. */
export function sealedAgain(entry: Entry): Entry {
  if (entry.kind !== 'unreadable') return entry
  const { kind: _, why: __, sealed, ...head } = entry
  return { ...head, kind: 'sealed', ...sealed }
}

function unreadable({ gen, epoch, box, ...head }: SealedEntry, why: Unreadable): Entry {
  return { ...head, kind: 'unreadable', why, sealed: { gen, epoch, box } }
}

/** Opened, and nothing to be shown: the box is not kept. */
function hidden({ gen, epoch }: SealedEntry, head: EntryHead): Entry {
  return { ...head, kind: 'sealed', gen, epoch, box: '' }
}

/**
 * Keys of earlier epochs in a box of the room, for members who came later, where the room's history
 * is for all. With them go the devices that had left by then, so that who reads can tell who wrote;
 * of those that are still there the group tells. It is the word of the member who shares: wrong
 * keys open nothing, and a device needs its person's signature all the same.
 */
import {
  type CipherOutcome,
  type Content,
  type KeysContent,
  keysPerContentMax,
} from '@starling/core/client/private/cipher'
import { verifyDevice } from '@starling/mls/credential'
import { MlsError } from '@starling/mls/mls-error'
import { contentKeyBytes, epochKeyOf, learnToldKey } from './group-records.ts'
import { learnSigner, readSigner } from './people.ts'
import { fromText, toText, type VaultJob, WorkRefused } from './vault-job.ts'

/** Devices that left, in one box: what fits into it beside the keys. */
const gonePerContentMax = 32

interface SharedKeys extends KeysContent {
  /** Of `from`, `from` + 1, …; empty where the sharer has none. */
  readonly keys: readonly string[]
  readonly gone: readonly string[]
}

export async function withKeys(job: VaultJob, room: string, content: Content): Promise<object> {
  if (content.kind !== 'keys') return content
  const { gen, from, to } = content
  if (to - from >= keysPerContentMax) {
    throw new WorkRefused('unusable', `${to - from + 1} epochs do not fit into one message.`)
  }
  const keys: string[] = []
  const gone: string[] = []
  for (let epoch = from; epoch <= to; epoch += 1) {
    const key = await epochKeyOf(job, room, { gen, epoch })
    keys.push(key === undefined ? '' : toText(key))
    const left = await job.draft.record<readonly string[]>(job.names.gone(room, gen, epoch))
    gone.push(...(left ?? []))
  }
  return { ...content, keys, gone: gone.slice(0, gonePerContentMax) } satisfies SharedKeys
}

export async function learnKeys(job: VaultJob, room: string, content: unknown): Promise<void> {
  const shared = sharedKeysIn(content)
  if (shared === undefined) return
  for (const [at, text] of shared.keys.entries()) {
    const key = text === '' ? undefined : fromText(text)
    if (key?.length !== contentKeyBytes) continue
    const told = { gen: shared.gen, epoch: shared.from + at, key }
    if (await learnToldKey(job, room, told)) job.learned.add(room)
  }
  for (const text of shared.gone) await learnGone(job, fromText(text))
}

async function learnGone(job: VaultJob, bytes: Uint8Array): Promise<void> {
  try {
    const { identity, signatureKey } = readSigner(bytes)
    await learnSigner(job, await verifyDevice(identity, signatureKey))
  } catch (error) {
    if (!(error instanceof MlsError)) throw error
  }
}

function sharedKeysIn(content: unknown): SharedKeys | undefined {
  if (typeof content !== 'object' || content === null) return undefined
  const { kind, gen, from, keys, gone } = content as Partial<SharedKeys>
  const isShaped =
    kind === 'keys' &&
    Number.isSafeInteger(gen) &&
    Number.isSafeInteger(from) &&
    areTexts(keys, keysPerContentMax) &&
    areTexts(gone, gonePerContentMax)
  return isShaped ? (content as SharedKeys) : undefined
}

function areTexts(list: unknown, max: number): list is readonly string[] {
  const isText = (one: unknown) => typeof one === 'string' && /^[A-Za-z0-9_-]*$/.test(one)
  return Array.isArray(list) && list.length <= max && list.every(isText)
}

/** Runs of epochs of which this device has the keys. */
export async function spans({ draft, names }: VaultJob, room: string): Promise<CipherOutcome> {
  const found: { gen: number; from: number; to: number }[] = []
  for (const key of await draft.keys(names.epochKeys(room))) {
    const { gen, epoch } = names.epochOf(key)
    const last = found.at(-1)
    const isNext = last?.gen === gen && last.to + 1 === epoch
    if (last !== undefined && isNext && epoch - last.from < keysPerContentMax) last.to = epoch
    else found.push({ gen, from: epoch, to: epoch })
  }
  return { kind: 'spans', spans: found }
}

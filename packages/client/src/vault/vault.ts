/**
 * Holds the keys of this device and does what the client's node asks of the cipher. Each job is one
 * turn on the key store: it reads, works, and puts what it found out in one batch, before it
 * answers. So a job that is cut short has done nothing, and one that is done again finds what it
 * did.
 *
 * Nothing is trusted but what is signed by devices, what those stand for by their people, and what
 * this device has stored itself.
 */
import type {
  AccountWork,
  CipherOutcome,
  CipherResult,
  CipherWork,
  GroupStatus,
  RoomWork,
} from '@starling/core/client/private/cipher'
import { unreachable } from '@starling/core/now'
import { MlsError } from '@starling/mls/mls-error'
import { safetyNumber } from '@starling/mls/safety-number'
import type { Signer } from '@starling/mls/signing'
import * as account from './account.ts'
import { unkeptRows } from './archive-rows.ts'
import * as changing from './changing.ts'
import { openOwn, seedOf } from './device-keys.ts'
import { Draft } from './draft.ts'
import { GroupCache } from './group-cache.ts'
import { endGroup, statusOf } from './group-records.ts'
import { identityOf } from './identity-record.ts'
import { type KeyStore, KeyStoreBusy, type KeyTurn } from './key-store.ts'
import { archiveKept, learn } from './learning.ts'
import { open } from './opening.ts'
import { isChanged, isVerified } from './people.ts'
import { KeyStoreLocked } from './sealed-key-store.ts'
import { spans } from './shared-keys.ts'
import { fromText, type Me, type VaultJob, WorkRefused } from './vault-job.ts'
import { VaultNames } from './vault-names.ts'

const meName = 'me'

export interface VaultStore {
  readonly keys: KeyStore
  /** A key by this name that the platform holds and does not give away; made when there is none. */
  readonly heldSigner?: (name: string) => Promise<Signer>
}

export class Vault {
  readonly #store: VaultStore
  readonly #wallMs: () => number
  readonly #groups = new GroupCache()
  #own: VaultJob['own']

  constructor(store: VaultStore, wallMs: () => number) {
    this.#store = store
    this.#wallMs = wallMs
  }

  /** Each job is answered; what is thrown is a fault of this program or of the store. */
  async do(work: CipherWork): Promise<CipherResult> {
    try {
      return await this.#store.keys.turn((turn) => this.#turn(turn, work))
    } catch (error) {
      this.#forgetAll()
      const isKnown = error instanceof KeyStoreBusy || error instanceof KeyStoreLocked
      if (!isKnown) throw error
      return { outcome: { kind: 'failed', code: 'vault-unavailable', say: error.message } }
    }
  }

  close(): Promise<void> {
    return this.#store.keys.close()
  }

  async #turn(turn: KeyTurn, work: CipherWork): Promise<CipherResult> {
    if (turn.isChanged) this.#forgetAll()
    const job = await this.#jobFor(turn, work)
    if (job === undefined) return { outcome: notReady }
    try {
      job.own ??= await openOwn(job)
      const outcome = await perform(job, work)
      const result = await resultOf(job, work, outcome)
      await job.draft.flush()
      this.#own = job.own
      return result
    } catch (error) {
      const outcome = refusalOf(error)
      this.#forgetAll()
      const untouched = { ...job, draft: new Draft(turn) }
      return 'room' in work
        ? { outcome, status: await statusOf(untouched, work.room) }
        : { outcome }
    }
  }

  async #jobFor(turn: KeyTurn, work: CipherWork): Promise<VaultJob | undefined> {
    const draft = new Draft(turn)
    const held = await draft.record<Me>(meName)
    const me = work.kind === 'prepare' ? work.me : held
    if (me === undefined) return undefined
    const names = new VaultNames(me)
    if (me.user !== held?.user || me.device !== held.device) {
      this.#forgetAll()
      draft.putRecord(meName, me)
      await forgetOthers(draft, names)
    }
    const job: VaultJob = {
      me,
      names,
      draft,
      nowMs: this.#wallMs(),
      groups: this.#groups,
      own: this.#own,
      signer: () => this.#signer(job),
      archive: [],
      learned: new Set(),
    }
    return job
  }

  #signer(job: VaultJob): Promise<Signer> {
    const { heldSigner } = this.#store
    return heldSigner === undefined ? seedOf(job) : heldSigner(job.names.device)
  }

  #forgetAll(): void {
    this.#groups.clear()
    this.#own = undefined
  }
}

const notReady: CipherOutcome = {
  kind: 'failed',
  code: 'not-ready',
  say: 'It is not known yet whose keys these are.',
}

/**
 * Keys of a device that is logged out serve nobody any more. What a person may read stays, for when
 * they come in again.
 */
async function forgetOthers(draft: Draft, names: VaultNames): Promise<void> {
  for (const key of await draft.keys('d/')) if (!key.startsWith(names.device)) draft.remove(key)
}

function perform(job: VaultJob, work: CipherWork): Promise<CipherOutcome> {
  return 'room' in work ? performInRoom(job, work) : performForAccount(job, work)
}

async function performInRoom(job: VaultJob, work: RoomWork): Promise<CipherOutcome> {
  switch (work.kind) {
    case 'open':
      return open(job, work)
    case 'seal':
      return changing.seal(job, work)
    case 'begin':
      return changing.begin(job, work)
    case 'join':
      return changing.join(job, work)
    case 'welcome':
      return changing.welcome(job, work)
    case 'change':
      return changing.change(job, work)
    case 'spans':
      return spans(job, work.room)
    case 'forget': {
      const { gen, updatedAtMs } = await statusOf(job, work.room)
      const none = { state: 'none', epoch: 0, leaves: 0, leaf: -1 } as const
      await endGroup(job, work.room, { ...none, gen, updatedAtMs })
      await job.draft.removeAll(job.names.pending(work.room))
      job.draft.remove(job.names.status(work.room))
      return done
    }
    default:
      return unreachable(work)
  }
}

const done: CipherOutcome = { kind: 'done' }

async function performForAccount(job: VaultJob, work: AccountWork): Promise<CipherOutcome> {
  switch (work.kind) {
    case 'prepare':
      return { ...(await account.prepare(job, work)), groups: await groupsOf(job) }
    case 'archive-kept':
      archiveKept(job, work.keys)
      return done
    case 'learn':
      await learn(job, work)
      return done
    case 'person':
      return personOf(job, work)
    case 'verify':
      await account.verify(job, work)
      return personOf(job, { kind: 'person', keys: work.keys })
    case 'recovery-key':
      return account.recoveryKey(job, work)
    case 'restore':
      return account.restore(job, work)
    case 'link-accept':
      return account.linkAccept(job, work)
    case 'link-mail':
      return account.linkMail(job, work)
    case 'reset-identity':
      return account.resetIdentity(job, work)
    default:
      return unreachable(work)
  }
}

async function personOf(
  job: VaultJob,
  work: Extract<AccountWork, { kind: 'person' }>,
): Promise<CipherOutcome> {
  const own = await identityOf(job)
  if (own === undefined) throw new WorkRefused('not-linked', 'This device is not linked yet.')
  const found = await account.person(job, work)
  if (found === undefined) {
    return { kind: 'person', safetyNumber: undefined, isVerified: false, isChanged: false }
  }
  const { user, accountKey } = found
  const me = { userId: job.me.user, accountKey: fromText(own.accountKey) }
  return {
    kind: 'person',
    safetyNumber: safetyNumber(me, { userId: user, accountKey }),
    isVerified: await isVerified(job, user, accountKey),
    isChanged: await isChanged(job, user),
  }
}

async function groupsOf(
  job: VaultJob,
): Promise<readonly { readonly room: string; readonly status: GroupStatus }[]> {
  const { draft, names } = job
  const prefix = names.status()
  const keys = await draft.keys(prefix)
  const rooms = keys.map((key) => key.slice(prefix.length))
  return Promise.all(rooms.map(async (room) => ({ room, status: await statusOf(job, room) })))
}

async function resultOf(
  job: VaultJob,
  work: CipherWork,
  outcome: CipherOutcome,
): Promise<CipherResult> {
  const archive = work.kind === 'prepare' ? await unkeptRows(job) : job.archive
  return {
    outcome,
    ...('room' in work ? { status: await statusOf(job, work.room) } : {}),
    ...(archive.length === 0 ? {} : { archive }),
    ...(job.learned.size === 0 ? {} : { learned: [...job.learned].sort() }),
  }
}

function refusalOf(error: unknown): CipherOutcome {
  if (error instanceof WorkRefused) return { kind: 'failed', code: error.code, say: error.message }
  if (error instanceof MlsError) return { kind: 'failed', code: 'unusable', say: error.message }
  throw error
}

/**
 * Devices with vaults, and servers that do no more than keep what is published, hand key packages
 * out once, and let the first commit of an epoch stand.
 */
import assert from 'node:assert/strict'
import type {
  CipherOutcome,
  CipherResult,
  CipherWork,
  Content,
  GroupAnswer,
  GroupOperation,
  GroupStatus,
  KeysAnswer,
  OpenedBox,
  Publication,
  Welcome,
} from '@starling/core/client/private/cipher'
import type { ArchiveRow, ClaimedPackage, Leaf } from '@starling/protocol/down'
import type { Entry } from '@starling/protocol/entry'
import type { KeyStore } from './key-store.ts'
import { KeyRows, openMemoryKeyStore } from './memory-key-store.ts'
import { Vault } from './vault.ts'
import { fromText } from './vault-job.ts'

/** The library looks at the clock by itself. */
export const nowMs = Date.now()

interface Account {
  identity: string | undefined
  version: number
  recovery: string | undefined
  readonly certificates: Map<string, string>
  readonly linkKeys: Map<string, string>
  readonly packages: Map<string, string[]>
  readonly lastResorts: Map<string, string>
  readonly rows: Map<string, string>
}

export class Servers {
  readonly room = 'room'
  readonly entries: Entry[] = []
  readonly mails: { readonly device: string; readonly mail: Welcome }[] = []
  isHistoryShared = false
  readonly #accounts = new Map<string, Account>()
  #group = { gen: 0, epoch: 0, groupInfo: '', tree: [] as (string | null)[] }
  readonly #leaves = new Map<number, Leaf>()

  account(user: string): Account {
    const account = this.#accounts.get(user) ?? {
      identity: undefined,
      version: 0,
      recovery: undefined,
      certificates: new Map(),
      linkKeys: new Map(),
      packages: new Map(),
      lastResorts: new Map(),
      rows: new Map(),
    }
    this.#accounts.set(user, account)
    return account
  }

  publish({ user, device }: Named, publication: Publication): void {
    const account = this.account(user)
    const { identity, certificate, linkKey, lost, packages, lastResort } = publication
    if (identity !== undefined) {
      const isRepeat = identity.version === account.version && identity.key === account.identity
      assert.ok(isRepeat || identity.version === account.version + 1, 'the version is wrong')
      if (!isRepeat) {
        account.certificates.clear()
        account.recovery = undefined
      }
      account.identity = identity.key
      account.version = identity.version
      account.recovery = identity.recovery ?? account.recovery
    }
    if (lost !== undefined && account.certificates.get(device) === lost) {
      for (const table of [account.certificates, account.packages, account.lastResorts]) {
        table.delete(device)
      }
    }
    if (certificate !== undefined) account.certificates.set(device, certificate)
    if (certificate !== undefined) account.linkKeys.delete(device)
    if (linkKey !== undefined) account.linkKeys.set(device, linkKey)
    const held = account.packages.get(device) ?? []
    account.packages.set(device, [...held, ...(packages ?? [])])
    if (lastResort !== undefined) account.lastResorts.set(device, lastResort)
  }

  keys(user: string, asker?: Named): KeysAnswer {
    const account = this.account(user)
    const { identity, version, recovery } = account
    const devices = [...account.certificates].map(([device, certificate]) => ({
      device,
      certificate,
    }))
    const answer = { kind: 'keys' as const, user, version, devices }
    const known = identity === undefined ? answer : { ...answer, identity }
    if (asker?.user !== user) return known
    const unlinked = [...account.linkKeys].map(([device, linkKey]) => ({
      device,
      label: device,
      linkKey,
    }))
    const mine = {
      packages: account.packages.get(asker.device)?.length ?? 0,
      hasLastResort: account.lastResorts.has(asker.device),
      unlinked,
    }
    return { ...known, mine: recovery === undefined ? mine : { ...mine, recovery } }
  }

  claim(users: readonly string[]): readonly ClaimedPackage[] {
    const inside = new Set([...this.#leaves.values()].map(({ device }) => device))
    return users.flatMap((user) => {
      const account = this.account(user)
      return [...account.certificates].flatMap(([device, certificate]) => {
        const bytes = account.packages.get(device)?.shift() ?? account.lastResorts.get(device)
        if (bytes === undefined || inside.has(device)) return []
        return [{ user, device, package: bytes, certificate }]
      })
    })
  }

  group(): GroupAnswer {
    const leaves = [...this.#leaves.values()].sort((a, b) => a.leaf - b.leaf)
    return { kind: 'group', ...this.#group, leaves, removals: [], absent: [] }
  }

  /** Answers the entry's index, or undefined for what came too late. */
  send(by: Named, op: GroupOperation, phones: readonly Phone[]): number | undefined {
    if (op.kind === 'group') {
      if (op.gen !== this.#group.gen + 1) return undefined
      this.#group = { gen: op.gen, epoch: 0, groupInfo: op.groupInfo, tree: op.tree }
      this.#leaves.clear()
      this.#leaves.set(0, { leaf: 0, ...by })
      return this.#add(by, { kind: 'group', gen: op.gen, groupInfo: op.groupInfo })
    }
    const { gen, epoch, id, commit, groupInfo, tree } = op
    if (gen !== this.#group.gen || epoch !== this.#group.epoch) return undefined
    const nodes = Array.from({ length: tree.size }, (_, at) => this.#group.tree[at] ?? null)
    for (const [at, node] of tree.changed) nodes[at] = node
    this.#group = { gen, epoch: epoch + 1, groupInfo, tree: nodes }
    this.#readLeaves(nodes, phones)
    for (const { device, bytes } of op.welcomes ?? []) {
      const mail = { kind: 'welcome', room: this.room, gen, epoch: epoch + 1, bytes } as const
      this.mails.push({ device, mail })
    }
    return this.#add(by, { kind: 'commit', gen, epoch, id, commit })
  }

  say(by: Named, sealed: Extract<CipherOutcome, { kind: 'sealed' }>): number {
    const [box] = sealed.boxes
    return this.#add(by, { kind: 'sealed', gen: sealed.gen, epoch: sealed.epoch, box: box! })
  }

  #add({ user }: Named, body: object): number {
    const index = this.entries.length + 1
    this.entries.push({ index, at: index, by: user, name: user, ...body } as Entry)
    return index
  }

  /** By the device's name, which stands in its leaf in plain. */
  #readLeaves(nodes: readonly (string | null)[], phones: readonly Phone[]): void {
    this.#leaves.clear()
    for (const [at, node] of nodes.entries()) {
      if (node === null || at % 2 === 1) continue
      const text = new TextDecoder('latin1').decode(fromText(node))
      const found = phones.find(({ user, device }) => text.includes(user) && text.includes(device))
      if (found === undefined) continue
      const { user, device } = found
      this.#leaves.set(at / 2, { leaf: at / 2, user, device })
    }
  }
}

interface Named {
  readonly user: string
  readonly device: string
}

export interface PhoneOptions extends Named {
  readonly servers: Servers
  readonly phones: Phone[]
  /** The same again for a device that is started again. */
  readonly open?: (rows: KeyRows) => KeyStore
}

export class Phone {
  readonly user: string
  readonly device: string
  readonly rows = new KeyRows()
  /** Index → what was read there. */
  readonly read = new Map<number, OpenedBox>()
  status: GroupStatus | undefined
  last: CipherResult | undefined
  readonly #options: PhoneOptions
  #vault: Vault
  #seen = 0

  constructor(options: PhoneOptions) {
    this.user = options.user
    this.device = options.device
    this.#options = options
    this.#vault = this.#open()
    options.phones.push(this)
  }

  get servers(): Servers {
    return this.#options.servers
  }

  get keys(): KeysAnswer {
    return this.servers.keys(this.user, this)
  }

  restart(): void {
    this.#vault = this.#open()
  }

  async do(work: CipherWork): Promise<CipherOutcome> {
    const result = await this.#vault.do(work)
    this.last = result
    if (result.status !== undefined) this.status = result.status
    if (result.archive !== undefined) this.#keep(result.archive)
    if (result.learned !== undefined) this.#seen = 0
    return result.outcome
  }

  async prepare() {
    const { user, device } = this
    const outcome = await this.do({ kind: 'prepare', me: { user, device }, keys: this.keys })
    assert.equal(outcome.kind, 'prepared', JSON.stringify(outcome))
    if (outcome.kind !== 'prepared') throw new Error()
    if (outcome.publish !== undefined) this.servers.publish(this, outcome.publish)
    return outcome
  }

  async learn(): Promise<void> {
    const held = [...this.servers.account(this.user).rows]
    const rows = held.map(([key, box]) => ({ key, box }))
    await this.do({ kind: 'learn', rows, isLast: true })
  }

  /** Does it and brings the outcome's operation to the servers; `false` when another came first. */
  async commit(work: CipherWork): Promise<boolean> {
    const outcome = await this.do(work)
    assert.equal(outcome.kind, 'operation', JSON.stringify(outcome))
    if (outcome.kind !== 'operation') return false
    return this.servers.send(this, outcome.op, this.#options.phones) !== undefined
  }

  async begin(gen = 1): Promise<boolean> {
    return this.commit({ kind: 'begin', room: this.servers.room, gen })
  }

  async joinByItself(): Promise<boolean> {
    const { room } = this.servers
    const isIn = await this.commit({ kind: 'join', room, group: this.servers.group() })
    await this.catchUp()
    return isIn
  }

  async change(change: { add?: readonly string[]; remove?: readonly number[] }): Promise<boolean> {
    const { room } = this.servers
    const { add = [], remove = [] } = change
    return this.commit({
      kind: 'change',
      room,
      group: this.servers.group(),
      add: this.servers.claim(add),
      claims: add.length === 0 ? [] : ['claim'],
      remove,
      update: add.length === 0 && remove.length === 0,
    })
  }

  async takeWelcome(): Promise<CipherOutcome> {
    const found = this.servers.mails.findLast(({ device }) => device === this.device)
    assert.ok(found, 'no welcome')
    const { room } = this.servers
    return this.do({ kind: 'welcome', room, mail: found.mail, group: this.servers.group() })
  }

  async say(content: Content): Promise<number> {
    const outcome = await this.do({ kind: 'seal', room: this.servers.room, contents: [content] })
    assert.equal(outcome.kind, 'sealed', JSON.stringify(outcome))
    return outcome.kind === 'sealed' ? this.servers.say(this, outcome) : 0
  }

  /** Opens what is new, and all again when more can be read. */
  async catchUp(): Promise<void> {
    while (this.#seen < this.servers.entries.length) {
      const entries = this.servers.entries.slice(this.#seen)
      this.#seen = this.servers.entries.length
      const { room, isHistoryShared } = this.servers
      const outcome = await this.do({ kind: 'open', room, entries, isHistoryShared })
      assert.equal(outcome.kind, 'opened', JSON.stringify(outcome))
      if (outcome.kind !== 'opened') return
      for (const box of outcome.boxes) this.read.set(box.index, box)
    }
  }

  /** Text of a post, or why it cannot be read. */
  reading(index: number): string {
    const box = this.read.get(index)
    if (box === undefined) return 'not there'
    return box.ok ? String((box.content as { text?: unknown }).text) : box.why
  }

  #keep(rows: readonly ArchiveRow[]): void {
    const held = this.servers.account(this.user).rows
    for (const { key, box } of rows) if (!held.has(key)) held.set(key, box)
  }

  #open(): Vault {
    const open = this.#options.open ?? openMemoryKeyStore
    return new Vault({ keys: open(this.rows) }, () => nowMs)
  }
}

export function post(text: string): Content {
  return { kind: 'post', text }
}

/** Linked devices, each of a person of its own unless named `user/device`. */
export async function scene(...names: readonly string[]) {
  const servers = new Servers()
  const phones: Phone[] = []
  for (const name of names) {
    const [user = '', device = `${user}-phone`] = name.split('/')
    const phone = new Phone({ user, device, servers, phones })
    await phone.prepare()
  }
  return { servers, phones }
}

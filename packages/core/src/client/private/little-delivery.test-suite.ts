/**
 * Just enough of the servers for ciphers to meet: keys, key packages and one room whose group they
 * change in order. It reads what it is given as servers do, so that bytes they would refuse fail
 * here too.
 */
import assert from 'node:assert/strict'
import type { ClaimedPackage } from '@starling/protocol/down'
import type { Entry, RoomBody } from '@starling/protocol/entry'
import { fromBase64url } from '../../mls/base64url.ts'
import { readCommit } from '../../mls/commit.ts'
import { readDeviceIdentity } from '../../mls/device-identity.ts'
import { readGroupInfo } from '../../mls/group-info.ts'
import { readKeyPackage } from '../../mls/key-package.ts'
import { applyTreePatch, isTreePatch, readTreeNode } from '../../mls/ratchet-tree.ts'
import type { Now } from '../../now.ts'
import type {
  CipherOutcome,
  CipherResult,
  CipherWork,
  Content,
  GroupAnswer,
  GroupOperation,
  KeysAnswer,
  OpenedOutcome,
  Publication,
} from './cipher.ts'

export const room = 'r1'
const leavesMax = 64

export interface CipherUnderTest {
  work(now: Now, work: CipherWork): CipherResult | Promise<CipherResult>
}

/** Makes a cipher; `crash` gives one that has nothing but what was durable. */
export interface CipherMaker {
  create(seed: number): Promise<CipherUnderTest> | CipherUnderTest
  crash(cipher: CipherUnderTest): Promise<CipherUnderTest> | CipherUnderTest
}

export function bytesOf(text: string): Uint8Array {
  const bytes = fromBase64url(text)
  assert(bytes !== undefined, `no base64url: ${text}`)
  return bytes
}

type Made<K extends CipherOutcome['kind']> = Extract<CipherOutcome, { kind: K }>

export class LittleDevice {
  #cipher: CipherUnderTest
  readonly #maker: CipherMaker
  readonly user: string
  readonly device: string
  readonly archive = new Map<string, string>()

  constructor(cipher: CipherUnderTest, maker: CipherMaker, me: { user: string; device: string }) {
    this.#cipher = cipher
    this.#maker = maker
    this.user = me.user
    this.device = me.device
  }

  async crash(): Promise<void> {
    this.#cipher = await this.#maker.crash(this.#cipher)
  }

  async result(work: CipherWork): Promise<CipherResult> {
    const result = await this.#cipher.work({ ms: 1, wallMs: 1_700_000_000_000 }, work)
    for (const { key, box } of result.archive ?? []) this.archive.set(key, box)
    return result
  }

  /** The outcome, which must be of this kind. */
  async do<K extends CipherOutcome['kind']>(kind: K, work: CipherWork): Promise<Made<K>> {
    const { outcome } = await this.result(work)
    assert.equal(outcome.kind, kind, JSON.stringify(outcome))
    return outcome as Made<K>
  }

  async open(entries: readonly Entry[], isHistoryShared = false): Promise<OpenedOutcome> {
    return this.do('opened', { kind: 'open', room, entries, isHistoryShared })
  }

  /** What it reads of the sealed entries: their text, or why not. */
  async reads(entries: readonly Entry[], isHistoryShared = false): Promise<readonly string[]> {
    const { boxes } = await this.open(entries, isHistoryShared)
    return boxes.map((box) => {
      if (!box.ok) return box.why
      const content = box.content as Content
      return content.kind === 'post' ? content.text : content.kind
    })
  }
}

export class LittleDelivery {
  readonly entries: Entry[] = []
  readonly devices: LittleDevice[] = []
  readonly #maker: CipherMaker
  readonly #people = new Map<string, NonNullable<Publication['identity']>>()
  readonly #published = new Map<string, { certificate?: string; linkKey?: string }>()
  readonly #packages = new Map<string, string[]>()
  readonly #lastResorts = new Map<string, string>()
  /** Gen and epoch → the group then. */
  readonly #past = new Map<string, GroupAnswer>()
  readonly welcomes = new Map<string, { epoch: number; gen: number; bytes: string }>()
  group: GroupAnswer = {
    ...{ kind: 'group', gen: 0, epoch: 0, groupInfo: '', tree: [], leaves: [] },
    ...{ removals: [], absent: [] },
  }

  constructor(maker: CipherMaker) {
    this.#maker = maker
  }

  async device(user: string, name: string): Promise<LittleDevice> {
    const cipher = await this.#maker.create(this.devices.length + 1)
    const device = new LittleDevice(cipher, this.#maker, { user, device: name })
    this.devices.push(device)
    return device
  }

  /** Prepares it and publishes what it asks for. */
  async prepare(device: LittleDevice): Promise<Made<'prepared'>> {
    const { user, device: name } = device
    const work = { kind: 'prepare', me: { user, device: name }, keys: this.keys(device) } as const
    const prepared = await device.do('prepared', work)
    if (prepared.publish !== undefined) this.publish(device, prepared.publish)
    return prepared
  }

  publish({ user, device }: LittleDevice, publication: Publication): void {
    const { identity, certificate, linkKey, packages = [], lastResort } = publication
    if (identity !== undefined) this.#people.set(user, identity)
    const before = this.#published.get(device)
    this.#published.set(device, {
      ...before,
      ...(certificate === undefined ? {} : { certificate }),
      ...(linkKey === undefined ? {} : { linkKey }),
    })
    for (const text of [...packages, ...(lastResort === undefined ? [] : [lastResort])]) {
      const parts = readKeyPackage(bytesOf(text))
      assert(parts !== undefined, 'a key package that no server can read')
      assert.equal(parts.isLastResort, text === lastResort)
      const identity = readDeviceIdentity(parts.leaf.identity)
      assert.deepEqual([identity?.user, identity?.device], [user, device])
    }
    this.#packages.set(device, [...(this.#packages.get(device) ?? []), ...packages])
    if (lastResort !== undefined) this.#lastResorts.set(device, lastResort)
  }

  keys(asker: LittleDevice, user = asker.user): KeysAnswer {
    const person = this.#people.get(user)
    const own = this.devices.filter((one) => one.user === user)
    const of = (name: string) => this.#published.get(name)
    const devices = own.flatMap(({ device }) => {
      const certificate = of(device)?.certificate
      return certificate === undefined ? [] : [{ device, certificate }]
    })
    const unlinked = own.flatMap(({ device }) => {
      const { certificate, linkKey } = of(device) ?? {}
      return certificate === undefined && linkKey !== undefined
        ? [{ device, label: device, linkKey }]
        : []
    })
    const recovery = person?.recovery === undefined ? {} : { recovery: person.recovery }
    const mine = {
      packages: this.#packages.get(asker.device)?.length ?? 0,
      hasLastResort: this.#lastResorts.has(asker.device),
      ...recovery,
      unlinked,
    }
    return {
      ...{ kind: 'keys', user, version: person?.version ?? 0, devices },
      ...(person === undefined ? {} : { identity: person.key }),
      ...(user === asker.user ? { mine } : {}),
    }
  }

  groupAt({ gen, epoch }: { gen: number; epoch: number }): GroupAnswer {
    const found = this.#past.get(`${gen} ${epoch}`)
    assert(found !== undefined, `no group ${gen} at epoch ${epoch}`)
    return found
  }

  claim(device: LittleDevice): ClaimedPackage {
    const name = device.device
    const next = this.#packages.get(name)?.shift() ?? this.#lastResorts.get(name)
    assert(next !== undefined, `no key package of ${name}`)
    const certificate = this.#published.get(name)?.certificate ?? ''
    return { user: device.user, device: name, package: next, certificate }
  }

  /** Puts it into the room as its next entry, with its effect when it is one of the group. */
  put(by: LittleDevice, op: GroupOperation): Entry {
    if (op.kind === 'group') {
      this.#take(op.gen, 0, op.groupInfo)
      this.group = { ...this.group, tree: op.tree }
      this.#tellLeaves()
      return this.#entry(by, { kind: 'group', gen: op.gen, groupInfo: op.groupInfo })
    }
    const parts = readCommit(bytesOf(op.commit))
    assert(parts !== undefined, 'a commit that no server can read')
    assert.deepEqual([op.gen, op.epoch, parts.epoch], [this.group.gen, this.group.epoch, op.epoch])
    const info = this.#take(op.gen, op.epoch + 1, op.groupInfo)
    assert.deepEqual(info.confirmationTag, parts.confirmationTag)
    const changed = op.tree.changed.map(
      ([place, node]) => [place, node === null ? null : bytesOf(node)] as const,
    )
    const patch = { size: op.tree.size, changed }
    assert(isTreePatch(patch, leavesMax), 'a tree patch that no server takes')
    const texts = new Map(op.tree.changed)
    const before = this.group.tree
    const size = applyTreePatch([], patch).length
    const tree = Array.from({ length: size }, (_, place) => {
      const node = texts.get(place)
      return node === undefined ? (before[place] ?? null) : node
    })
    this.group = { ...this.group, tree }
    this.#tellLeaves()
    for (const { device, bytes } of op.welcomes ?? []) {
      this.welcomes.set(device, { gen: op.gen, epoch: op.epoch + 1, bytes })
    }
    const { gen, epoch, id, commit } = op
    return this.#entry(by, { kind: 'commit', gen, epoch, id, commit })
  }

  async seal(by: LittleDevice, text: string): Promise<Entry> {
    const work = { kind: 'seal', room, contents: [{ kind: 'post', text }] } as const
    const { gen, epoch, boxes } = await by.do('sealed', work)
    return this.#entry(by, { kind: 'sealed', gen, epoch, box: boxes[0] ?? '' })
  }

  #take(gen: number, epoch: number, groupInfo: string) {
    const info = readGroupInfo(bytesOf(groupInfo))
    assert(info?.externalPub !== undefined, 'a group info that no server takes')
    assert.equal(info.epoch, epoch)
    this.group = { ...this.group, gen, epoch, groupInfo }
    return info
  }

  #tellLeaves(): void {
    const leaves = this.group.tree.flatMap((text, place) => {
      const node = text === null ? undefined : readTreeNode(bytesOf(text))
      if (node?.kind !== 'leaf') return []
      const identity = readDeviceIdentity(node.leaf.identity)
      return identity === undefined
        ? []
        : [{ leaf: place / 2, user: identity.user, device: identity.device }]
    })
    this.group = { ...this.group, leaves }
    this.#past.set(`${this.group.gen} ${this.group.epoch}`, this.group)
  }

  #entry(by: LittleDevice, body: RoomBody): Entry {
    const head = { index: this.entries.length + 1, at: 1, by: by.user, name: by.user }
    const entry: Entry = { ...head, ...body }
    this.entries.push(entry)
    return entry
  }
}

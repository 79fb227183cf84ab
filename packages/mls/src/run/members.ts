/**
 * Stands for the servers: one order of commits, the group's public state, whatever anybody could
 * fetch. And devices of people, with their groups.
 */
import assert from 'node:assert/strict'
import { certifyDevice } from '../credential.ts'
import type { Group, OwnCommit, Processed } from '../group.ts'
import { joinByCommit, joinByWelcome, type OwnEntry } from '../joining.ts'
import { createKeyPackages, type OwnKeyPackage } from '../key-package.ts'
import { type DeviceCheck, OwnDevice } from '../own-device.ts'
import { createSeed, type Signer, seedSigner } from '../signing.ts'
import { applyTreePatch, type Tree } from '../tree.ts'

export const nowMs = Date.now()
export const room = 'room-1'
export const groupId = new TextEncoder().encode('room-1/1')
const everybody: DeviceCheck = () => true

export async function createPerson(): Promise<Signer> {
  return seedSigner(createSeed())
}

export interface DeviceOptions {
  readonly userId?: string
  readonly account?: Signer
  readonly signer?: Signer
  readonly check?: DeviceCheck
}

export async function createDevice(
  deviceId: string,
  { userId = `user-of-${deviceId}`, account, signer, check = everybody }: DeviceOptions = {},
): Promise<OwnDevice> {
  const key = signer ?? (await seedSigner(createSeed()))
  const statement = { userId, deviceId, signatureKey: key.publicKey, createdMs: nowMs }
  const identity = await certifyDevice(account ?? (await createPerson()), statement)
  return OwnDevice.open({ identity, signer: key, check })
}

export async function keyPackageOf(own: OwnDevice): Promise<OwnKeyPackage> {
  const [made] = await createKeyPackages(own, { count: 1, nowMs })
  return made!
}

/** What the servers hold of a group. */
export class Held {
  tree: Tree
  groupInfo: Uint8Array
  readonly commits: Uint8Array[] = []

  private constructor(tree: Tree, groupInfo: Uint8Array) {
    this.tree = tree
    this.groupInfo = groupInfo
  }

  static async of(group: Group): Promise<Held> {
    return new Held(group.tree(), await group.groupInfo())
  }

  take({ commit, groupInfo, treePatch }: OwnCommit | OwnEntry): void {
    this.commits.push(commit)
    this.groupInfo = groupInfo
    this.tree = applyTreePatch(this.tree, treePatch)
  }

  get door() {
    return { groupId, groupInfo: this.groupInfo, tree: this.tree }
  }
}

/** The group after somebody's commit, which must not remove who processes it. */
export async function follow(group: Group, commit: Uint8Array): Promise<Group> {
  const processed: Processed = await group.process(commit)
  assert.equal(processed.kind, 'next')
  return processed.kind === 'next' ? processed.group : group
}

/** All members of one group, of whom anybody may act; everybody else follows at once. */
export class Members {
  readonly held: Held
  readonly groups = new Map<OwnDevice, Group>()

  private constructor(held: Held) {
    this.held = held
  }

  static async of(own: OwnDevice, group: Group): Promise<Members> {
    const members = new Members(await Held.of(group))
    members.groups.set(own, group)
    return members
  }

  at(own: OwnDevice): Group {
    const group = this.groups.get(own)
    assert.ok(group, `${own.device.deviceId} is no member`)
    return group
  }

  leafOf(own: OwnDevice): number {
    return this.at(own).ownLeaf
  }

  /** Who is removed keeps the last group that they had, which is returned. */
  async change(
    by: OwnDevice,
    { add = [], remove = [] }: { add?: readonly OwnDevice[]; remove?: readonly OwnDevice[] } = {},
  ): Promise<ReadonlyMap<OwnDevice, Group>> {
    const packages = await Promise.all(add.map(keyPackageOf))
    const made = await this.at(by).commit({
      add: packages.map(({ bytes }) => bytes),
      remove: remove.map((own) => this.leafOf(own)),
    })
    const out = new Map(remove.map((own) => [own, this.at(own)]))
    await this.#spread(by, made, remove)
    for (const [at, own] of add.entries()) {
      const { bytes: welcome } = made.welcomes[at]!
      const invitation = { groupId, welcome, tree: this.held.tree, keyPackage: packages[at]! }
      this.groups.set(own, await joinByWelcome(own, invitation))
    }
    return out
  }

  async enter(own: OwnDevice): Promise<void> {
    const entry = await joinByCommit(own, this.held.door)
    await this.#spread(own, entry, [])
  }

  async #spread(by: OwnDevice, made: OwnCommit | OwnEntry, removed: readonly OwnDevice[]) {
    for (const [own, group] of this.groups) {
      if (own === by) continue
      if (removed.includes(own)) {
        assert.equal((await group.process(made.commit)).kind, 'removed')
        this.groups.delete(own)
      } else this.groups.set(own, await follow(group, made.commit))
    }
    this.groups.set(by, made.group)
    this.held.take(made)
  }
}

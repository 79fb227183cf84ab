/**
 * What a stand-in cipher keeps. A job changes it as a whole or not at all, so that whoever holds it
 * (in the simulator a client's disk) may take the moment between two jobs for a crash. Groups are
 * never changed in place: a commit makes another one.
 */
export interface Vault {
  me: { readonly user: string; readonly device: string } | undefined
  /** Private keys of this device. */
  readonly signatureKey: string
  readonly linkKey: string
  createdMs: number
  /** The person's; undefined while this device is not linked. */
  account: Account | undefined
  /** What the recovery key opens, as it was published. */
  recovery: string | undefined
  wantsArchive: boolean
  /** By public init key. */
  readonly packages: Map<string, PackageKeys>
  readonly rooms: Map<string, RoomVault>
  readonly people: Map<string, Person>
  /** Rows of the archive that no server is known to keep. */
  readonly unkept: Map<string, string>
}

export interface Account {
  readonly key: string
  readonly version: number
  readonly archiveKey: string
}

export interface PackageKeys {
  readonly init: string
  readonly leaf: string
  readonly isLastResort: boolean
}

export interface Person {
  readonly accountKey: string
  readonly isVerified: boolean
  /** Another identity than the one that was verified. */
  readonly isChanged: boolean
}

export interface RoomVault {
  state: 'none' | 'member' | 'removed' | 'broken'
  group: Group | undefined
  /** By GroupInfo: begun here, not known to stand; any of them may. */
  readonly begun: Map<string, Group>
  /** By the id of the commit: made here, not known to stand. */
  readonly pendings: Map<string, Pending>
  /** Gen, then epoch → the key of what was sealed in it. */
  readonly keys: Map<number, Map<number, string>>
  /** The first epoch of each gen in which this device had a leaf. */
  readonly firsts: Map<number, number>
}

export interface Group {
  readonly gen: number
  readonly groupId: string
  readonly epoch: number
  /** What exactly the leaves of this epoch know. */
  readonly secret: string
  /** Nodes as they cross the wire. */
  readonly tree: readonly (string | null)[]
  readonly leaf: number
  /** Private key of the own leaf. */
  readonly leafKey: string
  readonly updatedAtMs: number
}

export interface Pending {
  readonly gen: number
  /** The epoch that the commit builds on. */
  readonly base: number
  /** As it is once the commit stands. */
  readonly group: Group
  readonly added: readonly { readonly user: string; readonly device: string }[]
}

export function emptyVault(drawKey: () => string): Vault {
  return {
    me: undefined,
    signatureKey: drawKey(),
    linkKey: drawKey(),
    createdMs: 0,
    account: undefined,
    recovery: undefined,
    wantsArchive: false,
    packages: new Map(),
    rooms: new Map(),
    people: new Map(),
    unkept: new Map(),
  }
}

export function roomOf(vault: Vault, room: string): RoomVault {
  let found = vault.rooms.get(room)
  if (found === undefined) {
    found = {
      ...{ state: 'none', group: undefined, begun: new Map(), pendings: new Map() },
      ...{ keys: new Map(), firsts: new Map() },
    }
    vault.rooms.set(room, found)
  }
  return found
}

export function keyOf(room: RoomVault, gen: number, epoch: number): string | undefined {
  return room.keys.get(gen)?.get(epoch)
}

/** False when it was there. */
export function keepKey(room: RoomVault, at: { gen: number; epoch: number }, key: string): boolean {
  const ofGen = room.keys.get(at.gen) ?? new Map<number, string>()
  room.keys.set(at.gen, ofGen)
  if (ofGen.has(at.epoch)) return false
  ofGen.set(at.epoch, key)
  return true
}

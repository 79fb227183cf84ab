/**
 * One device's view of one group at one epoch. It never changes: a commit, one's own or another's,
 * gives the next one. So the caller can keep both, store the new one, and drop the one that lost.
 *
 * A device that commits gets the next group at once, but it holds only if the servers take the
 * commit. It must be stored before the commit is sent, for nobody can process their own commit.
 * `isMadeBy` tells, also after a crash, whether a commit from the log is that one.
 */
import {
  type ClientState,
  decodeGroupStateWithoutTree,
  encodeGroupStateWithoutTree,
} from 'ts-mls/clientState.js'
import { createCommit, createGroupInfoWithExternalPub } from 'ts-mls/createCommit.js'
import { mlsExporter } from 'ts-mls/keySchedule.js'
import { processPublicMessage } from 'ts-mls/processMessages.js'
import type { Proposal } from 'ts-mls/proposal.js'
import { emptyPskIndex } from 'ts-mls/pskIndex.js'
import type { PublicMessage } from 'ts-mls/publicMessage.js'
import type { Welcome } from 'ts-mls/welcome.js'
import { areSame, ByteReader, type Bytes, ByteWriter, hex, plain } from './bytes.ts'
import { type CommitOutline, outlineOf } from './commit-outline.ts'
import type { Device } from './credential.ts'
import {
  checkLeaves,
  deviceOf,
  fromTree,
  type Leaf,
  leafAt,
  leavesOf,
  patchBetween,
  toTree,
} from './leaf.ts'
import { MlsError, refuse } from './mls-error.ts'
import type { OwnDevice } from './own-device.ts'
import { decodeTree, encodeTree, type Tree, type TreePatch } from './tree.ts'
import { decodeWhole, readKeyPackage, readPublicMessage, writeMessage } from './wire.ts'

const stateVersion = 1
const contentLabel = 'chat content v1'
const contentKeyBytes = 32

/** With neither, the committer's own keys are renewed; a removal renews them too. */
export interface Change {
  readonly add?: readonly Uint8Array[]
  readonly remove?: readonly number[]
  /**
   * Those who are added get the tree with their welcome, so that they can come in when the group
   * has gone on and nobody has the tree of this epoch any more. Welcomes are then as long as it.
   */
  readonly isTreeInWelcome?: boolean
}

export interface WelcomeFor extends Leaf {
  /** The key package that was used up. */
  readonly ref: Bytes
  readonly bytes: Bytes
}

export interface OwnCommit {
  /** The group, if the servers take the commit. */
  readonly group: Group
  readonly commit: Bytes
  readonly welcomes: readonly WelcomeFor[]
  /** Of the new epoch, without the tree. */
  readonly groupInfo: Bytes
  readonly treePatch: TreePatch
}

export type Processed =
  | {
      readonly kind: 'next'
      readonly group: Group
      readonly by: Device
      readonly added: readonly Leaf[]
      readonly removed: readonly Leaf[]
    }
  | { readonly kind: 'removed'; readonly by: Device }

export class Group {
  readonly #own: OwnDevice
  readonly #state: ClientState

  /** From the library's state: `joining.ts` has the ways to a group, `decode` a stored one. */
  constructor(own: OwnDevice, state: ClientState) {
    this.#own = own
    // Nothing of Starling's is sent as MLS's own messages: their keys and those of the past can go.
    const unused = { secretTree: [], historicalReceiverData: new Map(), unappliedProposals: {} }
    this.#state = { ...state, ...unused, clientConfig: own.config }
  }

  static decode(own: OwnDevice, bytes: Uint8Array): Group {
    const reader = new ByteReader(bytes)
    const version = reader.number(1)
    if (version !== stateVersion) throw new MlsError('malformed', `a state of version ${version}`)
    const tree = fromTree(decodeTree(reader.sized()))
    const decode = decodeGroupStateWithoutTree(tree)
    const state = decodeWhole(decode, reader.rest(), 'the state of a group')
    return new Group(own, { ...state, clientConfig: own.config })
  }

  /** Everything, secrets included: to be encrypted before it is stored. */
  encode(): Bytes {
    return new ByteWriter()
      .number(stateVersion, 1)
      .sized(encodeTree(this.tree()))
      .raw(encodeGroupStateWithoutTree(this.#state))
      .done()
  }

  get groupId(): Bytes {
    return plain(this.#state.groupContext.groupId)
  }

  get epoch(): bigint {
    return this.#state.groupContext.epoch
  }

  get ownLeaf(): number {
    return this.#state.privatePath.leafIndex
  }

  /** The same for all who are in the same epoch of the same group, and for nobody else. */
  get authenticator(): Bytes {
    return plain(this.#state.keySchedule.epochAuthenticator)
  }

  get leaves(): readonly Leaf[] {
    return leavesOf(this.#state.ratchetTree)
  }

  tree(): Tree {
    return toTree(this.#state.ratchetTree)
  }

  async groupInfo(): Promise<Bytes> {
    const groupInfo = await createGroupInfoWithExternalPub(this.#state, [], this.#own.suite)
    return writeMessage({ wireformat: 'mls_group_info', groupInfo })
  }

  /** The key of this epoch for what is said in the room: `content.ts`. */
  async contentKey(room: string): Promise<Bytes> {
    const { exporterSecret } = this.#state.keySchedule
    const context = new TextEncoder().encode(room)
    const { suite } = this.#own
    return plain(await mlsExporter(exporterSecret, contentLabel, context, contentKeyBytes, suite))
  }

  async commit({ add = [], remove = [], isTreeInWelcome = false }: Change): Promise<OwnCommit> {
    this.#checkRemovable(remove)
    const extraProposals: Proposal[] = [
      ...remove.map((removed) => ({ proposalType: 'remove' as const, remove: { removed } })),
      ...add.map((bytes) => ({
        proposalType: 'add' as const,
        add: { keyPackage: readKeyPackage(bytes) },
      })),
    ]
    return refuse('one’s own commit', async () => {
      const made = await createCommit(
        { state: this.#state, cipherSuite: this.#own.suite, pskIndex: emptyPskIndex },
        { wireAsPublicMessage: true, extraProposals, ratchetTreeExtension: isTreeInWelcome },
      )
      if (made.commit.wireformat !== 'mls_public_message') throw new Error('a hidden commit')
      const group = new Group(this.#own, made.newState)
      checkLeaves(made.newState.ratchetTree)
      return {
        group,
        commit: writeMessage(made.commit),
        welcomes: welcomesOf(made.welcome, add.map(readKeyPackage), group),
        groupInfo: await group.groupInfo(),
        treePatch: patchBetween(this.#state.ratchetTree, made.newState.ratchetTree),
      }
    })
  }

  #checkRemovable(leaves: readonly number[]): void {
    for (const index of leaves) {
      if (index === this.ownLeaf) {
        throw new MlsError('unusable', 'nobody can remove themselves; another has to')
      }
      if (leafAt(this.#state.ratchetTree, index) === undefined) {
        throw new MlsError('unusable', `there is no member at leaf ${index}`)
      }
    }
  }

  /** Another's commit of this epoch. Who is removed by it stays with what they had. */
  async process(bytes: Uint8Array): Promise<Processed> {
    const message = readPublicMessage(bytes)
    this.#checkPlace(message)
    const outline = outlineOf(message, this.#state.ratchetTree)
    if (outline.fromLeaf === this.ownLeaf) {
      throw new MlsError('unusable', 'one’s own commit is not processed but taken from its store')
    }
    const isOut = outline.removedLeaves.includes(this.ownLeaf)
    return refuse('a commit', async () => {
      const { newState } = await processPublicMessage(
        this.#state,
        message,
        emptyPskIndex,
        this.#own.suite,
        // Asked when the commit is authenticated. Who is out cannot follow it any further.
        () => (isOut ? 'reject' : 'accept'),
      )
      if (isOut) return { kind: 'removed', by: outline.by }
      checkLeaves(newState.ratchetTree)
      return this.#next(newState, outline)
    })
  }

  #checkPlace({ content }: PublicMessage): void {
    if (!areSame(content.groupId, this.groupId)) {
      throw new MlsError('other-group', 'a commit for another group')
    }
    if (content.epoch === this.epoch) return
    throw new MlsError('other-epoch', `a commit for epoch ${content.epoch}, this is ${this.epoch}`)
  }

  #next(state: ClientState, { by, removedLeaves }: CommitOutline): Processed {
    const before = this.#state.ratchetTree
    const added = leavesOf(state.ratchetTree).filter(({ index, device }) => {
      const former = leafAt(before, index)
      return former === undefined || !areSame(former.signaturePublicKey, device.signatureKey)
    })
    const removed = removedLeaves.map((index) => ({
      index,
      device: deviceOf(leafAt(before, index)!),
    }))
    return { kind: 'next', group: new Group(this.#own, state), by, added, removed }
  }

  /** Whether this group is what the commit led to. */
  isMadeBy(commit: Uint8Array): boolean {
    const { content, auth } = readPublicMessage(commit)
    return (
      areSame(content.groupId, this.groupId) &&
      content.epoch + 1n === this.epoch &&
      auth.contentType === 'commit' &&
      areSame(auth.confirmationTag, this.#state.confirmationTag)
    )
  }
}

/** One for each, so that nobody carries what is for others: the group's part is the same in all. */
function welcomesOf(
  welcome: Welcome | undefined,
  packages: readonly ReturnType<typeof readKeyPackage>[],
  group: Group,
): readonly WelcomeFor[] {
  if (welcome === undefined) return []
  const leaves = new Map(group.leaves.map((leaf) => [hex(leaf.device.signatureKey), leaf]))
  return welcome.secrets.map((secrets, at) => {
    const leaf = leaves.get(hex(packages[at]!.leafNode.signaturePublicKey))!
    return {
      ...leaf,
      ref: plain(secrets.newMember),
      bytes: writeMessage({
        wireformat: 'mls_welcome',
        welcome: { ...welcome, secrets: [secrets] },
      }),
    }
  })
}

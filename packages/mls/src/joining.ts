/**
 * The ways into a group: to make it, by another's welcome, or by oneself. Whoever joins is told the
 * group's id beforehand, takes the tree from the servers, and believes none of its nodes: all
 * signatures, hashes and devices are verified.
 */
import { type ClientState, createGroup, joinGroup } from 'ts-mls/clientState.js'
import { joinGroupExternal } from 'ts-mls/createCommit.js'
import type { KeyPackageEqualityConfig } from 'ts-mls/keyPackageEqualityConfig.js'
import { emptyPskIndex } from 'ts-mls/pskIndex.js'
import { areSame, type Bytes } from './bytes.ts'
import { isSameName } from './credential.ts'
import { Group } from './group.ts'
import { generatePackage, readPrivateKeys } from './key-package.ts'
import { checkLeaves, deviceOf, fromTree, leavesOf, patchBetween } from './leaf.ts'
import { MlsError, refuse } from './mls-error.ts'
import type { OwnDevice } from './own-device.ts'
import { suiteName } from './suite.ts'
import type { Tree, TreePatch } from './tree.ts'
import { readGroupInfo, readKeyPackage, readWelcome, writeMessage } from './wire.ts'

/** Of a package that nobody sees. */
const noLifetime = { notBefore: 0n, notAfter: 0n }

/** A group of this device alone, at epoch 0. */
export async function createOwnGroup(own: OwnDevice, groupId: Uint8Array): Promise<Group> {
  const { publicPackage, privatePackage } = await generatePackage(own, false, noLifetime)
  const { suite, config } = own
  return new Group(
    own,
    await createGroup(groupId, publicPackage, privatePackage, [], suite, config),
  )
}

export interface Invitation {
  readonly groupId: Uint8Array
  readonly welcome: Uint8Array
  /** Of the epoch that the welcome leads to, unless it has that itself. */
  readonly tree?: Tree | undefined
  /** The own one that the welcome names. */
  readonly keyPackage: { readonly bytes: Uint8Array; readonly privateBytes: Uint8Array }
}

/** By whose key packages a welcome can be opened. */
export function refsIn(welcome: Uint8Array): readonly Uint8Array[] {
  return readWelcome(welcome).secrets.map(({ newMember }) => newMember)
}

export async function joinByWelcome(own: OwnDevice, invitation: Invitation): Promise<Group> {
  const welcome = readWelcome(invitation.welcome)
  const keyPackage = readKeyPackage(invitation.keyPackage.bytes)
  const privateKeys = readPrivateKeys(invitation.keyPackage.privateBytes)
  const tree = invitation.tree && fromTree(invitation.tree)
  return refuse('a welcome', async () => {
    const { suite, config } = own
    const state = await joinGroup(
      welcome,
      keyPackage,
      privateKeys,
      emptyPskIndex,
      suite,
      tree,
      undefined,
      config,
    )
    return joined(own, state, invitation.groupId)
  })
}

export interface OpenDoor {
  readonly groupId: Uint8Array
  readonly groupInfo: Uint8Array
  readonly tree: Tree
}

export interface OwnEntry {
  /** The group, if the servers take the commit. */
  readonly group: Group
  readonly commit: Bytes
  readonly groupInfo: Bytes
  readonly treePatch: TreePatch
}

/**
 * With nobody's help. A device that has a leaf already, but lost its state or its very keys, takes
 * its place.
 */
export async function joinByCommit(own: OwnDevice, door: OpenDoor): Promise<OwnEntry> {
  const groupInfo = readGroupInfo(door.groupInfo)
  const tree = fromTree(door.tree)
  if (groupInfo.groupContext.cipherSuite !== suiteName) {
    throw new MlsError('refused', `a group of suite ${groupInfo.groupContext.cipherSuite}`)
  }
  const isBack = leavesOf(tree).some(({ device }) => isSameName(device, own.device))
  return refuse('a GroupInfo', async () => {
    const { publicPackage, privatePackage } = await generatePackage(own, false, noLifetime)
    const { suite, config } = own
    const { publicMessage, newState } = await joinGroupExternal(
      groupInfo,
      publicPackage,
      privatePackage,
      isBack,
      suite,
      tree,
      { ...config, keyPackageEqualityConfig: sameNameOnly(own) },
    )
    const group = joined(own, { ...newState, clientConfig: config }, door.groupId)
    return {
      group,
      commit: writeMessage({ wireformat: 'mls_public_message', publicMessage }),
      groupInfo: await group.groupInfo(),
      treePatch: patchBetween(tree, newState.ratchetTree),
    }
  })
}

/** By which the library finds the former leaf of a device that comes back. */
function sameNameOnly({ config, device }: OwnDevice): KeyPackageEqualityConfig {
  return {
    ...config.keyPackageEqualityConfig,
    compareKeyPackageToLeafNode: (_, leaf) => isSameName(deviceOf(leaf), device),
  }
}

function joined(own: OwnDevice, state: ClientState, groupId: Uint8Array): Group {
  if (!areSame(state.groupContext.groupId, groupId)) {
    throw new MlsError('other-group', 'it leads into another group')
  }
  if (!own.isOwn(deviceKeyOf(state))) throw new MlsError('refused', 'the leaf is another’s')
  checkLeaves(state.ratchetTree)
  return new Group(own, state)
}

function deviceKeyOf({ ratchetTree, privatePath }: ClientState): Uint8Array {
  const node = ratchetTree[privatePath.leafIndex * 2]
  if (node?.nodeType === 'leaf') return node.leaf.signaturePublicKey
  throw new MlsError('refused', 'there is no leaf for this device')
}

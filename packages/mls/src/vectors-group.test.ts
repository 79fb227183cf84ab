import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultClientConfig } from 'ts-mls/clientConfig.js'
import {
  type ClientState,
  joinGroup,
  makePskIndex,
  validateRatchetTree,
} from 'ts-mls/clientState.js'
import type { GroupContext } from 'ts-mls/groupContext.js'
import { verifyLeafNodeSignature } from 'ts-mls/leafNode.js'
import { decodeMlsMessage } from 'ts-mls/message.js'
import { verifyParentHashes } from 'ts-mls/parentHash.js'
import { processMessage } from 'ts-mls/processMessages.js'
import { decodeProposal } from 'ts-mls/proposal.js'
import type { PskIndex } from 'ts-mls/pskIndex.js'
import {
  addLeafNode,
  decodeRatchetTree,
  encodeRatchetTree,
  type RatchetTree,
  removeLeafNode,
  resolution,
  updateLeafNode,
} from 'ts-mls/ratchetTree.js'
import { treeHash, treeHashRoot } from 'ts-mls/treeHash.js'
import { toLeafIndex, toNodeIndex } from 'ts-mls/treemath.js'
import { bytesToBase64 } from 'ts-mls/util/byteArray.js'
import { createSuite, suiteName } from './suite.ts'
import { decodeHex, fromHex, vectorsOf } from './vector.test-fixture.ts'
import { readKeyPackage, readWelcome } from './wire.ts'

type Texts = Readonly<Record<string, string>>

const suite = await createSuite({ withSecretTree: true })

interface TreeVector {
  readonly tree: string
  readonly group_id: string
  readonly resolutions: readonly (readonly number[])[]
  readonly tree_hashes: readonly string[]
}

test('RFC 9420: trees with their hashes, resolutions, parent hashes and signatures', async () => {
  for (const vector of vectorsOf<TreeVector>('tree-validation')) {
    const tree = decodeHex(decodeRatchetTree, vector.tree)
    for (const [at, hash] of vector.tree_hashes.entries()) {
      assert.deepEqual(await treeHash(tree, toNodeIndex(at), suite.hash), fromHex(hash))
      assert.deepEqual(resolution(tree, toNodeIndex(at)), vector.resolutions[at])
    }
    assert.equal(await verifyParentHashes(tree, suite.hash), true)
    const hash = await treeHashRoot(tree, suite.hash)
    assert.equal(await fault(tree, fromHex(vector.group_id), hash), undefined)
    assert.notEqual(
      await fault(
        tree,
        fromHex(vector.group_id),
        hash.map((byte) => byte ^ 1),
      ),
      undefined,
    )
    for (const [at, node] of tree.entries()) {
      if (node?.nodeType !== 'leaf') continue
      const id = fromHex(vector.group_id)
      assert.equal(await verifyLeafNodeSignature(node.leaf, id, at / 2, suite.signature), true)
    }
  }
})

/** What whoever joins would find wrong with it. */
function fault(tree: RatchetTree, groupId: Uint8Array, treeHash: Uint8Array) {
  const context: GroupContext = {
    version: 'mls10',
    cipherSuite: suiteName,
    groupId,
    epoch: 0n,
    treeHash,
    confirmedTranscriptHash: new Uint8Array(),
    extensions: [],
  }
  const { lifetimeConfig, authService } = defaultClientConfig
  return validateRatchetTree(tree, context, lifetimeConfig, authService, treeHash, suite)
}

test('RFC 9420: what adding, updating and removing make of a tree', async () => {
  for (const vector of vectorsOf<Texts & { readonly proposal_sender: number }>('tree-operations')) {
    const before = decodeHex(decodeRatchetTree, vector.tree_before!)
    assert.deepEqual(await treeHashRoot(before, suite.hash), fromHex(vector.tree_hash_before!))
    const after = applied(before, vector.proposal!, vector.proposal_sender)
    assert.deepEqual(encodeRatchetTree(after), fromHex(vector.tree_after!))
    assert.deepEqual(await treeHashRoot(after, suite.hash), fromHex(vector.tree_hash_after!))
  }
})

function applied(tree: RatchetTree, text: string, sender: number): RatchetTree {
  const proposal = decodeHex(decodeProposal, text)
  if (proposal.proposalType === 'add') {
    return addLeafNode(tree, proposal.add.keyPackage.leafNode)[0]
  }
  if (proposal.proposalType === 'update') {
    return updateLeafNode(tree, proposal.update.leafNode, toLeafIndex(sender))
  }
  assert.equal(proposal.proposalType, 'remove')
  if (proposal.proposalType !== 'remove') return tree
  return removeLeafNode(tree, toLeafIndex(proposal.remove.removed))
}

interface PassiveClient {
  readonly external_psks: readonly { readonly psk_id: string; readonly psk: string }[]
  readonly key_package: string
  readonly signature_priv: string
  readonly encryption_priv: string
  readonly init_priv: string
  readonly welcome: string
  readonly ratchet_tree: string | null
  readonly initial_epoch_authenticator: string
  readonly epochs: readonly {
    readonly proposals: readonly string[]
    readonly commit: string
    readonly epoch_authenticator: string
  }[]
}

for (const kind of ['welcome', 'handling-commit', 'random']) {
  test(`RFC 9420: a client follows another implementation's group (${kind})`, async () => {
    for (const vector of vectorsOf<PassiveClient>(`passive-client-${kind}`)) {
      let state = await joined(vector)
      const first = fromHex(vector.initial_epoch_authenticator)
      assert.deepEqual(state.keySchedule.epochAuthenticator, first)
      for (const { proposals, commit, epoch_authenticator } of vector.epochs) {
        for (const message of [...proposals, commit]) {
          state = await followed(state, message, pskIndexOf(vector, state))
        }
        assert.deepEqual(state.keySchedule.epochAuthenticator, fromHex(epoch_authenticator))
      }
    }
  })
}

function pskIndexOf({ external_psks: psks }: PassiveClient, state?: ClientState): PskIndex {
  const entries = psks.map(({ psk_id: id, psk }) => [bytesToBase64(fromHex(id)), fromHex(psk)])
  return makePskIndex(state, Object.fromEntries(entries))
}

function joined(vector: PassiveClient): Promise<ClientState> {
  const tree = vector.ratchet_tree
  return joinGroup(
    readWelcome(fromHex(vector.welcome)),
    readKeyPackage(fromHex(vector.key_package)),
    {
      initPrivateKey: fromHex(vector.init_priv),
      hpkePrivateKey: fromHex(vector.encryption_priv),
      signaturePrivateKey: fromHex(vector.signature_priv),
    },
    pskIndexOf(vector),
    suite,
    tree === null ? undefined : decodeHex(decodeRatchetTree, tree),
    undefined,
    defaultClientConfig,
  )
}

async function followed(state: ClientState, text: string, psks: PskIndex): Promise<ClientState> {
  const message = decodeHex(decodeMlsMessage, text)
  const isMessage = ['mls_public_message', 'mls_private_message'].includes(message.wireformat)
  assert.ok(isMessage)
  if (message.wireformat !== 'mls_public_message' && message.wireformat !== 'mls_private_message') {
    return state
  }
  const { newState } = await processMessage(message, state, psks, () => 'accept', suite)
  return newState
}

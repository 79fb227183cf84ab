import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeAuthenticatedContent } from 'ts-mls/authenticatedContent.js'
import { encode } from 'ts-mls/codec/tlsEncoder.js'
import { refhash } from 'ts-mls/crypto/hash.js'
import { decryptWithLabel } from 'ts-mls/crypto/hpke.js'
import { deriveSecret, deriveTreeSecret, expandWithLabel } from 'ts-mls/crypto/kdf.js'
import { signWithLabel, verifyWithLabel } from 'ts-mls/crypto/signature.js'
import { verifyConfirmationTag } from 'ts-mls/framedContent.js'
import { groupContextEncoder } from 'ts-mls/groupContext.js'
import { verifyGroupInfoConfirmationTag, verifyGroupInfoSignature } from 'ts-mls/groupInfo.js'
import { makeKeyPackageRef } from 'ts-mls/keyPackage.js'
import { initializeEpoch, mlsExporter } from 'ts-mls/keySchedule.js'
import { createSecretTree, deriveKey, deriveNonce, ratchetUntil } from 'ts-mls/secretTree.js'
import { expandSenderDataKey, expandSenderDataNonce } from 'ts-mls/sender.js'
import { createConfirmedHash, createInterimHash } from 'ts-mls/transcriptHash.js'
import { decryptGroupInfo, decryptGroupSecrets } from 'ts-mls/welcome.js'
import { createSuite, suiteName } from './suite.ts'
import { decodeHex, fromHex, vectorsOf } from './vector.test-fixture.ts'
import { readKeyPackage, readWelcome } from './wire.ts'

/** A part of a vector: its texts in hex, its numbers. */
type Texts = Readonly<Record<string, string>>
type Numbers = Readonly<Record<string, number>>
type Part = Texts & Numbers

const suite = await createSuite({ withSecretTree: true })

test('RFC 9420: labelled hashes, keys, signatures and ciphertexts', async () => {
  for (const vector of vectorsOf<Readonly<Record<string, Part>>>('crypto-basics')) {
    const { ref_hash: ref, expand_with_label: expanded, derive_secret: derived } = vector
    const hash = await refhash(ref!.label!, fromHex(ref!.value!), suite.hash)
    assert.deepEqual(hash, fromHex(ref!.out!))
    const { secret, label, context, length, out } = expanded!
    const key = await expandWithLabel(
      fromHex(secret!),
      label!,
      fromHex(context!),
      Number(length),
      suite.kdf,
    )
    assert.deepEqual(key, fromHex(out!))
    const made = await deriveSecret(fromHex(derived!.secret!), derived!.label!, suite.kdf)
    assert.deepEqual(made, fromHex(derived!.out!))
    await ofTreeAndSignature(vector)
  }
})

async function ofTreeAndSignature(vector: Readonly<Record<string, Part>>): Promise<void> {
  const { derive_tree_secret: tree, sign_with_label: signed, encrypt_with_label: sealed } = vector
  const { secret, label, generation, length, out } = tree!
  const made = await deriveTreeSecret(
    fromHex(secret!),
    label!,
    Number(generation),
    Number(length),
    suite.kdf,
  )
  assert.deepEqual(made, fromHex(out!))
  const [content, name] = [fromHex(signed!.content!), signed!.label!]
  const isSigned = (signature: Uint8Array) =>
    verifyWithLabel(fromHex(signed!.pub!), name, content, signature, suite.signature)
  assert.equal(await isSigned(fromHex(signed!.signature!)), true)
  const again = await signWithLabel(fromHex(signed!.priv!), name, content, suite.signature)
  assert.deepEqual(again, fromHex(signed!.signature!))
  const text = await decryptWithLabel(
    await suite.hpke.importPrivateKey(fromHex(sealed!.priv!)),
    sealed!.label!,
    fromHex(sealed!.context!),
    fromHex(sealed!.kem_output!),
    fromHex(sealed!.ciphertext!),
    suite.hpke,
  )
  assert.deepEqual(text, fromHex(sealed!.plaintext!))
}

interface KeyScheduleVector {
  readonly group_id: string
  readonly initial_init_secret: string
  readonly epochs: readonly (Texts & { readonly exporter: Part })[]
}

test('RFC 9420: the key schedule, the exporter and the key for coming in', async () => {
  for (const vector of vectorsOf<KeyScheduleVector>('key-schedule')) {
    let initSecret: Uint8Array = fromHex(vector.initial_init_secret)
    for (const [at, epoch] of vector.epochs.entries()) {
      const context = {
        version: 'mls10' as const,
        cipherSuite: suiteName,
        groupId: fromHex(vector.group_id),
        epoch: BigInt(at),
        treeHash: fromHex(epoch.tree_hash!),
        confirmedTranscriptHash: fromHex(epoch.confirmed_transcript_hash!),
        extensions: [],
      } as const
      assert.deepEqual(
        encode(groupContextEncoder)({ ...context, extensions: [] }),
        fromHex(epoch.group_context!),
      )
      const made = await initializeEpoch(
        initSecret,
        fromHex(epoch.commit_secret!),
        { ...context, extensions: [] },
        fromHex(epoch.psk_secret!),
        suite.kdf,
      )
      await isEpoch(epoch, made)
      initSecret = made.keySchedule.initSecret
    }
  }
})

type Made = Awaited<ReturnType<typeof initializeEpoch>>

async function isEpoch(epoch: Texts & { readonly exporter: Part }, made: Made): Promise<void> {
  const { keySchedule: keys } = made
  const found = {
    joiner_secret: made.joinerSecret,
    welcome_secret: made.welcomeSecret,
    encryption_secret: made.encryptionSecret,
    init_secret: keys.initSecret,
    sender_data_secret: keys.senderDataSecret,
    exporter_secret: keys.exporterSecret,
    epoch_authenticator: keys.epochAuthenticator,
    external_secret: keys.externalSecret,
    confirmation_key: keys.confirmationKey,
    membership_key: keys.membershipKey,
    resumption_psk: keys.resumptionPsk,
  }
  for (const [name, bytes] of Object.entries(found)) {
    assert.deepEqual(bytes, fromHex(epoch[name]!), name)
  }
  const { publicKey } = await suite.hpke.deriveKeyPair(keys.externalSecret)
  assert.deepEqual(await suite.hpke.exportPublicKey(publicKey), fromHex(epoch.external_pub!))
  const { label, context, length, secret } = epoch.exporter
  const exported = await mlsExporter(
    keys.exporterSecret,
    label!,
    fromHex(context!),
    Number(length),
    suite,
  )
  assert.deepEqual(exported, fromHex(secret!))
}

test('RFC 9420: transcript hashes and confirmation tags', async () => {
  for (const vector of vectorsOf<Texts>('transcript-hashes')) {
    const content = decodeHex(decodeAuthenticatedContent, vector.authenticated_content!)
    assert.equal(content.content.contentType, 'commit')
    if (content.content.contentType !== 'commit' || content.auth.contentType !== 'commit') return
    const input = {
      wireformat: content.wireformat,
      content: content.content,
      signature: content.auth.signature,
    }
    const before = fromHex(vector.interim_transcript_hash_before!)
    const confirmed = await createConfirmedHash(before, input, suite.hash)
    assert.deepEqual(confirmed, fromHex(vector.confirmed_transcript_hash_after!))
    const tag = content.auth.confirmationTag
    const interim = await createInterimHash(confirmed, tag, suite.hash)
    assert.deepEqual(interim, fromHex(vector.interim_transcript_hash_after!))
    const key = fromHex(vector.confirmation_key!)
    assert.equal(await verifyConfirmationTag(key, tag, confirmed, suite.hash), true)
  }
})

interface SecretTreeVector {
  readonly encryption_secret: string
  readonly sender_data: Texts
  readonly leaves: readonly (readonly Part[])[]
}

test('RFC 9420: the secret tree, where it is derived', async () => {
  const config = {
    retainKeysForGenerations: 10,
    retainKeysForEpochs: 1,
    maximumForwardRatchetSteps: 200,
  }
  for (const { encryption_secret, sender_data: data, leaves } of vectorsOf<SecretTreeVector>(
    'secret-tree',
  )) {
    const [secret, text] = [fromHex(data.sender_data_secret!), fromHex(data.ciphertext!)]
    assert.deepEqual(await expandSenderDataKey(suite, secret, text), fromHex(data.key!))
    assert.deepEqual(await expandSenderDataNonce(suite, secret, text), fromHex(data.nonce!))
    const tree = await createSecretTree(leaves.length, fromHex(encryption_secret), suite.kdf)
    for (const [at, generations] of leaves.entries()) {
      for (const expected of generations) {
        const generation = Number(expected.generation)
        for (const kind of ['application', 'handshake'] as const) {
          const [ratchet] = await ratchetUntil(tree[at * 2]![kind], generation, config, suite.kdf)
          const [key, nonce] = [expected[`${kind}_key`]!, expected[`${kind}_nonce`]!]
          assert.deepEqual(await deriveKey(ratchet.secret, generation, suite), fromHex(key))
          assert.deepEqual(await deriveNonce(ratchet.secret, generation, suite), fromHex(nonce))
        }
      }
    }
  }
})

test('nothing can be derived from a secret tree that was not', async () => {
  const bare = await createSuite()
  const tree = await createSecretTree(2, new Uint8Array(32), bare.kdf)
  assert.equal(tree[0]!.application.secret.length, 0)
  await assert.rejects(deriveKey(tree[0]!.application.secret, 0, bare), /not derived/)
})

test('RFC 9420: a welcome', async () => {
  for (const vector of vectorsOf<Texts>('welcome')) {
    const welcome = readWelcome(fromHex(vector.welcome!))
    const keyPackage = readKeyPackage(fromHex(vector.key_package!))
    const ref = await makeKeyPackageRef(keyPackage, suite.hash)
    const key = await suite.hpke.importPrivateKey(fromHex(vector.init_priv!))
    const secrets = await decryptGroupSecrets(key, ref, welcome, suite.hpke)
    assert.ok(secrets)
    const none = new Uint8Array(suite.kdf.size)
    const groupInfo = await decryptGroupInfo(welcome, secrets.joinerSecret, none, suite)
    assert.ok(groupInfo)
    const signer = fromHex(vector.signer_pub!)
    assert.equal(await verifyGroupInfoSignature(groupInfo, signer, suite.signature), true)
    const { joinerSecret } = secrets
    assert.equal(await verifyGroupInfoConfirmationTag(groupInfo, joinerSecret, none, suite), true)
  }
})

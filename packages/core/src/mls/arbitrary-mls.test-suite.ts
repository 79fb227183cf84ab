/** Everything that `mls/` reads and writes, drawn at random. */
import fc from 'fast-check'
import type { PublicCommit } from './commit.ts'
import type { DeviceIdentity } from './device-identity.ts'
import type { GroupInfo } from './group-info.ts'
import type { KeyPackage } from './key-package.ts'
import type { LeafNode, LeafSource } from './leaf-node.ts'
import type { ProposalOrReference } from './proposals.ts'
import type { TreeNode } from './ratchet-tree.ts'
import type { Welcome } from './welcome.ts'

/** Around the lengths at which a vector's length takes another byte, too. */
const bytes = fc.oneof(
  { weight: 9, arbitrary: fc.uint8Array({ maxLength: 40 }) },
  fc.constantFrom(63, 64, 16_383, 16_384).map((length) => new Uint8Array(length).fill(7)),
)
/** With the prototype that readers give. */
function plain<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return arbitrary.map((one) => structuredClone(one))
}

const short = fc.uint8Array({ maxLength: 32 })
const u16 = fc.nat(0xffff)
const u32 = fc.nat(0xffff_ffff)
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const extensions = fc.array(fc.record({ type: u16, data: bytes }), { maxLength: 3 })
const u16s = fc.array(u16, { maxLength: 5 })

const lifetime = fc.record({
  kind: fc.constant('key-package' as const),
  notBefore: u64,
  notAfter: u64,
})
const commitSource = fc.record({ kind: fc.constant('commit' as const), parentHash: short })

function leafOf(source: fc.Arbitrary<LeafSource>): fc.Arbitrary<LeafNode> {
  return fc.record({
    encryptionKey: short,
    signatureKey: short,
    identity: bytes,
    capabilities: fc.record({
      versions: u16s,
      suites: u16s,
      extensions: u16s,
      proposals: u16s,
      credentials: u16s,
    }),
    source,
    extensions,
    signature: short,
  })
}

const anyLeaf = leafOf(fc.oneof(lifetime, fc.constant({ kind: 'update' as const }), commitSource))

export const keyPackages: fc.Arbitrary<KeyPackage> = plain(
  fc.record({
    suite: u16,
    initKey: short,
    leaf: leafOf(lifetime),
    extensions,
    signature: short,
  }),
)

const pskSource = fc.oneof(
  fc.record({ kind: fc.constant('external' as const), id: short }),
  fc.record({
    kind: fc.constant('resumption' as const),
    usage: fc.nat(255),
    groupId: short,
    epoch: u64,
  }),
)

const proposals: fc.Arbitrary<ProposalOrReference> = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), keyPackage: keyPackages }),
  fc.record({ kind: fc.constant('update' as const), leaf: anyLeaf }),
  fc.record({ kind: fc.constant('remove' as const), removed: u32 }),
  fc.record({
    kind: fc.constant('psk' as const),
    psk: fc.record({ source: pskSource, nonce: short }),
  }),
  fc.record({
    kind: fc.constant('reinit' as const),
    groupId: short,
    version: u16,
    suite: u16,
    extensions,
  }),
  fc.record({ kind: fc.constant('external-init' as const), kemOutput: short }),
  fc.record({ kind: fc.constant('group-context-extensions' as const), extensions }),
  fc.record({ kind: fc.constant('reference' as const), reference: short }),
)

const ciphertexts = fc.record({ kemOutput: short, ciphertext: short })
const paths = fc.record({
  leaf: leafOf(commitSource),
  nodes: fc.array(
    fc.record({
      encryptionKey: short,
      encryptedSecrets: fc.array(ciphertexts, { maxLength: 3 }),
    }),
    { maxLength: 3 },
  ),
})

export const commits: fc.Arbitrary<PublicCommit> = plain(
  fc
    .record({
      groupId: short,
      epoch: u64,
      leaf: fc.option(u32),
      authenticatedData: bytes,
      proposals: fc.array(proposals, { maxLength: 4 }),
      path: fc.option(paths),
      signature: short,
      confirmationTag: short,
      membershipTag: short,
    })
    .map(({ leaf, path, ...commit }) => ({
      ...commit,
      ...(path === null ? {} : { path }),
      ...(leaf === null
        ? { sender: { kind: 'new-member' as const }, membershipTag: new Uint8Array(0) }
        : { sender: { kind: 'member' as const, leaf } }),
    })),
)

export const groupInfos: fc.Arbitrary<GroupInfo> = plain(
  fc.record({
    suite: u16,
    groupId: short,
    epoch: u64,
    treeHash: short,
    confirmedTranscriptHash: short,
    contextExtensions: extensions,
    extensions,
    confirmationTag: short,
    signer: u32,
    signature: short,
  }),
)

export const welcomes: fc.Arbitrary<Welcome> = plain(
  fc.record({
    suite: u16,
    secrets: fc.array(fc.record({ newMember: short, encryptedSecrets: ciphertexts }), {
      maxLength: 4,
    }),
    encryptedGroupInfo: bytes,
  }),
)

export const treeNodes: fc.Arbitrary<TreeNode> = plain(
  fc.oneof(
    fc.record({ kind: fc.constant('leaf' as const), leaf: anyLeaf }),
    fc.record({
      kind: fc.constant('parent' as const),
      parent: fc.record({
        encryptionKey: short,
        parentHash: short,
        unmergedLeaves: fc.array(u32, { maxLength: 5 }),
      }),
    }),
  ),
)

const visible = Array.from({ length: 0x7e - 0x20 }, (_, at) => String.fromCharCode(0x21 + at))
const ids = fc.string({ unit: fc.constantFrom(...visible), minLength: 1, maxLength: 64 })

export const identities: fc.Arbitrary<DeviceIdentity> = plain(
  fc.record({
    user: ids,
    device: ids,
    createdMs: fc.maxSafeNat(),
    accountKey: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    signature: fc.uint8Array({ minLength: 64, maxLength: 64 }),
  }),
)

/**
 * Corrects the MLS library where it departs from RFC 9420. No published build is free of faults:
 * those before 1.6.4 let a removed member read on; 1.6.4 refuses valid ratchet trees (§12.4.3.1),
 * lets a hostile one eat all memory, writes `external_pub` without its length (§12.4.3.2), and
 * fails when a group's only leaf is exchanged.
 *
 * Each file has a checksum before and after. A file with the first is corrected, one with the
 * second is left alone, and any other stops everything: what we know of the library would not hold
 * for it. The set-up calls this after each installation and at each start.
 *
 * Plain JavaScript for Node.js 20, since it runs before anything is built.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export class PatchError extends Error {}

const source = join('node_modules', 'ts-mls', 'dist', 'src')

/** RFC 9420 §7.1 and §12.4.3.1, for each leaf that a parent node lists as unmerged. */
const unmergedLeaves = {
  from: '            for (const unmergedLeaf of n.parent.unmergedLeaves) {\n',
  upTo: '\n            }\n',
  to: `            let listedBefore = -1;
            for (const listed of n.parent.unmergedLeaves) {
                if (listed <= listedBefore)
                    return new ValidationError("unmerged_leaves do not rise");
                listedBefore = listed;
                // Asked first, since the way up from a leaf outside of the tree has no end.
                if (listed >= leafWidth(tree.length))
                    return new ValidationError("An unmerged leaf is outside of the tree");
                const listedNode = leafToNodeIndex(toLeafIndex(listed));
                const wayUp = directPath(listedNode, leafWidth(tree.length));
                const depth = wayUp.indexOf(toNodeIndex(i));
                if (depth === -1 || tree[listedNode]?.nodeType !== "leaf")
                    return new ValidationError("An unmerged leaf is blank or not below");
                for (const between of wayUp.slice(0, depth)) {
                    const node = tree[between];
                    if (node !== undefined && !node.parent?.unmergedLeaves.includes(listed))
                        return new ValidationError("A node does not list an unmerged leaf");
                }
            }
`,
}

/** RFC 9420 §12.4.3.2: `HPKEPublicKey external_pub`, `opaque<V>`, which has a length. */
const writesLength = {
  from: '{ extensionType: "external_pub", extensionData: externalPub }',
  to: '{ extensionType: "external_pub", extensionData: encode(varLenDataEncoder)(externalPub) }',
}

const readsLength = {
  from: `    const { enc, secret: initSecret } = await exportSecret(externalPub.extensionData, cs);
`,
  to: `    const [externalKey, externalRead] = decodeVarLenData(externalPub.extensionData, 0);
    if (externalRead !== externalPub.extensionData.length)
        throw new ValidationError("external_pub is not one key");
    const { enc, secret: initSecret } = await exportSecret(externalKey, cs);
`,
}

const lengthCodec = {
  from: `import { encode } from "./codec/tlsEncoder.js";
`,
  to: `import { encode } from "./codec/tlsEncoder.js";
import { decodeVarLenData, varLenDataEncoder } from "./codec/variableLength.js";
`,
}

/** RFC 9420 §7.7: cut off is as much as leaves one leaf, blank or not. */
const keepsOneLeaf = {
  from: '    return extendRatchetTree(stripBlankNodes(tree));\n',
  to: `    if (tree.every((node) => node === undefined))
        return [undefined];
    return extendRatchetTree(stripBlankNodes(tree));
`,
}

/**
 * @typedef {{ from: string, upTo?: string, to: string }} Change
 * @typedef {{ file: string, before: string, after: string, changes: Change[] }} Patch
 */

/** @type {Patch[]} */
export const patches = [
  {
    file: 'clientState.js',
    before: '63645bc3be6ec7f6d4f6d88af5c0b63e34f5e1fea693c62bd958d228b51b6f61',
    after: 'a37092cd682660130cb960e68527d716f98be76ae820f504bcb3260b29259ece',
    changes: [unmergedLeaves],
  },
  {
    file: 'createCommit.js',
    before: '2813d68a1457a55470bbb1f2d223e12aa61c69e18a177f920c51cbdccc4bb004',
    after: 'bca71e91ed1dedb5c3d1e3598ef917ed35b5e0a33f3942996efe85c21d770d6d',
    changes: [lengthCodec, writesLength, readsLength],
  },
  {
    file: 'ratchetTree.js',
    before: '669956ceac1962bdd2bf74c296f9f93b37ba3397949f45c95b9c3036550cdf5c',
    after: '5f223d6c6f4d575e491328048043a97acacb901b8b383a44e375f1604a6e8d64',
    changes: [keepsOneLeaf],
  },
]

/** Corrects what is installed in the folder; tells how many files were changed. */
export function patchMls(folder, wanted = patches) {
  if (!existsSync(join(folder, source))) return 0
  return wanted.filter((patch) => patchFile(join(folder, source, patch.file), patch)).length
}

function patchFile(path, { before, after, changes }) {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const found = checksumOf(text)
  if (found === after) return false
  if (found !== before) throw new PatchError(`${path} has the checksum ${found}; ${remedy(before)}`)
  const corrected = changes.reduce(changed, text)
  const made = checksumOf(corrected)
  if (made !== after) throw new PatchError(`${path} would become ${made}, not ${after}`)
  // Whole or not at all, also when two start at once.
  const aside = `${path}.${process.pid}`
  writeFileSync(aside, corrected)
  renameSync(aside, path)
  return true
}

/** Every `from`, or all that begins with it and ends with the next `upTo`. */
export function changed(text, { from, upTo, to }) {
  if (upTo === undefined) return text.replaceAll(from, () => to)
  const start = text.indexOf(from)
  const end = text.indexOf(upTo, start)
  return start === -1 || end === -1
    ? text
    : text.slice(0, start) + to + text.slice(end + upTo.length)
}

function remedy(before) {
  return (
    `the corrections of ts-mls are for the build with ${before}, and no other may be used: ` +
    'run "npm ci", and if that does not help see scripts/patch-mls.mjs'
  )
}

export function checksumOf(text) {
  return createHash('sha256').update(text).digest('hex')
}

/** About how much room an operation takes in a record. Only what may be long is looked at. */
import type { Operation } from '@starling/protocol/operation'
import type { LoggedOperation, VoidOperation } from './record.ts'

export function bytesOf(op: LoggedOperation): number {
  switch (op.kind) {
    case 'room':
      return 300 + bytesOfSend(op.op)
    case 'publish': {
      const { packages = [], lastResort = '', certificate = '', identity } = op.keys
      const recovery = identity?.recovery ?? ''
      return 700 + lengthOf([...packages, lastResort, certificate, recovery])
    }
    case 'archive':
      return 200 + op.rows.reduce((sum, { key, box }) => sum + key.length + box.length + 20, 0)
    case 'claim':
      return 300 + lengthOf(op.users)
    case 'mail':
      return 200 + op.box.length
    default:
      return 256
  }
}

function bytesOfSend(op: Operation | VoidOperation): number {
  switch (op.kind) {
    case 'post':
    case 'edit':
      return op.text.length * 2
    case 'sealed':
      return op.box.length
    case 'group':
      return lengthOf([op.groupInfo, ...op.tree])
    case 'commit': {
      const nodes = op.tree.changed.map(([, node]) => node ?? '')
      const welcomes = (op.welcomes ?? []).map(({ bytes }) => bytes)
      return 200 + lengthOf([op.commit, op.groupInfo, ...nodes, ...welcomes, ...(op.claims ?? [])])
    }
    default:
      return 64
  }
}

/** With what stands around each text. */
function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length + 20, 0)
}

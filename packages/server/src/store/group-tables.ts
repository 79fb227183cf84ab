/** The groups of encrypted rooms: their epochs, leaves, tree and commits. */
import type { DatabaseSync } from 'node:sqlite'
import type {
  AbsentDevice,
  GroupRow,
  LeafRow,
  RoomGroups,
  TreeBefore,
} from '@starling/core/room/room-groups'
import { RowCache } from './row-cache.ts'
import { number, type Row, text } from './rows.ts'

export class GroupTables implements RoomGroups {
  readonly cache = new RowCache<GroupRow>()
  /** By room and device. */
  readonly leafCache = new RowCache<LeafRow>()
  readonly #groups
  readonly #leaves
  readonly #nodes
  readonly #commits

  constructor(db: DatabaseSync) {
    this.#groups = groupStatements(db)
    this.#leaves = leafStatements(db)
    this.#nodes = nodeStatements(db)
    this.#commits = commitStatements(db)
  }

  group(room: string): GroupRow | undefined {
    return this.cache.get(room, () => {
      const row = this.#groups.get.get(room)
      return row && groupOf(row)
    })
  }

  putGroup(row: GroupRow): void {
    this.cache.put(row.room, row)
    const { room, gen, groupId, epoch, membershipEpoch, groupInfo, treeSize, removals } = row
    const epochs = [gen, groupId, epoch, membershipEpoch] as const
    this.#groups.put.run(room, ...epochs, groupInfo, treeSize, JSON.stringify(removals))
  }

  leaf(room: string, leaf: number): LeafRow | undefined {
    const row = this.#leaves.get.get(room, leaf)
    return row && leafOf(row)
  }

  leafOf(room: string, device: string): LeafRow | undefined {
    return this.leafCache.get(`${room} ${device}`, () => {
      const row = this.#leaves.ofDeviceIn.get(room, device)
      return row && leafOf(row)
    })
  }

  leaves(room: string): readonly LeafRow[] {
    return this.#leaves.all.all(room).map(leafOf)
  }

  leavesOfUser(room: string, user: string): readonly LeafRow[] {
    return this.#leaves.ofUser.all(room, user).map(leafOf)
  }

  leavesOfDevice(device: string): readonly LeafRow[] {
    return this.#leaves.ofDevice.all(device).map(leafOf)
  }

  putLeaf(row: LeafRow): void {
    this.leafCache.put(`${row.room} ${row.device}`, row)
    this.#leaves.put.run(row.room, row.leaf, row.user, row.device)
  }

  deleteLeaf(room: string, leaf: number): void {
    const row = this.leaf(room, leaf)
    if (row === undefined) return
    this.leafCache.gone(`${room} ${row.device}`)
    this.#leaves.delete.run(room, leaf)
  }

  nodes(room: string): readonly (readonly [number, string])[] {
    return this.#nodes.all.all(room).map((row) => [number(row, 'place'), text(row, 'node')])
  }

  node(room: string, place: number): string | null {
    const row = this.#nodes.get.get(room, place)
    return row ? text(row, 'node') : null
  }

  putNode(room: string, place: number, node: string | null): void {
    if (node === null) this.#nodes.delete.run(room, place)
    else this.#nodes.put.run(room, place, node)
  }

  cutNodes(room: string, from: number): void {
    this.#nodes.cut.run(room, from)
  }

  putTreeBefore(room: string, { epoch, size, changed }: TreeBefore): void {
    this.#nodes.putBefore.run(room, epoch, size, JSON.stringify(changed))
  }

  treesBefore(room: string, epoch: number): readonly TreeBefore[] {
    return this.#nodes.before.all(room, epoch).map((row) => ({
      epoch: number(row, 'epoch'),
      size: number(row, 'size'),
      changed: JSON.parse(text(row, 'changed')) as TreeBefore['changed'],
    }))
  }

  forgetTreesBefore(room: string, epoch: number): void {
    this.#nodes.forgetBefore.run(room, epoch)
  }

  putCommit(room: string, gen: number, epoch: number, index: number): void {
    this.#commits.put.run(room, gen, epoch, index)
  }

  commits(room: string, gen: number, epoch: number, limit: number): readonly number[] {
    return this.#commits.from
      .all(room, gen, epoch, limit)
      .map((row) => number(row, 'number_in_room'))
  }

  absent(room: string, limit: number): readonly AbsentDevice[] {
    return this.#leaves.absent
      .all(room, limit)
      .map((row) => ({ user: text(row, 'user'), device: text(row, 'device') }))
  }
}

function groupStatements(db: DatabaseSync) {
  return {
    get: db.prepare('SELECT * FROM groups_of_rooms WHERE room = ?'),
    put: db.prepare(
      `INSERT INTO groups_of_rooms
         (room, gen, group_id, epoch, membership_epoch, group_info, tree_size, removals)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (room) DO UPDATE SET gen = excluded.gen, group_id = excluded.group_id,
         epoch = excluded.epoch, membership_epoch = excluded.membership_epoch,
         group_info = excluded.group_info, tree_size = excluded.tree_size,
         removals = excluded.removals`,
    ),
  }
}

function leafStatements(db: DatabaseSync) {
  return {
    get: db.prepare('SELECT * FROM leaves WHERE room = ? AND leaf = ?'),
    ofDeviceIn: db.prepare('SELECT * FROM leaves WHERE room = ? AND device = ?'),
    all: db.prepare('SELECT * FROM leaves WHERE room = ? ORDER BY leaf'),
    ofUser: db.prepare('SELECT * FROM leaves WHERE room = ? AND user = ? ORDER BY leaf'),
    ofDevice: db.prepare('SELECT * FROM leaves WHERE device = ? ORDER BY room'),
    put: db.prepare(
      `INSERT INTO leaves (room, leaf, user, device) VALUES (?, ?, ?, ?)
       ON CONFLICT (room, leaf) DO UPDATE SET user = excluded.user, device = excluded.device`,
    ),
    delete: db.prepare('DELETE FROM leaves WHERE room = ? AND leaf = ?'),
    absent: db.prepare(
      `SELECT device_keys.user, device_keys.device
       FROM members CROSS JOIN device_keys ON device_keys.user = members.user
       WHERE members.room = ?1 AND device_keys.certificate IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM leaves
           WHERE leaves.device = device_keys.device AND leaves.room = ?1)
       ORDER BY members.user, device_keys.device LIMIT ?2 + 0`,
    ),
  }
}

function nodeStatements(db: DatabaseSync) {
  return {
    all: db.prepare('SELECT place, node FROM tree_nodes WHERE room = ? ORDER BY place'),
    put: db.prepare(
      `INSERT INTO tree_nodes (room, place, node) VALUES (?, ?, ?)
       ON CONFLICT (room, place) DO UPDATE SET node = excluded.node`,
    ),
    delete: db.prepare('DELETE FROM tree_nodes WHERE room = ? AND place = ?'),
    get: db.prepare('SELECT node FROM tree_nodes WHERE room = ? AND place = ?'),
    putBefore: db.prepare(
      `INSERT INTO trees_before (room, epoch, size, changed) VALUES (?, ?, ?, ?)
       ON CONFLICT (room, epoch) DO UPDATE SET size = excluded.size, changed = excluded.changed`,
    ),
    before: db.prepare(
      'SELECT * FROM trees_before WHERE room = ? AND epoch >= ? ORDER BY epoch DESC',
    ),
    forgetBefore: db.prepare('DELETE FROM trees_before WHERE room = ? AND epoch < ?'),
    cut: db.prepare('DELETE FROM tree_nodes WHERE room = ? AND place >= ?'),
  }
}

function commitStatements(db: DatabaseSync) {
  return {
    put: db.prepare(
      `INSERT INTO commits (room, gen, epoch, number_in_room) VALUES (?, ?, ?, ?)
       ON CONFLICT (room, gen, epoch) DO UPDATE SET number_in_room = excluded.number_in_room`,
    ),
    from: db.prepare(
      `SELECT number_in_room FROM commits WHERE room = ? AND gen = ? AND epoch >= ?
       ORDER BY epoch LIMIT ? + 0`,
    ),
  }
}

function groupOf(row: Row): GroupRow {
  return {
    room: text(row, 'room'),
    gen: number(row, 'gen'),
    groupId: text(row, 'group_id'),
    epoch: number(row, 'epoch'),
    membershipEpoch: number(row, 'membership_epoch'),
    groupInfo: text(row, 'group_info'),
    treeSize: number(row, 'tree_size'),
    removals: JSON.parse(text(row, 'removals')) as readonly number[],
  }
}

function leafOf(row: Row): LeafRow {
  return {
    room: text(row, 'room'),
    leaf: number(row, 'leaf'),
    user: text(row, 'user'),
    device: text(row, 'device'),
  }
}

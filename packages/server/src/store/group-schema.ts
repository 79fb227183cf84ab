/** Tables of people's keys and of encrypted rooms' groups. The store's version covers them. */
export const groupTables = `
  CREATE TABLE identities (
    user TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    key TEXT NOT NULL,
    recovery TEXT,
    recoveries_before TEXT NOT NULL,
    archived INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE device_keys (
    device TEXT PRIMARY KEY,
    user TEXT NOT NULL,
    certificate TEXT,
    lost TEXT,
    link_key TEXT,
    last_resort TEXT,
    link_mail TEXT
  ) STRICT;
  CREATE INDEX device_keys_of ON device_keys (user, device);
  -- 'added' orders the packages of one device; a package that is gone is NULL.
  CREATE TABLE key_packages (
    added INTEGER PRIMARY KEY,
    device TEXT NOT NULL,
    init_key TEXT NOT NULL,
    package TEXT,
    not_after INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX key_packages_by_init_key ON key_packages (device, init_key);
  CREATE INDEX key_packages_left ON key_packages (device, added) WHERE package IS NOT NULL;
  CREATE INDEX key_packages_gone ON key_packages (device, added) WHERE package IS NULL;
  CREATE TABLE claims (
    added INTEGER PRIMARY KEY,
    user TEXT NOT NULL,
    claim TEXT NOT NULL,
    room TEXT NOT NULL,
    packages TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX claims_by_id ON claims (user, claim);
  CREATE INDEX claims_of ON claims (user, added);
  CREATE TABLE archived (
    user TEXT NOT NULL,
    version INTEGER NOT NULL,
    key TEXT NOT NULL,
    box TEXT NOT NULL,
    PRIMARY KEY (user, version, key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE groups_of_rooms (
    room TEXT PRIMARY KEY,
    gen INTEGER NOT NULL,
    group_id TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    membership_epoch INTEGER NOT NULL,
    group_info TEXT NOT NULL,
    tree_size INTEGER NOT NULL,
    removals TEXT NOT NULL
  ) STRICT;
  CREATE TABLE leaves (
    room TEXT NOT NULL,
    leaf INTEGER NOT NULL,
    user TEXT NOT NULL,
    device TEXT NOT NULL,
    PRIMARY KEY (room, leaf)
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX leaves_of_device ON leaves (device, room);
  CREATE INDEX leaves_of_user ON leaves (room, user, leaf);
  CREATE TABLE tree_nodes (
    room TEXT NOT NULL,
    place INTEGER NOT NULL,
    node TEXT NOT NULL,
    PRIMARY KEY (room, place)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE trees_before (
    room TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    size INTEGER NOT NULL,
    changed TEXT NOT NULL,
    PRIMARY KEY (room, epoch)
  ) STRICT;
  CREATE TABLE commits (
    room TEXT NOT NULL,
    gen INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    number_in_room INTEGER NOT NULL,
    PRIMARY KEY (room, gen, epoch)
  ) STRICT, WITHOUT ROWID;
`

export const groupTableNames = [
  ...['identities', 'device_keys', 'key_packages', 'claims', 'archived'],
  ...['groups_of_rooms', 'leaves', 'tree_nodes', 'trees_before', 'commits'],
]

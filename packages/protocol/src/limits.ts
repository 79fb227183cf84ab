/**
 * Every number that bounds what crosses the wire. One file, one name each, the unit at the end.
 * `docs/protocol.md` shows the same table; a test keeps the two equal.
 */
export const limits = {
  /** A user's or guest's name, in code points after normalisation. */
  userNameCharactersMax: 32,
  /** A room's name, in code points after normalisation. */
  roomNameCharactersMax: 64,
  /** A room's topic, in code points. */
  topicCharactersMax: 500,
  /** The text of one message, in UTF-8 bytes (an operator may lower or raise it). */
  messageBytesMax: 16_384,
  /** One frame from a client, in UTF-8 bytes. */
  frameBytesMax: 262_144,
  /** People in one room. */
  roomMembersMax: 10_000,
  /** Rooms that one person is in. */
  userRoomsMax: 5_000,
  /** Different emoji on one message. */
  reactionsPerMessageMax: 32,
  /** People counted under one emoji of one message. */
  peoplePerReactionMax: 500,
  /** One reaction, in UTF-8 bytes. */
  reactionBytesMax: 64,
  /** Devices of one account. */
  devicesPerAccountMax: 32,
  /** Entries in one answer of history. */
  historyEntriesMax: 200,
  /** Entries that a resume replays for one room before it says `gap` instead. */
  resumeEntriesMax: 1_000,
  /** Members in one answer. */
  membersPageMax: 500,
  /** Rooms in one answer of the directory. */
  roomsPageMax: 200,
  /** Hits in one answer of search. */
  searchHitsMax: 50,
  /** A search, in code points. */
  searchCharactersMax: 200,
  /** Online people told of one room; above it only their count. */
  presencePeopleMax: 1_000,
  /** Sends of one outbox that a client may have unacknowledged on the wire. */
  sendsInFlightPerOutboxMax: 32,
  /** Refused numbers remembered for an outbox, so that a repeat hears the same refusal. */
  refusalsPerOutboxMax: 64,
  /** Length of an id (room, outbox, device), in ASCII characters. */
  idCharactersMax: 64,
  /** A device's token, in ASCII characters. */
  tokenCharactersMin: 32,
  tokenCharactersMax: 128,
  passwordCharactersMin: 8,
  passwordBytesMax: 1_024,
  /** What a sealed box may be longer than twice `messageBytesMax`, in bytes. */
  sealedOverheadBytesMax: 1_024,
  /** Devices in the group of an encrypted room; people in it as well. */
  groupLeavesMax: 1_000,
  /** Devices that one commit adds, and that one claim is for. */
  groupAddsMax: 64,
  /** One commit, in bytes. */
  commitBytesMax: 131_072,
  /** A group's id, in bytes. */
  groupIdBytesMax: 64,
  /** A GroupInfo without its tree, in bytes. */
  groupInfoBytesMax: 4_096,
  /** Nodes of a group's tree, blank ones too. */
  treeNodesMax: 2_047,
  /** One node of a group's tree, in bytes. */
  treeNodeBytesMax: 8_192,
  /** A Welcome for one device, in bytes. */
  welcomeBytesMax: 8_192,
  /** Commits in one answer, fewer when they are large. */
  commitsPerAnswerMax: 200,
  /** Key packages kept for one device, besides its last resort. */
  keyPackagesPerDeviceMax: 100,
  /** One key package, in bytes. */
  keyPackageBytesMax: 4_096,
  /** Claims of one person that are remembered; older ones cannot be cited any more. */
  claimsPerPersonMax: 256,
  /** An identity key or a link key, in bytes. */
  publicKeyBytesMax: 256,
  /** A device's certificate, in bytes. */
  certificateBytesMax: 1_024,
  /** What a recovery key opens, in bytes. */
  recoveryBytesMax: 2_048,
  /** What a device sends to another of the same person to link it, in bytes. */
  linkMailBytesMax: 2_048,
  /** A row of somebody's archive, in bytes, and its key in ASCII characters. */
  archiveRowBytesMax: 512,
  archiveKeyCharactersMax: 128,
  archiveRowsPerAskMax: 200,
  archiveRowsPerAnswerMax: 500,
  archiveRowsPerPersonMax: 200_000,
  /** Silence of a connection before either end takes it for dead. */
  silenceMsMax: 30_000,
  /** How often an idle client pings. */
  pingMs: 10_000,
  /** How long a typing notice lasts unless repeated. */
  typingMs: 6_000,
} as const

export type Limits = { readonly [name in keyof typeof limits]: number }

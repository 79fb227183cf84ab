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
  frameBytesMax: 131_072,
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
  /** Silence of a connection before either end takes it for dead. */
  silenceMsMax: 30_000,
  /** How often an idle client pings. */
  pingMs: 10_000,
  /** How long a typing notice lasts unless repeated. */
  typingMs: 6_000,
} as const

export type Limits = { readonly [name in keyof typeof limits]: number }

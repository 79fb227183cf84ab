/** Every number that bounds what the log does, one name each, the unit at the end. */
export const natsTuning = {
  /** How often waits are judged. */
  tickMs: 100,
  /** What one tick counts at most: time in which this process did not run is nobody's silence. */
  awakeStepMsMax: 200,

  /** Of reaching a server, and of logging in: the first time, and the longest. */
  dialMs: 1_000,
  dialMsMax: 4_000,
  /** Between two rounds of dialling that reached nobody: the first, and the longest. */
  redialMs: 50,
  redialMsMax: 1_000,
  /** A server that was just left is dialled only when no other answered for so long. */
  otherServerMs: 300,
  /** `open` gives up. */
  openMsMax: 30_000,
  /** A question to the leader is asked again until then. */
  askMsMax: 10_000,
  /** One attempt of it. */
  askOnceMsMax: 1_500,
  askAgainMs: 100,
  /** Answers of all servers: none more is expected after so much silence, or in all. */
  allServersSilenceMs: 150,
  allServersMsMax: 1_500,
  /** A server that answers one question and not another is asked so often. */
  serversAskedMax: 3,
  /** How often the servers' settings are checked again. */
  serversCheckMs: 60_000,

  /** How often the leader is asked how it is. */
  probeMs: 300,
  /** A silence of the leader, or of a majority of its replicas, that means: cut off. */
  silenceMsMax: 700,
  /** The same where only the replicas' own heartbeats tell, which come every second. */
  heartbeatSilenceMsMax: 1_500,
  /** A server that does not answer a ping for so long is left for another. */
  pingSilenceMsMax: 700,
  /** A server through which the leader is not reached for so long, too. */
  leaderSilenceMsMax: 2_500,
  /** A leader that heard no majority for so long may have a successor; it is not believed. */
  quorumSilenceMsMax: 3_000,
  /** What looks like a log that went back is believed after so long. */
  damageMsMin: 3_000,

  /** Appends on their way, and bytes of them; more wait. */
  appendsInFlightMax: 512,
  appendBytesInFlightMax: 8 * 1024 * 1024,
  appendsWaitingMax: 1_000,
  /** Without any acknowledgement for so long, all that is on its way is sent again. */
  ackMsMax: 1_000,
  /** Before sending again: the first time, and the longest. */
  resendMs: 50,
  resendMsMax: 1_000,
  /** Without any acknowledgement for so long, the log is out of reach. */
  unackedMsMax: 900,
  /** Well below the servers' memory of ids, so that a late repeat is still seen as one. */
  appendMsMax: 120_000,
  duplicateWindowMs: 300_000,
  /** What the servers must take as one message. */
  payloadBytesMin: 1024 * 1024,

  /** Read at once from the stream. */
  fetchRecordsMax: 2_000,
  fetchBytesMax: 4 * 1024 * 1024,
  /** A read that brings nothing for so long is given up. */
  fetchSilenceMsMax: 500,
  /** Reads that brought nothing before the leader is asked, since replicas may lag. */
  fruitlessFetchesMax: 3,
  /** Records of the leader in a row before another server's replica is looked for. */
  recordsOfLeaderMax: 20,
  /** What is known to be there and was not republished for so long is read. */
  lateMsMax: 200,
  /** Republished records that wait for those before them. */
  aheadRecordsMax: 10_000,
  aheadBytesMax: 16 * 1024 * 1024,
  /** Handed over at one go, which is applied in one turn of the event loop. */
  handOverRecordsMax: 1_000,
  handOverOpsMax: 500,
  /** How often a follower hears how far it has caught up. */
  progressMs: 300,
} as const

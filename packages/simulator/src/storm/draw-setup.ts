/**
 * A cluster drawn by chance. Most figures are those of production; some are drawn small, so that
 * the limits are reached in a run of seconds.
 */
import { backendTuning } from '@starling/core/backend/backend-io'
import { clientTuning } from '@starling/core/client/client-io'
import { balancingPolicyNames } from '@starling/core/frontend/balancing/policy'
import { frontendTuning } from '@starling/core/frontend/frontend-io'
import { limits } from '@starling/protocol/limits'
import type { CipherPace } from '../cluster/client-cipher.ts'
import type { ClusterSetup } from '../cluster/cluster.ts'
import type { Random } from '../random.ts'

/**
 * A cluster in which nothing goes wrong: production's figures, and paths and a log that are quick.
 */
export function drawSereneSetup(random: Random): ClusterSetup {
  const drawn = drawSetup(random)
  const { frontendTuning: drawnTuning } = drawn
  return {
    ...drawn,
    limits,
    oddLimits: {},
    frontendTuning: {
      ...frontendTuning,
      framesPerSecond: 10_000,
      framesBurst: 10_000,
      loginsPerMinute: drawnTuning.loginsPerMinute,
    },
    backendTuning: { ...backendTuning, appendsInFlightMax: drawn.backendTuning.appendsInFlightMax },
    clientTuning,
    cipherPace: { ...drawn.cipherPace, failShare: 0 },
    paths: { ...drawn.paths, jitterMs: Math.min(drawn.paths.jitterMs, 3), lossShare: 0 },
    socketBytesMax: 1024 * 1024,
    linkBytesMax: 64 * 1024 * 1024,
  }
}

export function drawSetup(random: Random): ClusterSetup {
  const isTight = random.isHit(0.3)
  // A page must fit into a timeline.
  const pageEntries = random.isHit(0.3) ? 5 : clientTuning.pageEntries
  return {
    frontends: random.between(1, 3),
    primaries: 2,
    secondaries: random.isHit(0.8) ? 2 : random.between(0, 1),
    isStoreShared: random.isHit(0.4),
    policy: random.weighted([
      [balancingPolicyNames[0], 3],
      [balancingPolicyNames[1], 1],
      [balancingPolicyNames[2], 1],
    ]),
    // Operators forget one of their servers.
    oddLimits: random.fork('odd limits').isHit(0.25)
      ? { roomMembersMax: 3, messageBytesMax: 40 }
      : {},
    limits: {
      ...limits,
      resumeEntriesMax: random.isHit(0.3) ? random.between(3, 20) : limits.resumeEntriesMax,
      refusalsPerOutboxMax: random.isHit(0.2) ? 3 : limits.refusalsPerOutboxMax,
      silenceMsMax: random.isHit(0.5) ? 5_000 : limits.silenceMsMax,
    },
    frontendTuning: {
      ...frontendTuning,
      // The people of a simulation are quicker than those of a chat.
      framesPerSecond: random.isHit(0.2) ? 50 : 10_000,
      framesBurst: random.isHit(0.2) ? 200 : 10_000,
      loginsPerMinute: 10_000,
      badFramesMax: random.isHit(0.5) ? 3 : frontendTuning.badFramesMax,
      sessionRequestsMax: isTight ? 8 : frontendTuning.sessionRequestsMax,
      waitingRequestsMax: isTight ? 20 : frontendTuning.waitingRequestsMax,
      backendInFlightMax: isTight ? 4 : frontendTuning.backendInFlightMax,
      requestWaitMsMax: random.isHit(0.5) ? 3_000 : frontendTuning.requestWaitMsMax,
      catchUpEntries: random.isHit(0.5) ? random.between(2, 10) : frontendTuning.catchUpEntries,
    },
    backendTuning: {
      ...backendTuning,
      digestEvery: 4,
      claimMs: 300,
      opsPerRecordMax: random.isHit(0.3) ? random.between(1, 4) : backendTuning.opsPerRecordMax,
      appendsInFlightMax: random.isHit(0.5)
        ? backendTuning.appendsInFlightMax
        : random.between(1, 4),
      requestsInFlightMax: isTight ? 12 : backendTuning.requestsInFlightMax,
      requestWaitMsMax: random.isHit(0.5) ? 2_000 : backendTuning.requestWaitMsMax,
    },
    clientTuning: {
      ...clientTuning,
      backoffMsMax: random.isHit(0.8) ? 1_000 : clientTuning.backoffMsMax,
      pingMs: random.isHit(0.5) ? 1_500 : clientTuning.pingMs,
      silenceMsMax: random.isHit(0.5) ? 4_000 : clientTuning.silenceMsMax,
      sendsInFlightMax: random.isHit(0.3) ? random.between(1, 4) : clientTuning.sendsInFlightMax,
      timelineEntriesMax:
        pageEntries === 5 && random.isHit(0.5) ? 20 : clientTuning.timelineEntriesMax,
      storedEntriesMax: random.isHit(0.3) ? 10 : clientTuning.storedEntriesMax,
      pageEntries,
    },
    cipherPace: drawCipherPace(random.fork('cipher')),
    ...drawConditions(random),
    areClocksSkewed: random.isHit(0.7),
    socketBytesMax: random.isHit(0.5) ? 65_536 : random.between(500, 5_000),
    linkBytesMax: random.isHit(0.7) ? 64 * 1024 * 1024 : 32_768,
  }
}

/** Most machines are quick; some take long for what goes on in a great group. */
function drawCipherPace(random: Random): CipherPace {
  return {
    workMsMax: random.isHit(0.7) ? 5 : random.fraction(5, 300),
    failShare: random.isHit(0.8) ? 0 : random.fraction(0, 0.1),
  }
}

/** How quick the network and the log are when nothing is wrong with them. */
function drawConditions(random: Random): Pick<ClusterSetup, 'paths' | 'log'> {
  return {
    paths: {
      delayMs: random.fraction(0.1, 3),
      jitterMs: random.fraction(0.1, 10),
      lossShare: random.isHit(0.5) ? 0 : random.fraction(0, 0.05),
      resendMs: random.fraction(50, 300),
    },
    log: {
      landMs: [0.5, random.fraction(1, 20)],
      ackMs: [0.1, random.fraction(0.2, 10)],
      followMs: [0.1, random.fraction(0.2, 20)],
      appendWaitMsMax: random.fraction(1_000, 8_000),
      lateLandingMsMax: 5_000,
    },
  }
}

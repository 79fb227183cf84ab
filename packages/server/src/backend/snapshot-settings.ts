/** How copies of a store go from one backend to another. */
export interface SnapshotTuning {
  /** Copies that one backend makes and sends at once. */
  readonly snapshotsAtOnceMax: number
  /** How long who sends waits for the other to write something. */
  readonly stalledMsMax: number
  /** How long making the copy may take, as the asker sees it. */
  readonly preparationMsMax: number
}

export const snapshotTuning: SnapshotTuning = {
  snapshotsAtOnceMax: 2,
  stalledMsMax: 30_000,
  preparationMsMax: 300_000,
}

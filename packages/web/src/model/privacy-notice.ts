/**
 * What is said of a room's encryption when it is not as it should be. What takes care of itself is
 * said in the line where typing is told, after a while, so nothing moves for it; what a person has
 * to see to stands above the composer, with what can be done.
 */
import type {
  PrivacyAction,
  PrivacySnapshot,
  RoomPrivacy,
  RoomSnapshot,
} from '@starling/client/api'

/** Trouble that is over sooner is not told. */
export const quietMsMin = 1_500

export type PrivacyNotice =
  | { readonly kind: 'none' }
  | { readonly kind: 'quiet'; readonly say: string }
  | { readonly kind: 'told'; readonly say: string; readonly action: PrivacyAction | undefined }

export function noticeOf({ privacy }: Pick<RoomSnapshot, 'privacy'>): PrivacyNotice {
  if (privacy === undefined || privacy.state === 'ready') return { kind: 'none' }
  const { say, action } = privacy
  if (isPassing(privacy)) return { kind: 'quiet', say }
  return { kind: 'told', say, action }
}

function isPassing({ state, action }: RoomPrivacy): boolean {
  return action === undefined && (state === 'preparing' || state === 'behind')
}

export type AccountNotice =
  | { readonly kind: 'none' }
  /** This device is not linked. */
  | { readonly kind: 'unlinked' }
  /** Another device of one's own waits to be linked from here. */
  | { readonly kind: 'waiting'; readonly device: string; readonly label: string }

export function accountNoticeOf(
  privacy: PrivacySnapshot | undefined,
  isPutOff: (device: string) => boolean,
): AccountNotice {
  if (privacy?.state === 'unlinked') return { kind: 'unlinked' }
  if (privacy?.state !== 'ready') return { kind: 'none' }
  const waiting = privacy.unlinked.find(({ device }) => !isPutOff(device))
  return waiting === undefined ? { kind: 'none' } : { kind: 'waiting', ...waiting }
}

/** Those of whom a message is there that says so; the truth is in the dialog of each. */
export function verifiedIn({ timeline }: Pick<RoomSnapshot, 'timeline'>): ReadonlySet<string> {
  const verified = new Set<string>()
  for (const line of timeline.lines) {
    if (line.kind !== 'message') continue
    if (line.isVerified) verified.add(line.by)
    else if (line.isSealed) verified.delete(line.by)
  }
  return verified
}

/** The words or groups of a recovery key, however it is written. */
export function partsOf(recoveryKey: string): readonly string[] {
  return recoveryKey.split(/[\s-]+/).filter((part) => part !== '')
}

/** Read as the key itself is: either case, and letters that are mistaken for digits as those. */
export function isSamePart(typed: string, part: string): boolean {
  return plain(typed) === plain(part)
}

function plain(text: string): string {
  return text.trim().toUpperCase().replaceAll('O', '0').replaceAll(/[IL]/g, '1')
}

export function numbered(parts: readonly string[]): readonly { number: number; part: string }[] {
  return parts.map((part, at) => ({ number: at + 1, part }))
}

/** `client.privacy`: each method is one wish, which the client's node fulfils. */
import type { PrivacyResult, PrivacyValue, PrivacyWish } from '@starling/core/client/client-io'
import type { Privacy, Refusal, Result, SafetyNumber, Who } from './api.ts'

export type PrivacyAnswer = PrivacyResult | Refusal

export interface PrivacySide {
  privacy(wish: PrivacyWish): Promise<PrivacyAnswer>
}

export function privacyOf(side: PrivacySide, idOf: (who: Who) => Promise<Result<string>>): Privacy {
  const wish = async <K extends PrivacyValue['kind'], T>(
    asked: PrivacyWish,
    kind: K,
    read: (value: Extract<PrivacyValue, { kind: K }>) => T,
  ): Promise<Result<T>> => {
    const answer = await side.privacy(asked)
    if (!answer.ok) return { ok: false, code: answer.code, say: answer.say }
    const { value } = answer
    if (value.kind !== kind) throw new Error(`${asked.kind} was answered with ${value.kind}`)
    return { ok: true, value: read(value as Extract<PrivacyValue, { kind: K }>) }
  }
  const done = (asked: PrivacyWish) => wish(asked, 'done', () => undefined)
  const about = async (
    who: Who,
    asked: (user: string) => PrivacyWish,
  ): Promise<Result<SafetyNumber>> => {
    const user = await idOf(who)
    if (!user.ok) return user
    return wish(asked(user.value), 'safety-number', ({ kind: _, ...number }) => number)
  }
  return {
    recoveryKey: () => wish({ kind: 'recovery-key' }, 'recovery', (value) => value.recoveryKey),
    restore: (recoveryKey) => done({ kind: 'restore', recoveryKey }),
    link: (code) => wish({ kind: 'link', code }, 'linked', ({ kind: _, ...device }) => device),
    safetyNumber: (who) => about(who, (user) => ({ kind: 'safety-number', user })),
    verify: (who, isVerified = true) =>
      about(who, (user) => ({ kind: 'verify', user, as: isVerified ? 'verified' : 'unverified' })),
    acceptChanged: (who) => about(who, (user) => ({ kind: 'verify', user, as: 'accept' })),
    resetIdentity: () => done({ kind: 'reset-identity' }),
    resetRoom: (room) => done({ kind: 'reset-room', room }),
    tryAgain: (room) => done({ kind: 'again', room }),
  }
}

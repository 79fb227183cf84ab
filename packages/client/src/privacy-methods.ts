/** `client.privacy`: each method is one question to where the keys are. */
import type { Privacy, Result, SafetyNumber, UnlinkedDevice, Who } from './api.ts'

/** What is asked of the client that has the keys; it can be copied from thread to thread. */
export type PrivacyQuestion =
  | { readonly kind: 'recovery-key' | 'link-code' | 'unlinked-devices' | 'reset-identity' }
  | { readonly kind: 'restore'; readonly recoveryKey: string }
  | { readonly kind: 'link'; readonly code: string }
  | { readonly kind: 'safety-number' | 'accept-changed'; readonly user: string }
  | { readonly kind: 'verify'; readonly user: string; readonly isVerified: boolean }
  | { readonly kind: 'reset-room'; readonly room: string }

/** What the questions are answered with. */
export interface PrivacyAnswers {
  readonly 'recovery-key': string
  readonly 'link-code': string
  readonly 'unlinked-devices': readonly UnlinkedDevice[]
  readonly 'reset-identity': undefined
  readonly restore: undefined
  readonly link: UnlinkedDevice
  readonly 'safety-number': SafetyNumber
  readonly 'accept-changed': undefined
  readonly verify: undefined
  readonly 'reset-room': undefined
}

export type PrivacyAnswer = Result<PrivacyAnswers[keyof PrivacyAnswers]>

export interface PrivacySide {
  privacy(question: PrivacyQuestion): Promise<PrivacyAnswer>
}

export function privacyOf(side: PrivacySide, idOf: (who: Who) => Promise<Result<string>>): Privacy {
  const ask = <K extends keyof PrivacyAnswers>(question: PrivacyQuestion & { readonly kind: K }) =>
    side.privacy(question) as Promise<Result<PrivacyAnswers[K]>>
  const about = async <T>(who: Who, act: (user: string) => Promise<Result<T>>) => {
    const user = await idOf(who)
    return user.ok ? act(user.value) : user
  }
  return {
    recoveryKey: () => ask({ kind: 'recovery-key' }),
    restore: (recoveryKey) => ask({ kind: 'restore', recoveryKey }),
    linkCode: () => ask({ kind: 'link-code' }),
    link: (code) => ask({ kind: 'link', code }),
    unlinkedDevices: () => ask({ kind: 'unlinked-devices' }),
    safetyNumber: (who) => about(who, (user) => ask({ kind: 'safety-number', user })),
    verify: (who, isVerified = true) =>
      about(who, (user) => ask({ kind: 'verify', user, isVerified })),
    acceptChanged: (who) => about(who, (user) => ask({ kind: 'accept-changed', user })),
    resetIdentity: () => ask({ kind: 'reset-identity' }),
    resetRoom: (room) => ask({ kind: 'reset-room', room }),
  }
}

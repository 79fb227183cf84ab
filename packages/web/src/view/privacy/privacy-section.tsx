/** Of the settings: how encryption stands on this device, and what one can do about it. */
import { privacyTexts } from '../../privacy-texts.ts'
import { useChat, useWorld } from '../chat-context.ts'
import { Icon } from '../icon.tsx'
import { WaysIn } from '../ways-in.tsx'

export function PrivacySection() {
  const state = useWorld(({ privacy }) => privacy?.state ?? 'off')
  return (
    <section className="privacy-section" aria-label={privacyTexts.title}>
      <h3>{privacyTexts.title}</h3>
      <p className="lock-line">
        <Icon name={state === 'ready' ? 'private' : 'open'} />
        {privacyTexts.states[state]}
      </p>
      {state === 'ready' ? <OfLinked /> : null}
      {state === 'unlinked' ? <WaysIn /> : null}
    </section>
  )
}

function OfLinked() {
  const chat = useChat()
  const isGuest = useWorld(({ me }) => me?.isGuest ?? true)
  const hasRecoveryKey = useWorld(({ privacy }) => privacy?.hasRecoveryKey ?? false)
  if (isGuest) return <p className="hint">{privacyTexts.guest}</p>
  const { makeAnother, makeRecoveryKey, noRecoveryKey } = privacyTexts
  return (
    <>
      <p className="hint">{hasRecoveryKey ? privacyTexts.hasRecoveryKey : noRecoveryKey}</p>
      <div className="acts">
        <button
          type="button"
          className={hasRecoveryKey ? 'button plain' : 'button'}
          onClick={() => chat.open({ kind: 'recovery-key' })}
        >
          {hasRecoveryKey ? makeAnother : makeRecoveryKey}
        </button>
        <button
          type="button"
          className="button plain"
          onClick={() => chat.open({ kind: 'link-other' })}
        >
          {privacyTexts.linkOther}
        </button>
      </div>
    </>
  )
}

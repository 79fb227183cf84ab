/** A person is verified once, for all their devices: by comparing the safety number. */
import type { Result, SafetyNumber } from '@starling/client/api'
import { useEffect, useState } from 'react'
import { numbered, partsOf } from '../../model/privacy-notice.ts'
import { privacyTexts } from '../../privacy-texts.ts'
import { useChat } from '../chat-context.ts'
import { Icon } from '../icon.tsx'
import { Modal } from '../modal.tsx'
import { useAsk } from '../use-ask.ts'

export interface Verified {
  readonly user: string
  readonly name: string
}

export function VerifyDialog({ user, name }: Verified) {
  const chat = useChat()
  const [found, setFound] = useState<Result<SafetyNumber>>()
  useEffect(() => {
    let isCurrent = true
    void chat.client.privacy.safetyNumber({ user }).then((result) => {
      if (isCurrent) setFound(result)
    })
    return () => {
      isCurrent = false
    }
  }, [chat, user])
  return (
    <Modal title={privacyTexts.safetyNumber(name)}>
      {found === undefined ? (
        <p className="hint">{privacyTexts.loading}</p>
      ) : found.ok ? (
        <Compared number={found.value} user={user} name={name} />
      ) : (
        <p className="refusal" role="alert">
          {found.say}
        </p>
      )}
    </Modal>
  )
}

function Compared({ number, user, name }: { readonly number: SafetyNumber } & Verified) {
  const { isVerified, isChanged, digits } = number
  return (
    <div className="form">
      <p className={isChanged ? 'warned' : 'lock-line'}>
        {isVerified ? <Icon name="verified" /> : null}
        {isChanged
          ? privacyTexts.isChanged(name)
          : isVerified
            ? privacyTexts.isVerified(name)
            : privacyTexts.isUnverified(name)}
      </p>
      <ol className="groups safety" aria-label={privacyTexts.safetyNumber(name)}>
        {numbered(partsOf(digits)).map(({ number: at, part }) => (
          <li key={at}>{part}</li>
        ))}
      </ol>
      <p className="hint">{privacyTexts.compare(name)}</p>
      <Acts number={number} user={user} name={name} />
    </div>
  )
}

function Acts({ number, user, name }: { readonly number: SafetyNumber } & Verified) {
  const chat = useChat()
  const { isBusy, refusal, ask } = useAsk()
  const { privacy } = chat.client
  const say = (asked: Promise<Result<SafetyNumber>>, text: string) =>
    ask(asked, () => {
      if (text !== '') chat.note(text)
      chat.open(undefined)
    })
  const verify = () => say(privacy.verify({ user }), privacyTexts.verified(name))
  const accept = () => say(privacy.acceptChanged({ user }), privacyTexts.accepted(name))
  const unverify = () => say(privacy.verify({ user }, false), '')
  return (
    <>
      {refusal === undefined ? null : (
        <p className="refusal" role="alert">
          {refusal}
        </p>
      )}
      <div className="acts end">
        {number.isChanged ? (
          <button type="button" className="button plain" disabled={isBusy} onClick={accept}>
            {privacyTexts.accept}
          </button>
        ) : null}
        {number.isVerified ? (
          <button type="button" className="button plain" disabled={isBusy} onClick={unverify}>
            {privacyTexts.unverify}
          </button>
        ) : (
          <button type="button" className="button" disabled={isBusy} onClick={verify}>
            {privacyTexts.areSame}
          </button>
        )}
      </div>
    </>
  )
}

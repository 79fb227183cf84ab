/**
 * A recovery key is made, shown once, and asked for in part: whoever closes the dialog before that
 * is told that it may have to be made anew.
 */
import { useEffect, useRef, useState } from 'react'
import { isSamePart, numbered, partsOf } from '../../model/privacy-notice.ts'
import { privacyTexts } from '../../privacy-texts.ts'
import { useChat, useWorld } from '../chat-context.ts'
import { Field } from '../controls.tsx'
import { Form, Modal } from '../modal.tsx'
import { useAsk } from '../use-ask.ts'

type Step =
  | { readonly at: 'before' }
  | { readonly at: 'shown' | 'asked'; readonly key: string; readonly number: number }

export function RecoveryKeyDialog() {
  const chat = useChat()
  const { isBusy, refusal, ask } = useAsk()
  const hasOne = useWorld(({ privacy }) => privacy?.hasRecoveryKey ?? false)
  const [step, setStep] = useState<Step>({ at: 'before' })
  useUnconfirmed(step.at !== 'before')
  const make = () =>
    ask(chat.client.privacy.recoveryKey(), (key) => {
      const number = 1 + Math.floor(Math.random() * partsOf(key).length)
      setStep({ at: 'shown', key, number })
    })
  return (
    <Modal title={privacyTexts.recoveryKey}>
      {step.at === 'before' ? (
        <Form
          act={privacyTexts.makeRecoveryKey}
          isReady
          isBusy={isBusy}
          refusal={refusal}
          onSubmit={make}
        >
          <p>{privacyTexts.recoveryWhat}</p>
          {hasOne ? <p className="warned">{privacyTexts.recoveryReplaces}</p> : null}
        </Form>
      ) : step.at === 'shown' ? (
        <Shown recoveryKey={step.key} onKept={() => setStep({ ...step, at: 'asked' })} />
      ) : (
        <Asked
          part={partsOf(step.key)[step.number - 1] ?? ''}
          number={step.number}
          onBack={() => setStep({ ...step, at: 'shown' })}
        />
      )}
    </Modal>
  )
}

/** `isMade`: there is a key that is not confirmed. */
function useUnconfirmed(isMade: boolean): void {
  const chat = useChat()
  const made = useRef(isMade)
  made.current = isMade
  useEffect(
    () => () => {
      const isConfirmed = chat.ui.get().notes.some(({ text }) => text === privacyTexts.kept)
      if (made.current && !isConfirmed) chat.note(privacyTexts.notConfirmed)
    },
    [chat],
  )
}

function Shown({
  recoveryKey,
  onKept,
}: {
  readonly recoveryKey: string
  readonly onKept: () => void
}) {
  const chat = useChat()
  return (
    <Form act={privacyTexts.iKeptIt} isReady onSubmit={onKept}>
      <p>{privacyTexts.recoveryShown}</p>
      <ol className="groups recovery" aria-label={privacyTexts.recoveryKey}>
        {numbered(partsOf(recoveryKey)).map(({ number, part }) => (
          <li key={number}>{part}</li>
        ))}
      </ol>
      <p className="hint">{privacyTexts.recoveryOnce}</p>
      <div className="acts">
        <button type="button" className="button plain" onClick={() => void chat.copy(recoveryKey)}>
          {privacyTexts.copy}
        </button>
        <button type="button" className="button plain" onClick={() => print()}>
          {privacyTexts.print}
        </button>
      </div>
    </Form>
  )
}

function Asked({
  part,
  number,
  onBack,
}: {
  readonly part: string
  readonly number: number
  readonly onBack: () => void
}) {
  const chat = useChat()
  const [typed, setTyped] = useState('')
  const [isWrong, setWrong] = useState(false)
  const confirm = () => {
    if (!isSamePart(typed, part)) return setWrong(true)
    chat.note(privacyTexts.kept)
    chat.open(undefined)
  }
  return (
    <Form
      act={privacyTexts.confirm}
      isReady={typed.trim() !== ''}
      refusal={isWrong ? privacyTexts.wrongGroup : undefined}
      onSubmit={confirm}
    >
      <p>{privacyTexts.confirmKept(number)}</p>
      <Field isFirst label={privacyTexts.group(number)} value={typed} onChange={setTyped} />
      <div>
        <button type="button" className="text-button" onClick={onBack}>
          {privacyTexts.showAgain}
        </button>
      </div>
    </Form>
  )
}

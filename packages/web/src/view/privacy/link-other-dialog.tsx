/** On a linked device: lets another of one's own in, by the code that it shows. */
import { useState } from 'react'
import { privacyTexts } from '../../privacy-texts.ts'
import { useChat, useWorld } from '../chat-context.ts'
import { Field } from '../controls.tsx'
import { Form, Modal } from '../modal.tsx'
import { useAsk } from '../use-ask.ts'

export function LinkOtherDialog() {
  const chat = useChat()
  const unlinked = useWorld(({ privacy }) => privacy?.unlinked)
  const { isBusy, refusal, ask } = useAsk()
  const [code, setCode] = useState('')
  const link = () =>
    ask(chat.client.privacy.link(code.trim()), ({ label }) => {
      chat.note(privacyTexts.linked(label))
      chat.open(undefined)
    })
  return (
    <Modal title={privacyTexts.linkOther}>
      <Form
        act={privacyTexts.link}
        isReady={code.trim() !== ''}
        isBusy={isBusy}
        refusal={refusal}
        onSubmit={link}
      >
        <p>{privacyTexts.linkOtherHow}</p>
        {unlinked === undefined || unlinked.length === 0 ? (
          <p className="hint">{privacyTexts.noneWaits}</p>
        ) : (
          <div>
            <h3 className="field-label">{privacyTexts.waitingOnes}</h3>
            <ul className="waiting-devices">
              {unlinked.map(({ device, label }) => (
                <li key={device}>
                  <bdi>{label === '' ? privacyTexts.unnamed : label}</bdi>
                </li>
              ))}
            </ul>
          </div>
        )}
        <Field
          isFirst
          label={privacyTexts.code}
          hint={privacyTexts.codeHint}
          value={code}
          onChange={setCode}
          maxLength={64}
        />
        <p className="hint">{privacyTexts.linkWarning}</p>
      </Form>
    </Modal>
  )
}

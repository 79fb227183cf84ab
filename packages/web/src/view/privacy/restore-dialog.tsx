/** On a new device: the recovery key brings everything back. */
import { useState } from 'react'
import { privacyTexts } from '../../privacy-texts.ts'
import { useChat } from '../chat-context.ts'
import { Field } from '../controls.tsx'
import { Form, Modal } from '../modal.tsx'
import { useAsk } from '../use-ask.ts'

export function RestoreDialog() {
  const chat = useChat()
  const { isBusy, refusal, ask } = useAsk()
  const [key, setKey] = useState('')
  const restore = () =>
    ask(chat.client.privacy.restore(key.trim()), () => {
      chat.note(privacyTexts.restored)
      chat.open(undefined)
    })
  return (
    <Modal title={privacyTexts.restore}>
      <Form
        act={privacyTexts.restore}
        isReady={key.trim() !== ''}
        isBusy={isBusy}
        refusal={refusal}
        onSubmit={restore}
      >
        <p>{privacyTexts.restoreHow}</p>
        <Field isFirst label={privacyTexts.recoveryKey} value={key} onChange={setKey} />
      </Form>
    </Modal>
  )
}

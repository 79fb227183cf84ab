/** Beginning anew: with one's identity, when nothing else is left; with a room's broken keys. */
import { useState } from 'react'
import { privacyTexts } from '../../privacy-texts.ts'
import { useChat } from '../chat-context.ts'
import { Form, Modal } from '../modal.tsx'
import { useAsk } from '../use-ask.ts'

export function ResetIdentityDialog() {
  const chat = useChat()
  const { isBusy, refusal, ask } = useAsk()
  const [isSure, setSure] = useState(false)
  const reset = () =>
    ask(chat.client.privacy.resetIdentity(), () => {
      chat.note(privacyTexts.identityReset)
      chat.open(undefined)
    })
  return (
    <Modal title={privacyTexts.resetIdentity}>
      <Form
        act={privacyTexts.resetIdentity}
        isReady={isSure}
        isDanger
        isBusy={isBusy}
        refusal={refusal}
        onSubmit={reset}
      >
        <p>{privacyTexts.resetIdentityWhen}</p>
        <ul className="consequences">
          {privacyTexts.resetIdentityWhat.map((what) => (
            <li key={what}>{what}</li>
          ))}
        </ul>
        <label className="check">
          <input
            type="checkbox"
            checked={isSure}
            onChange={({ target }) => setSure(target.checked)}
          />
          {privacyTexts.resetIdentitySure}
        </label>
      </Form>
    </Modal>
  )
}

export function ResetRoomDialog({ room }: { readonly room: string }) {
  const chat = useChat()
  const { isBusy, refusal, ask } = useAsk()
  const reset = () =>
    ask(chat.client.privacy.resetRoom(room), () => {
      chat.note(privacyTexts.roomReset)
      chat.open(undefined)
    })
  return (
    <Modal title={privacyTexts.resetRoom}>
      <Form
        act={privacyTexts.resetRoomAct}
        isReady
        isBusy={isBusy}
        refusal={refusal}
        onSubmit={reset}
      >
        <p>{privacyTexts.resetRoomWhat}</p>
      </Form>
    </Modal>
  )
}

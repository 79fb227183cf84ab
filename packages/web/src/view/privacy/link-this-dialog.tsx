/** On a new device: shows the code that a linked one asks for, and waits for it. */
import { privacyTexts } from '../../privacy-texts.ts'
import { useChat, useWorld } from '../chat-context.ts'
import { Modal } from '../modal.tsx'
import { WaysIn } from '../ways-in.tsx'
import { QrCode } from './qr-code.tsx'

export function LinkThisDialog() {
  const chat = useChat()
  const isLinked = useWorld(({ privacy }) => privacy?.state === 'ready')
  const code = useWorld(({ privacy }) => privacy?.linkCode)
  return (
    <Modal title={privacyTexts.linkThis}>
      {isLinked ? (
        <div className="form">
          <p role="status">{privacyTexts.thisIsLinked}</p>
          <div className="form-acts">
            <button type="button" className="button" onClick={() => chat.open(undefined)}>
              {privacyTexts.done}
            </button>
          </div>
        </div>
      ) : (
        <Waiting code={code} />
      )}
    </Modal>
  )
}

function Waiting({ code }: { readonly code: string | undefined }) {
  const chat = useChat()
  return (
    <div className="form">
      <ol className="steps">
        {privacyTexts.linkThisSteps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      {code === undefined ? (
        <p className="hint">{privacyTexts.gettingCode}</p>
      ) : (
        <div className="link-code">
          <output aria-label={privacyTexts.linkCode}>{code}</output>
          <QrCode text={code} label={privacyTexts.qrCode} />
          <button type="button" className="text-button" onClick={() => void chat.copy(code)}>
            {privacyTexts.copy}
          </button>
        </div>
      )}
      <p className="hint" role="status">
        {privacyTexts.waitingForOther}
      </p>
      <h3 className="field-label">{privacyTexts.otherWays}</h3>
      <WaysIn without="link-this" />
    </div>
  )
}

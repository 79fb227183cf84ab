/** A new room, and a new conversation: who may come in, and who can read it. */
import { useId, useState } from 'react'
import { texts } from '../texts.ts'
import { useChat, useWorld } from './chat-context.ts'
import { Field } from './controls.tsx'
import { Form, Modal } from './modal.tsx'
import { useAsk } from './use-ask.ts'

export function CreateDialog() {
  const chat = useChat()
  const { isBusy, refusal, ask } = useAsk()
  const [title, setTitle] = useState('')
  const [topic, setTopic] = useState('')
  const [isPrivate, setPrivate] = useState(false)
  const canEncrypt = useCanEncrypt()
  const [wantsEncryption, setWantsEncryption] = useState(true)
  const [history, setHistory] = useState<History>('none')
  const encrypted = isPrivate && wantsEncryption && canEncrypt
  const name = title.trim().replace(/^#/, '')
  const create = () => {
    const kind = isPrivate ? ('private' as const) : ('public' as const)
    const options = {
      title: name,
      kind,
      encrypted,
      ...(topic.trim() === '' ? {} : { topic: topic.trim() }),
      ...(encrypted ? { history } : {}),
    }
    ask(chat.client.createRoom(options), (room) => chat.looking.goTo(room))
  }
  return (
    <Modal title={texts.createRoom}>
      <Form
        act={texts.create}
        isReady={name !== ''}
        isBusy={isBusy}
        refusal={refusal}
        onSubmit={create}
      >
        <Field isFirst label={texts.roomName} value={title} onChange={setTitle} maxLength={64} />
        <Field label={texts.topicOptional} value={topic} onChange={setTopic} maxLength={500} />
        <KindChoice isPrivate={isPrivate} onChange={setPrivate} />
        {isPrivate ? (
          <EncryptionCheck
            isChecked={encrypted}
            onChange={setWantsEncryption}
            hint={texts.encryption.encryptRoomHint}
          />
        ) : null}
        {encrypted ? <HistoryChoice history={history} onChange={setHistory} /> : null}
      </Form>
    </Modal>
  )
}

export function DirectDialog() {
  const chat = useChat()
  const { isBusy, refusal, ask } = useAsk()
  const [name, setName] = useState('')
  const canEncrypt = useCanEncrypt()
  const [wantsEncryption, setWantsEncryption] = useState(true)
  const who = name.trim().replace(/^@/, '')
  const open = () => ask(chat.openDirect(who, wantsEncryption), (room) => chat.looking.goTo(room))
  return (
    <Modal title={texts.newDirect}>
      <Form
        act={texts.openDirect}
        isReady={who !== ''}
        isBusy={isBusy}
        refusal={refusal}
        onSubmit={open}
      >
        <Field isFirst label={texts.personName} value={name} onChange={setName} />
        <EncryptionCheck
          isChecked={wantsEncryption && canEncrypt}
          onChange={setWantsEncryption}
          hint={texts.encryption.encryptDirectHint}
        />
      </Form>
    </Modal>
  )
}

function useCanEncrypt(): boolean {
  return useWorld(({ privacy }) => (privacy?.state ?? 'off') !== 'off')
}

function KindChoice({
  isPrivate,
  onChange,
}: {
  readonly isPrivate: boolean
  readonly onChange: (isPrivate: boolean) => void
}) {
  const kind = useId()
  return (
    <fieldset className="choice">
      <legend>{texts.whoComesIn}</legend>
      <label>
        <input type="radio" name={kind} checked={!isPrivate} onChange={() => onChange(false)} />
        <span>
          {texts.publicRoom}
          <small>{texts.publicRoomHint}</small>
        </span>
      </label>
      <label>
        <input type="radio" name={kind} checked={isPrivate} onChange={() => onChange(true)} />
        <span>
          {texts.privateRoom}
          <small>{texts.privateRoomHint}</small>
        </span>
      </label>
    </fieldset>
  )
}

function EncryptionCheck({
  isChecked,
  onChange,
  hint,
}: {
  readonly isChecked: boolean
  readonly onChange: (isChecked: boolean) => void
  readonly hint: string
}) {
  const canEncrypt = useCanEncrypt()
  return (
    <div className="choice">
      <label>
        <input
          type="checkbox"
          checked={isChecked}
          disabled={!canEncrypt}
          onChange={({ target }) => onChange(target.checked)}
        />
        <span>
          {texts.encryption.encrypt}
          <small>{canEncrypt ? hint : texts.encryption.cannotEncrypt}</small>
        </span>
      </label>
    </div>
  )
}

const histories = ['none', 'all'] as const
type History = (typeof histories)[number]

function HistoryChoice({
  history,
  onChange,
}: {
  readonly history: History
  readonly onChange: (history: History) => void
}) {
  const name = useId()
  return (
    <fieldset className="choice">
      <legend>{texts.encryption.historyFor}</legend>
      {histories.map((one) => (
        <label key={one}>
          <input
            type="radio"
            name={name}
            checked={one === history}
            onChange={() => onChange(one)}
          />
          <span>
            {texts.encryption.histories[one].act}
            <small>{texts.encryption.histories[one].hint}</small>
          </span>
        </label>
      ))}
    </fieldset>
  )
}

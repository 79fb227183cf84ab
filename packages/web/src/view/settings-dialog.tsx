/** Who one is here: account, password, devices, colours. */
import type { Device } from '@starling/protocol/down'
import { useCallback, useEffect, useId, useState, useSyncExternalStore } from 'react'
import { deviceLabel } from '../shell/session.ts'
import { themes } from '../shell/settings.ts'
import { texts } from '../texts.ts'
import { useChat, useWorld } from './chat-context.ts'
import { Avatar, Field } from './controls.tsx'
import { Form, Modal } from './modal.tsx'
import { PrivacySettings } from './privacy-screens.tsx'
import { useAsk } from './use-ask.ts'

export function SettingsDialog() {
  const chat = useChat()
  const me = useWorld((world) => world.me)
  if (me === undefined) return null
  return (
    <Modal title={texts.settings} isWide>
      <div className="settings">
        <section className="account">
          <Avatar name={me.name} id={me.user} />
          <div>
            <b>
              <bdi>{me.name}</bdi>
            </b>
            <small>{me.isGuest ? texts.guest : texts.registered}</small>
          </div>
          <button
            type="button"
            className="button plain"
            onClick={() => chat.open({ kind: 'sign-out' })}
          >
            {texts.signOut}
          </button>
        </section>
        {me.isGuest ? <KeepName name={me.name} /> : <Password />}
        <Appearance />
        <PrivacySettings />
        {me.isGuest ? null : <Devices />}
        <section>
          <button type="button" className="text-button" onClick={() => chat.open({ kind: 'keys' })}>
            {texts.keysTitle}
          </button>
        </section>
      </div>
    </Modal>
  )
}

function KeepName({ name: before }: { readonly name: string }) {
  const chat = useChat()
  const [name, setName] = useState(before)
  const [password, setPassword] = useState('')
  const least = useWorld(({ limits }) => limits.passwordCharactersMin)
  const [isBusy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<string>()
  const register = async () => {
    setBusy(true)
    const wanted = name.trim()
    const label = deviceLabel(navigator.userAgent)
    const say = await chat.register({ kind: 'register', name: wanted, password, label })
    setRefusal(say)
    setBusy(false)
    if (say === undefined) chat.note(texts.keptName(wanted))
  }
  return (
    <details className="fold">
      <summary>{texts.keepName}</summary>
      <Form
        act={texts.enter.register}
        isReady={name.trim() !== '' && [...password].length >= least}
        isBusy={isBusy}
        refusal={refusal}
        onSubmit={() => void register()}
      >
        <Field
          label={texts.name}
          value={name}
          onChange={setName}
          hint={texts.keepNameHint}
          autoComplete="username"
        />
        <Field
          label={texts.password}
          type="password"
          hint={texts.passwordHint(least)}
          value={password}
          onChange={setPassword}
          autoComplete="new-password"
        />
      </Form>
    </details>
  )
}

function Password() {
  const chat = useChat()
  const { isBusy, refusal, ask } = useAsk()
  const [old, setOld] = useState('')
  const [fresh, setFresh] = useState('')
  const least = useWorld(({ limits }) => limits.passwordCharactersMin)
  const change = () =>
    ask(chat.client.changePassword({ old, new: fresh }), () => {
      setOld('')
      setFresh('')
      chat.note(texts.passwordChanged)
    })
  return (
    <details className="fold">
      <summary>{texts.changePassword}</summary>
      <Form
        act={texts.changePassword}
        isReady={old !== '' && [...fresh].length >= least}
        isBusy={isBusy}
        refusal={refusal}
        onSubmit={change}
      >
        <Field
          label={texts.oldPassword}
          type="password"
          value={old}
          onChange={setOld}
          autoComplete="current-password"
        />
        <Field
          label={texts.newPassword}
          type="password"
          hint={texts.passwordHint(least)}
          value={fresh}
          onChange={setFresh}
          autoComplete="new-password"
        />
      </Form>
    </details>
  )
}

function Appearance() {
  const { settings } = useChat()
  const name = useId()
  const theme = useSyncExternalStore(settings.subscribe, () => settings.theme)
  return (
    <fieldset className="choice inline">
      <legend>{texts.colours}</legend>
      {themes.map((one) => (
        <label key={one}>
          <input
            type="radio"
            name={name}
            checked={one === theme}
            onChange={() => {
              settings.theme = one
            }}
          />
          {texts.themes[one]}
        </label>
      ))}
    </fieldset>
  )
}

function Devices() {
  const chat = useChat()
  const [devices, setDevices] = useState<readonly Device[]>([])
  const { refusal, ask } = useAsk()
  const read = useCallback(async () => {
    const answer = await chat.client.devices()
    if (answer.ok) setDevices(answer.value)
  }, [chat])
  useEffect(() => void read(), [read])
  const revoke = (device: string) => ask(chat.client.revoke(device), () => void read())
  return (
    <section>
      <h3>{texts.devices}</h3>
      <ul className="devices">
        {devices.map((device) => (
          <li key={device.device}>
            <span>
              <b>{device.label === '' ? texts.unnamedDevice : device.label}</b>
              <small>
                {device.isThis ? texts.thisDevice : texts.since(chat.moments.day(device.addedAt))}
              </small>
            </span>
            {device.isThis ? null : (
              <button type="button" className="text-button" onClick={() => revoke(device.device)}>
                {texts.signOut}
              </button>
            )}
          </li>
        ))}
      </ul>
      {refusal === undefined ? null : (
        <p className="refusal" role="alert">
          {refusal}
        </p>
      )}
      {devices.length < 2 ? null : (
        <button type="button" className="text-button danger" onClick={() => revoke('others')}>
          {texts.signOutOthers}
        </button>
      )}
    </section>
  )
}

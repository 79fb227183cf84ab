/** Coming in: as a guest by name, with an account, or with a new one. */
import type { Credentials } from '@starling/client/api'
import { limits } from '@starling/protocol/limits'
import { useState } from 'react'
import { deviceLabel } from '../shell/session.ts'
import { texts } from '../texts.ts'
import { Field } from './controls.tsx'
import { Form } from './modal.tsx'

const ways = ['guest', 'login', 'register'] as const
type Way = (typeof ways)[number]

export interface EntranceProps {
  /** Undefined when one is in; else why not. */
  readonly onEnter: (credentials: Credentials) => Promise<string | undefined>
  readonly say?: string | undefined
  readonly way?: Way
  readonly name?: string
}

export function Entrance(props: EntranceProps) {
  const { onEnter, say } = props
  const [way, setWay] = useState<Way>(props.way ?? 'guest')
  const [name, setName] = useState(props.name ?? '')
  const [password, setPassword] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState(say)
  const enter = async () => {
    setBusy(true)
    setRefusal(undefined)
    const label = deviceLabel(navigator.userAgent)
    const credentials: Credentials =
      way === 'guest'
        ? { kind: 'guest', name: name.trim() }
        : { kind: way, name: name.trim(), password, label }
    setRefusal(await onEnter(credentials))
    setBusy(false)
  }
  const isReady = name.trim() !== '' && (way === 'guest' || password.length > 0)
  return (
    <main className="entrance">
      <div className="entrance-box">
        <header>
          <img src="/icon.svg" alt="" width="44" height="44" />
          <h1>{texts.product}</h1>
          <p>{location.host}</p>
        </header>
        <Ways
          way={way}
          onChange={(next) => {
            setWay(next)
            setRefusal(undefined)
          }}
        />
        <Form
          act={texts.enter[way]}
          isReady={isReady}
          isBusy={isBusy}
          refusal={refusal}
          onSubmit={() => void enter()}
        >
          <Field
            label={texts.name}
            value={name}
            onChange={setName}
            autoComplete="username"
            hint={way === 'guest' ? texts.guestHint : ''}
          />
          {way === 'guest' ? null : (
            <Field
              label={texts.password}
              type="password"
              value={password}
              onChange={setPassword}
              hint={way === 'register' ? texts.passwordHint(limits.passwordCharactersMin) : ''}
              autoComplete={way === 'login' ? 'current-password' : 'new-password'}
            />
          )}
        </Form>
      </div>
    </main>
  )
}

function Ways({ way, onChange }: { readonly way: Way; readonly onChange: (way: Way) => void }) {
  return (
    <fieldset className="ways">
      <legend className="sr-only">{texts.howToEnter}</legend>
      {ways.map((one) => (
        <label key={one}>
          <input
            type="radio"
            name="way"
            className="sr-only"
            checked={one === way}
            onChange={() => onChange(one)}
          />
          <span>{texts.ways[one]}</span>
        </label>
      ))}
    </fieldset>
  )
}

/** The few controls that everything is made of. */
import type { ReactNode, Ref } from 'react'
import { texts } from '../texts.ts'
import { Icon, type IconName } from './icon.tsx'

export interface IconButtonProps {
  readonly icon: IconName
  readonly label: string
  readonly onClick: () => void
  readonly isPressed?: boolean
  readonly isHidden?: boolean
  readonly className?: string
  readonly badge?: ReactNode
  readonly ref?: Ref<HTMLButtonElement>
}

export function IconButton(props: IconButtonProps) {
  const { icon, label, onClick, isPressed, className = '', badge, ref } = props
  return (
    <button
      type="button"
      ref={ref}
      className={`icon-button ${className}`}
      aria-label={label}
      title={label}
      aria-pressed={isPressed}
      onClick={onClick}
    >
      <Icon name={icon} />
      {badge}
    </button>
  )
}

const tints = 8

/** Initials on a quiet ground, the same for a person everywhere. */
export function Avatar({ name, id }: { readonly name: string; readonly id: string }) {
  let sum = 0
  for (const letter of id) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 997
  const [first] = new Intl.Segmenter().segment(name)
  return (
    <span className={`avatar tint-${sum % tints}`} aria-hidden="true">
      {(first?.segment ?? '?').toUpperCase()}
    </span>
  )
}

export function Presence({ isOnline }: { readonly isOnline: boolean }) {
  return <span className={`presence ${isOnline ? 'on' : ''}`} aria-hidden="true" />
}

/** One has compared safety numbers with this person. */
export function VerifiedMark() {
  return (
    <span className="verified" title={texts.encryption.isVerified}>
      <Icon name="verified" />
      <span className="sr-only"> {texts.encryption.isVerified}</span>
    </span>
  )
}

export function Badge({
  mentions,
  unread,
}: {
  readonly mentions: number
  readonly unread: number
}) {
  if (mentions > 0) return <span className="badge wanted">{short(mentions)}</span>
  return unread > 0 ? <span className="badge">{short(unread)}</span> : null
}

function short(count: number): string {
  return count > 999 ? '999+' : `${count}`
}

export interface FieldProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly type?: 'text' | 'password' | 'search'
  readonly hint?: string
  readonly autoComplete?: string
  readonly maxLength?: number
  readonly isFirst?: boolean
  readonly placeholder?: string
}

export function Field(props: FieldProps) {
  const { label, value, onChange, type = 'text', hint, autoComplete = 'off', isFirst } = props
  return (
    <label className="field">
      <span className="field-label">{label}</span>
      <input
        type={type}
        value={value}
        dir={type === 'password' ? undefined : 'auto'}
        autoComplete={autoComplete}
        autoCapitalize="none"
        spellCheck={false}
        maxLength={props.maxLength}
        placeholder={props.placeholder}
        data-first={isFirst}
        onChange={({ target }) => onChange(target.value)}
      />
      {hint === undefined ? null : <span className="hint">{hint}</span>}
    </label>
  )
}

export function Empty({ title, text }: { readonly title: string; readonly text?: string }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {text === undefined ? null : <p>{text}</p>}
    </div>
  )
}

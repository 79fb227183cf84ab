/**
 * What lies over everything and is dealt with first. The browser's own dialog holds the focus, is
 * closed by Esc and gives the focus back.
 */
import { type FormEvent, type ReactNode, useEffect, useId, useRef } from 'react'
import { texts } from '../texts.ts'
import { useChat } from './chat-context.ts'
import { IconButton } from './controls.tsx'

export interface ModalProps {
  readonly title: string
  readonly children: ReactNode
  readonly isWide?: boolean
  /** Without a head of its own. */
  readonly isBare?: boolean
}

export function Modal({ title, children, isWide, isBare }: ModalProps) {
  const chat = useChat()
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const element = dialog.current
    if (element === null) return
    element.showModal()
    element.querySelector<HTMLElement>('[data-first="true"]')?.focus()
    let isOpen = true
    // The dialog says `close` a moment later: the next key must not come before it is told.
    const shut = () => {
      if (!isOpen) return
      isOpen = false
      element.close()
      chat.open(undefined)
    }
    const clicked = (event: MouseEvent) => {
      if (event.target === element) shut()
    }
    // A search field would take the first Esc for itself, to become empty.
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.isComposing || event.defaultPrevented) return
      event.preventDefault()
      shut()
    }
    element.addEventListener('keydown', pressed)
    element.addEventListener('close', shut)
    element.addEventListener('mousedown', clicked)
    return () => {
      element.removeEventListener('keydown', pressed)
      element.removeEventListener('close', shut)
      element.removeEventListener('mousedown', clicked)
    }
  }, [chat])
  return (
    <dialog
      ref={dialog}
      className={`modal ${isWide ? 'wide' : ''} ${isBare ? 'bare' : ''}`}
      aria-labelledby={id}
    >
      <div className="modal-box">
        <header className={isBare ? 'sr-only' : ''}>
          <h2 id={id}>{title}</h2>
          {isBare ? null : (
            <IconButton icon="close" label={texts.close} onClick={() => chat.open(undefined)} />
          )}
        </header>
        {children}
      </div>
    </dialog>
  )
}

export interface FormProps {
  readonly children: ReactNode
  readonly act: string
  readonly isReady: boolean
  readonly isBusy?: boolean
  readonly isDanger?: boolean
  readonly refusal?: string | undefined
  readonly onSubmit: () => void
}

/** Fields and the button that does it, with what was refused between them. */
export function Form(props: FormProps) {
  const { children, act, isReady, isBusy = false, isDanger, refusal, onSubmit } = props
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isReady && !isBusy) onSubmit()
  }
  return (
    <form className="form" onSubmit={submit}>
      {children}
      {refusal === undefined ? null : (
        <p className="refusal" role="alert">
          {refusal}
        </p>
      )}
      <div className="form-acts">
        <button
          type="submit"
          className={isDanger ? 'button danger' : 'button'}
          disabled={!isReady || isBusy}
          data-first={isDanger}
        >
          {isBusy ? texts.oneMoment : act}
        </button>
      </div>
    </form>
  )
}

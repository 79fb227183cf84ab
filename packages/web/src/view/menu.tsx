/**
 * A button and the list of acts that it opens: arrows move, Enter acts, Esc and a click elsewhere
 * close. It uses the browser's own popover, which lies above everything.
 */
import { type KeyboardEvent, type ToggleEvent, useId, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { Icon, type IconName } from './icon.tsx'

export interface MenuItem {
  readonly icon?: IconName
  readonly label: string
  readonly run: () => void
  readonly isDanger?: boolean
  readonly isChosen?: boolean
}

export interface MenuProps {
  readonly label: string
  readonly icon: IconName
  readonly items: readonly MenuItem[]
  readonly onOpen?: (isOpen: boolean) => void
}

export function Menu({ label, icon, items, onOpen }: MenuProps) {
  const button = useRef<HTMLButtonElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const id = useId()
  const [isOpen, setOpen] = useState(false)
  const change = (open: boolean) => {
    flushSync(() => setOpen(open))
    onOpen?.(open)
  }
  const toggled = ({ newState }: ToggleEvent) => {
    if (newState === 'closed') return change(false)
    if (list.current === null || button.current === null) return
    placeBeside(list.current, button.current.getBoundingClientRect())
    list.current.querySelector('button')?.focus()
  }
  const act = (item: MenuItem) => {
    list.current?.hidePopover()
    button.current?.focus()
    item.run()
  }
  return (
    <>
      <button
        type="button"
        ref={button}
        className="icon-button"
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        title={label}
        popoverTarget={id}
      >
        <Icon name={icon} />
      </button>
      <div
        ref={list}
        id={id}
        className="menu"
        popover="auto"
        role="menu"
        aria-label={label}
        tabIndex={-1}
        onKeyDown={moveFocus}
        onBeforeToggle={({ newState }) => {
          if (newState === 'open') change(true)
        }}
        onToggle={toggled}
      >
        {isOpen
          ? items.map((item) => (
              <MenuButton key={item.label} item={item} onClick={() => act(item)} />
            ))
          : null}
      </div>
    </>
  )
}

function MenuButton({ item, onClick }: { readonly item: MenuItem; readonly onClick: () => void }) {
  const { icon, label, isDanger, isChosen } = item
  const content = (
    <>
      {icon === undefined ? null : <Icon name={icon} />}
      <span>{label}</span>
      {isChosen ? <Icon name="check" /> : null}
    </>
  )
  const className = isDanger ? 'danger' : ''
  return isChosen === undefined ? (
    <button type="button" role="menuitem" className={className} onClick={onClick}>
      {content}
    </button>
  ) : (
    <button type="button" role="menuitemradio" aria-checked={isChosen} onClick={onClick}>
      {content}
    </button>
  )
}

function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
  if (step === 0) return
  event.preventDefault()
  event.stopPropagation()
  const buttons = [...event.currentTarget.querySelectorAll('button')]
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
  buttons[(at + step + buttons.length) % buttons.length]?.focus()
}

/** Below the button, or above where there is no room; within the window. */
function placeBeside(element: HTMLElement, at: DOMRect): void {
  const { offsetWidth: width, offsetHeight: height } = element
  const isBelow = at.bottom + height + 12 < innerHeight
  const top = isBelow ? at.bottom + 4 : Math.max(8, at.top - height - 4)
  const start = document.documentElement.dir === 'rtl' ? at.left : at.right - width
  const left = Math.min(Math.max(8, start), innerWidth - width - 8)
  element.style.top = `${top}px`
  element.style.left = `${left}px`
}

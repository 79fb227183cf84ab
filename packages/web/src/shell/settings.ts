/** What this device remembers of how one likes it: colours, which rooms may call, which
 * invitations can wait. */
import type { Invitation } from '@starling/client/api'
import type { RoomKind } from '@starling/protocol/operation'
import { defaultLevel, type NotificationLevel, notificationLevels } from '../model/notifications.ts'
import type { KeptText } from './kept-text.ts'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const putOffMax = 50

export class Settings {
  readonly #kept: KeptText
  readonly #listeners = new Set<() => void>()

  constructor(kept: KeptText) {
    this.#kept = kept
    kept.onChange(() => this.#changed())
    this.#applyTheme()
  }

  get theme(): Theme {
    const kept = this.#kept.get('theme')
    return themes.find((theme) => theme === kept) ?? 'system'
  }

  set theme(theme: Theme) {
    this.#kept.set('theme', theme)
    this.#changed()
  }

  levelOf(room: string, kind: RoomKind): NotificationLevel {
    const kept = this.#kept.get(`level:${room}`)
    return notificationLevels.find((level) => level === kept) ?? defaultLevel(kind)
  }

  setLevel(room: string, level: NotificationLevel): void {
    this.#kept.set(`level:${room}`, level)
    this.#changed()
  }

  /** Not now: hidden here until somebody asks again. */
  hideInvitation({ room, at }: Pick<Invitation, 'room' | 'at'>): void {
    this.#kept.set(`not-now:${room}`, String(at))
    this.#changed()
  }

  isHidden({ room, at }: Pick<Invitation, 'room' | 'at'>): boolean {
    return at <= Number(this.#kept.get(`not-now:${room}`) ?? 0)
  }

  /** Devices of one's own that wait to be linked, and can. */
  get putOff(): string {
    return this.#kept.get('unlinked-put-off') ?? ''
  }

  isPutOff(device: string): boolean {
    return this.putOff.split(' ').includes(device)
  }

  putOffDevice(device: string): void {
    const devices = [...this.putOff.split(' '), device].slice(-putOffMax)
    this.#kept.set('unlinked-put-off', devices.join(' '))
    this.#changed()
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #changed(): void {
    this.#applyTheme()
    for (const listener of this.#listeners) listener()
  }

  #applyTheme(): void {
    const { theme } = this
    if (theme === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = theme
  }
}

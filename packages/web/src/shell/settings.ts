/** What this device remembers of how one likes it: colours, and which rooms may call. */
import type { RoomKind } from '@starling/protocol/operation'
import { defaultLevel, type NotificationLevel, notificationLevels } from '../model/notifications.ts'
import type { KeptText } from './kept-text.ts'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

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

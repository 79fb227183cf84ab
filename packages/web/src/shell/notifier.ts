/**
 * Calls the person when a message is for them, on any of the tabs: a tab that shows a room and has
 * the focus holds a Web Lock of that name, so the others know and keep quiet. A click lands on the
 * message; what is read anywhere is taken back here.
 */
import type { StarlingClient } from '@starling/client/api'
import { notificationFor, tagOf } from '../model/notifications.ts'
import type { Settings } from './settings.ts'

export interface NotifierParts {
  readonly client: StarlingClient
  readonly settings: Settings
  readonly goTo: (room: string, index: number) => void
}

export class Notifier {
  readonly #parts: NotifierParts
  readonly #shown = new Map<string, { readonly index: number; readonly close: () => void }>()
  #letGo: (() => void) | undefined
  #lookedAt: string | undefined

  constructor(parts: NotifierParts) {
    this.#parts = parts
    parts.client.on('entry', ({ room, entry }) => void this.#heard(room, entry))
    parts.client.subscribe(() => this.#takeBack())
    navigator.serviceWorker?.addEventListener('message', ({ data }) => {
      if (data?.kind === 'open') parts.goTo(String(data.room), Number(data.index))
    })
  }

  /** The room that is shown in this tab while it has the focus. */
  looksAt(room: string | undefined): void {
    if (room === this.#lookedAt) return
    this.#lookedAt = room
    this.#letGo?.()
    this.#letGo = undefined
    if (room === undefined || navigator.locks === undefined) return
    void navigator.locks.request(lockName(room), { mode: 'shared' }, () => {
      if (this.#lookedAt !== room) return undefined
      return new Promise<void>((resolve) => {
        this.#letGo = resolve
      })
    })
  }

  async #heard(roomId: string, entry: Parameters<typeof notificationFor>[0]['entry']) {
    if (!('Notification' in globalThis) || Notification.permission !== 'granted') return
    const { me, rooms } = this.#parts.client.snapshot()
    const room = rooms.find((one) => one.room === roomId)
    if (me === undefined || room === undefined) return
    const level = this.#parts.settings.levelOf(roomId, room.kind)
    const isLookedAt = this.#lookedAt === roomId || (await isLookedAtElsewhere(roomId))
    const facts = { entry, room, me, level, isLookedAt, nowMs: Date.now() }
    const text = notificationFor(facts)
    if (text !== undefined) await this.#show(roomId, entry.index, text)
  }

  async #show(room: string, index: number, text: { title: string; body: string; tag: string }) {
    const { title, body, tag } = text
    const options = { body, tag, icon: '/icon-192.png', data: { room, index } }
    const worker = await navigator.serviceWorker?.getRegistration()
    if (worker?.active) {
      await worker.showNotification(title, options)
      const close = async () => {
        for (const shown of await worker.getNotifications({ tag })) shown.close()
      }
      this.#shown.set(room, { index, close: () => void close() })
      return
    }
    const notification = new Notification(title, options)
    notification.onclick = () => {
      focus()
      notification.close()
      this.#parts.goTo(room, index)
    }
    this.#shown.set(room, { index, close: () => notification.close() })
  }

  #takeBack(): void {
    if (this.#shown.size === 0) return
    const { rooms } = this.#parts.client.snapshot()
    for (const [room, { index, close }] of this.#shown) {
      const readUpTo = rooms.find((one) => one.room === room)?.readUpTo ?? index
      if (readUpTo < index) continue
      close()
      this.#shown.delete(room)
    }
  }
}

function lockName(room: string): string {
  return `${tagOf(room)}/looking`
}

async function isLookedAtElsewhere(room: string): Promise<boolean> {
  const locks = await navigator.locks?.query()
  return locks?.held?.some(({ name }) => name === lockName(room)) ?? false
}

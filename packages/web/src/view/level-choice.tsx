/** What a room may call for, on this device. */
import type { RoomSnapshot } from '@starling/client/api'
import { useId, useState, useSyncExternalStore } from 'react'
import { type NotificationLevel, notificationLevels } from '../model/notifications.ts'
import { texts } from '../texts.ts'
import { useChat } from './chat-context.ts'

export function LevelChoice({ room }: { readonly room: RoomSnapshot }) {
  const { settings } = useChat()
  const name = useId()
  const level = useSyncExternalStore(settings.subscribe, () =>
    settings.levelOf(room.room, room.kind),
  )
  const [permission, setPermission] = useState(permissionNow)
  const choose = async (next: NotificationLevel) => {
    settings.setLevel(room.room, next)
    if (next !== 'none' && permission === 'default') {
      setPermission(await Notification.requestPermission())
    }
  }
  return (
    <fieldset className="choice">
      <legend>{texts.notifications}</legend>
      {notificationLevels.map((one) => (
        <label key={one}>
          <input
            type="radio"
            name={name}
            checked={one === level}
            onChange={() => void choose(one)}
          />
          {texts.levels[one]}
        </label>
      ))}
      {permission === 'denied' ? <p className="hint">{texts.notificationsDenied}</p> : null}
      {permission === 'default' && level !== 'none' ? (
        <button type="button" className="text-button" onClick={() => void choose(level)}>
          {texts.allowNotifications}
        </button>
      ) : null}
    </fieldset>
  )
}

export function permissionNow(): NotificationPermission {
  return 'Notification' in globalThis ? Notification.permission : 'denied'
}

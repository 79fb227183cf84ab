/** What is said of encryption outside of its dialogs: in the list of rooms, and in a room. */
import type { PrivacyAction, RoomSnapshot } from '@starling/client/api'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { accountNoticeOf, noticeOf, quietMsMin } from '../model/privacy-notice.ts'
import type { Chat } from '../shell/chat.ts'
import { texts } from '../texts.ts'
import { useChat, useWorld } from './chat-context.ts'
import { Icon } from './icon.tsx'
import { useMembers } from './use-members.ts'
import { WaysIn } from './ways-in.tsx'

/** In the list of rooms: this device is not linked, or another one of one's own is not. */
export function AccountNotice() {
  const chat = useChat()
  const { settings } = chat
  const privacy = useWorld((world) => world.privacy)
  useSyncExternalStore(settings.subscribe, () => settings.putOff)
  const notice = accountNoticeOf(privacy, (device) => settings.isPutOff(device))
  switch (notice.kind) {
    case 'none':
      return null
    case 'unlinked':
      return (
        <section className="account-notice" aria-label={texts.encryption.unlinkedTitle}>
          <b>{texts.encryption.unlinkedTitle}</b>
          <p>{texts.encryption.unlinkedHint}</p>
          <WaysIn />
        </section>
      )
    case 'waiting': {
      const label = notice.label === '' ? texts.unnamedDevice : notice.label
      return (
        <section className="account-notice" aria-label={texts.encryption.waitingDevice(label)}>
          <p>
            <bdi>{texts.encryption.waitingDevice(label)}</bdi>
          </p>
          <div className="acts">
            <button
              type="button"
              className="text-button"
              onClick={() => settings.putOffDevice(notice.device)}
            >
              {texts.notNow}
            </button>
            <button
              type="button"
              className="small-button"
              onClick={() => chat.open({ kind: 'link-other' })}
            >
              {texts.encryption.linkIt}
            </button>
          </div>
        </section>
      )
    }
  }
}

/** Above the composer: what a person has to see to before they can read and write here. */
export function RoomNotice({ room }: { readonly room: RoomSnapshot }) {
  const notice = noticeOf(room)
  if (notice.kind !== 'told') return null
  return (
    <div className="room-notice" role="status">
      <Icon name={room.privacy?.state === 'blocked' ? 'warning' : 'private'} />
      <p>{notice.say}</p>
      {room.privacy?.state === 'blocked' ? (
        <ChangedPeople room={room} users={room.privacy.users ?? []} />
      ) : (
        <PrivacyAct room={room.room} action={notice.action} />
      )}
    </div>
  )
}

/** What takes care of itself, told when it lasts. */
export function useQuietNotice(room: RoomSnapshot): string {
  const notice = noticeOf(room)
  const say = notice.kind === 'quiet' ? notice.say : ''
  const [told, setTold] = useState('')
  useEffect(() => {
    if (say === '') return setTold('')
    const timer = setTimeout(() => setTold(say), quietMsMin)
    return () => clearTimeout(timer)
  }, [say])
  return say === '' ? '' : told
}

export function PrivacyAct({
  room,
  action,
}: {
  readonly room: string
  readonly action: PrivacyAction | undefined
}) {
  const chat = useChat()
  if (action === undefined || action === 'ask-owner' || action === 'verify') return null
  return (
    <button type="button" className="text-button" onClick={() => act(chat, room, action)}>
      {texts.encryption.privacyActs[action]}
    </button>
  )
}

function act(
  chat: Chat,
  room: string,
  action: Exclude<PrivacyAction, 'ask-owner' | 'verify'>,
): void {
  switch (action) {
    case 'link':
      return chat.open({ kind: 'link-this' })
    case 'reset':
      return chat.open({ kind: 'reset-room', room })
    case 'again':
      return void chat.told(chat.client.privacy.tryAgain(room))
    case 'update':
      return location.reload()
  }
}

/** Each of those whose identity is another one than the one that was verified. */
function ChangedPeople({
  room,
  users,
}: {
  readonly room: RoomSnapshot
  readonly users: readonly string[]
}) {
  const chat = useChat()
  const members = useMembers(room, room.peer === undefined)
  const nameOf = (user: string) => {
    if (room.peer?.user === user) return room.peer.name
    return members.find((member) => member.user === user)?.name ?? ''
  }
  return users.map((user) => (
    <button
      key={user}
      type="button"
      className="text-button"
      onClick={() => chat.open({ kind: 'verify', user, name: nameOf(user) })}
    >
      {texts.encryption.verifyOf(nameOf(user))}
    </button>
  ))
}

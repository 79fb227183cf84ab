/** The directory of public rooms. */
import type { ListedRoom } from '@starling/protocol/down'
import { useEffect, useState } from 'react'
import { texts } from '../texts.ts'
import { useChat } from './chat-context.ts'
import { Empty } from './controls.tsx'
import { Icon } from './icon.tsx'
import { Modal } from './modal.tsx'

const typedMs = 150

interface Listed {
  readonly find: string
  readonly rooms: readonly ListedRoom[]
  readonly more: boolean
  readonly refusal?: string
}

export function BrowseDialog() {
  const chat = useChat()
  const [find, setFind] = useState('')
  const { listed, next } = useDirectory(find.trim().replace(/^#/, ''))
  return (
    <Modal title={texts.browseRooms} isWide>
      <div className="browse">
        <input
          type="search"
          className="filter"
          data-first="true"
          dir="auto"
          value={find}
          placeholder={texts.findRoom}
          aria-label={texts.findRoom}
          onChange={({ target }) => setFind(target.value)}
        />
        <ul className="listed-rooms">
          {listed?.rooms.map((room) => (
            <ListedRow key={room.room} room={room} />
          ))}
        </ul>
        {listed === undefined || listed.rooms.length > 0 ? null : (
          <Empty title={listed.refusal ?? texts.noRoomsFound} text={texts.noRoomsFoundHint} />
        )}
        {listed?.more ? (
          <button type="button" className="text-button" onClick={next}>
            {texts.more}
          </button>
        ) : null}
        <footer>
          <button
            type="button"
            className="button plain"
            onClick={() => chat.open({ kind: 'create' })}
          >
            {texts.createRoom}
          </button>
        </footer>
      </div>
    </Modal>
  )
}

function useDirectory(find: string) {
  const { client } = useChat()
  const [listed, setListed] = useState<Listed>()
  useEffect(() => {
    let isCurrent = true
    const timer = setTimeout(async () => {
      const answer = await client.directory(find === '' ? {} : { find })
      if (!isCurrent) return
      setListed(
        answer.ok
          ? { find, rooms: answer.value.items, more: answer.value.more }
          : { find, rooms: [], more: false, refusal: answer.say },
      )
    }, typedMs)
    return () => {
      isCurrent = false
      clearTimeout(timer)
    }
  }, [client, find])
  const next = async () => {
    const after = listed?.rooms.at(-1)?.room
    if (listed === undefined || after === undefined) return
    const query = listed.find === '' ? { after } : { find: listed.find, after }
    const answer = await client.directory(query)
    if (!answer.ok) return
    const { items, more } = answer.value
    setListed((now) => (now === listed ? { ...now, rooms: [...now.rooms, ...items], more } : now))
  }
  return { listed, next: () => void next() }
}

function ListedRow({ room }: { readonly room: ListedRoom }) {
  const chat = useChat()
  return (
    <li className="listed-room">
      <Icon name="room" />
      <div>
        <b>
          <bdi>{room.title}</bdi>
        </b>
        <small>{texts.memberCount(room.members)}</small>
        {room.topic === '' ? null : (
          <p>
            <bdi>{room.topic}</bdi>
          </p>
        )}
      </div>
      <button
        type="button"
        className={room.isMember ? 'small-button plain' : 'small-button'}
        aria-label={`${room.isMember ? texts.openRoom : texts.join} #${room.title}`}
        onClick={() => void chat.enter(chat.client.join(room.room))}
      >
        {room.isMember ? texts.openRoom : texts.join}
      </button>
    </li>
  )
}

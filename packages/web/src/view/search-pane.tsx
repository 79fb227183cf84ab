/** Search, here or in all one's rooms, newest first; a hit leads to the message. */
import type { RoomSnapshot } from '@starling/client/api'
import type { SearchHit } from '@starling/protocol/down'
import { useEffect, useState } from 'react'
import { excerptParts } from '../model/excerpt.ts'
import { texts } from '../texts.ts'
import { useChat, useUi, useWorld } from './chat-context.ts'
import { Empty } from './controls.tsx'

const typedMs = 250

interface Found {
  readonly text: string
  readonly hits: readonly SearchHit[]
  readonly more: boolean
  readonly refusal?: string
}

export function SearchPane({ room }: { readonly room: RoomSnapshot }) {
  const chat = useChat()
  const { text, isEverywhere } = useUi((state) => state.search)
  const { found, older } = useSearch(text, isEverywhere ? undefined : room.room)
  const hasEncrypted = useWorld(({ rooms }) =>
    isEverywhere ? rooms.some((one) => one.isEncrypted) : room.isEncrypted === true,
  )
  const change = (to: { text?: string; isEverywhere?: boolean }) =>
    chat.ui.change((state) => ({ ...state, search: { ...state.search, ...to } }))
  return (
    <search className="search">
      <input
        ref={focusOnce}
        type="search"
        className="filter"
        dir="auto"
        value={text}
        placeholder={texts.searchHint}
        aria-label={texts.search}
        onChange={({ target }) => change({ text: target.value })}
      />
      <label className="check">
        <input
          type="checkbox"
          checked={isEverywhere}
          onChange={({ target }) => change({ isEverywhere: target.checked })}
        />
        {texts.everywhere}
      </label>
      <Hits found={found} isEverywhere={isEverywhere} hasEncrypted={hasEncrypted} />
      {found?.more ? (
        <button type="button" className="text-button" onClick={older}>
          {texts.olderHits}
        </button>
      ) : null}
    </search>
  )
}

function focusOnce(input: HTMLInputElement | null): void {
  if (input !== null && matchMedia('(pointer: fine)').matches) input.focus()
}

function useSearch(text: string, room: string | undefined) {
  const { client } = useChat()
  const [found, setFound] = useState<Found>()
  const typed = text.trim()
  const within = room === undefined ? {} : { room }
  useEffect(() => {
    if (typed === '') return setFound(undefined)
    let isCurrent = true
    const timer = setTimeout(async () => {
      const answer = await client.search(typed, room === undefined ? {} : { room })
      if (!isCurrent) return
      setFound(
        answer.ok
          ? { text: typed, hits: answer.value.items, more: answer.value.more }
          : { text: typed, hits: [], more: false, refusal: answer.say },
      )
    }, typedMs)
    return () => {
      isCurrent = false
      clearTimeout(timer)
    }
  }, [client, typed, room])
  const older = async () => {
    const before = found?.hits.at(-1)?.cursor
    if (found === undefined || before === undefined) return
    const answer = await client.search(found.text, { ...within, before })
    if (!answer.ok) return
    const { items, more } = answer.value
    setFound((now) => (now === found ? { ...found, hits: [...found.hits, ...items], more } : now))
  }
  return { found, older: () => void older() }
}

function Hits({
  found,
  isEverywhere,
  hasEncrypted,
}: {
  readonly found: Found | undefined
  readonly isEverywhere: boolean
  readonly hasEncrypted: boolean
}) {
  if (found === undefined) {
    const how = `${texts.searchHow} ${texts.searchEncrypted}`
    return <Empty title={texts.searchStart} text={hasEncrypted ? how : texts.searchHow} />
  }
  if (found.refusal !== undefined) return <Empty title={found.refusal} />
  if (found.hits.length === 0) return <Empty title={texts.nothingFound(found.text)} />
  return (
    <ul className="hits">
      {found.hits.map((hit) => (
        <Hit key={`${hit.room} ${hit.entry.index}`} hit={hit} showsRoom={isEverywhere} />
      ))}
    </ul>
  )
}

function Hit({ hit, showsRoom }: { readonly hit: SearchHit; readonly showsRoom: boolean }) {
  const chat = useChat()
  const { moments } = chat
  const title = useWorld(({ rooms }) => rooms.find(({ room }) => room === hit.room)?.title ?? '')
  const { entry } = hit
  return (
    <li>
      <button
        type="button"
        className="hit"
        onClick={() => void chat.looking.jump(hit.room, entry.index)}
      >
        <span className="hit-head">
          <b>
            <bdi>{entry.name}</bdi>
          </b>
          {showsRoom ? (
            <span>
              <bdi>#{title}</bdi>
            </span>
          ) : null}
          <time title={moments.full(entry.at)}>{moments.day(entry.at)}</time>
        </span>
        <span className="hit-text" dir="auto">
          {excerptParts(hit.excerpt).map(({ from, text, isMatch }) =>
            isMatch ? <mark key={from}>{text}</mark> : text,
          )}
        </span>
      </button>
    </li>
  )
}

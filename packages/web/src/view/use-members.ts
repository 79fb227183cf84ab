/**
 * The members of a room, asked for when they are first wanted and again when somebody came, went or
 * got another rank. A room has thousands at most: they are read page by page up to a limit.
 */
import type { RoomSnapshot, StarlingClient } from '@starling/client/api'
import type { Member } from '@starling/protocol/down'
import { useEffect, useState } from 'react'
import { useChat } from './chat-context.ts'

const none: readonly Member[] = []

export function useMembers(room: RoomSnapshot, isWanted: boolean): readonly Member[] {
  const { client } = useChat()
  const [members, setMembers] = useState(none)
  const id = room.room
  const changedAt = lastChange(room)
  useEffect(() => {
    if (!isWanted || changedAt < 0) return
    let isCurrent = true
    void readMembers(client, id).then((read) => {
      if (isCurrent && read !== undefined) setMembers(read)
    })
    return () => {
      isCurrent = false
    }
  }, [client, id, isWanted, changedAt])
  return members
}

async function readMembers(
  client: StarlingClient,
  room: string,
): Promise<readonly Member[] | undefined> {
  const { roomMembersMax, membersPageMax } = client.snapshot().limits
  const pagesMax = Math.ceil(roomMembersMax / membersPageMax)
  const members: Member[] = []
  for (let page = 0; page < pagesMax; page += 1) {
    const answer = await client.members(room, members.at(-1)?.user)
    if (!answer.ok) return undefined
    members.push(...answer.value.items)
    if (!answer.value.more) break
  }
  return members
}

/** The newest entry that is no message. */
function lastChange({ timeline }: RoomSnapshot): number {
  return timeline.lines.findLast(({ kind }) => kind === 'system')?.index ?? 0
}

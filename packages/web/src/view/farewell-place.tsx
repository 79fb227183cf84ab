/** Where a room was that one was taken out of. */
import type { Farewell } from '../model/ui-state.ts'
import { texts } from '../texts.ts'
import { useChat } from './chat-context.ts'

export function FarewellPlace({ farewell }: { readonly farewell: Farewell }) {
  const chat = useChat()
  const { room, title, why, byName, canJoin } = farewell
  return (
    <main className="welcome">
      <div className="welcome-box" role="status">
        <h1>
          <bdi>#{title}</bdi>
        </h1>
        <p>{texts.farewells[why](byName, title)}</p>
        <p className="hint">
          {why === 'banned'
            ? texts.farewells.untilLifted
            : canJoin
              ? texts.leavePublic
              : texts.leavePrivate}
        </p>
        <div className="welcome-acts">
          {canJoin ? (
            <button
              type="button"
              className="button"
              onClick={() => void chat.enter(chat.client.join(room))}
            >
              {texts.joinAgain}
            </button>
          ) : null}
          <button type="button" className="button plain" onClick={() => chat.looking.left(room)}>
            {texts.toRooms}
          </button>
        </div>
      </div>
    </main>
  )
}

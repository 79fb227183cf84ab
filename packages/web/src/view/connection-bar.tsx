/** Trouble with the connection, told when it lasts. Nothing moves when it comes or goes. */
import { useEffect, useState } from 'react'
import { isTrouble, troubleShown } from '../model/connection-bar.ts'
import { texts } from '../texts.ts'
import { useChat, useWorld } from './chat-context.ts'

const lookMs = 250

export function ConnectionBar() {
  const { client } = useChat()
  const connection = useWorld((world) => world.connection)
  const waiting = useWorld((world) => world.waiting)
  const hasTrouble = isTrouble(connection)
  const [since, setSince] = useState<number>()
  const [nowMs, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (!hasTrouble) return setSince(undefined)
    const startedAt = Date.now()
    setSince(startedAt)
    setNow(startedAt)
    const timer = setInterval(() => setNow(Date.now()), lookMs)
    return () => clearInterval(timer)
  }, [hasTrouble])
  const hasNetwork = navigator.onLine
  const trouble = troubleShown({ connection, waiting, sinceMs: since, nowMs, hasNetwork })
  return (
    <div className="connection-bar" role="status">
      {trouble === undefined ? null : (
        <p>
          {trouble.text}
          {trouble.canTryNow ? (
            <button type="button" className="text-button" onClick={() => client.tryNow()}>
              {texts.connection.tryNow}
            </button>
          ) : null}
        </p>
      )}
    </div>
  )
}

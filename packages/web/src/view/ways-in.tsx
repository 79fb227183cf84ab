/** The three ways in which an unlinked device comes to its keys. */
import { texts } from '../texts.ts'
import { useChat } from './chat-context.ts'

const ways = [
  ['link-this', 'link'],
  ['restore', 'restore'],
  ['reset-identity', 'reset'],
] as const

export function WaysIn({ without }: { readonly without?: (typeof ways)[number][0] }) {
  const chat = useChat()
  return (
    <div className="acts">
      {ways
        .filter(([kind]) => kind !== without)
        .map(([kind, way]) => (
          <button
            key={kind}
            type="button"
            className="button plain"
            onClick={() => chat.open({ kind })}
          >
            {texts.encryption.ways[way]}
          </button>
        ))}
    </div>
  )
}

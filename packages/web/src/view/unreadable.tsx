/**
 * In the place of a message that cannot be read, or not yet: why, and what can be done. Its code is
 * there for who asks others for help.
 */
import type { MessageLine, PrivacyCause } from '@starling/client/api'
import { texts } from '../texts.ts'
import { useChat } from './chat-context.ts'
import { Icon } from './icon.tsx'
import { PrivacyAct } from './privacy-notices.tsx'

export function Unreadable({
  room,
  line,
  cause,
}: {
  readonly room: string
  readonly line: MessageLine
  readonly cause: PrivacyCause
}) {
  return (
    <p className="unreadable">
      <Icon name="private" />
      <span>
        {cause.say} <code>{cause.code}</code>
      </span>
      {cause.action === undefined ? (
        <AskAgain room={room} line={line} />
      ) : (
        <PrivacyAct room={room} action={cause.action} />
      )}
    </p>
  )
}

/** No key will open it: who wrote it can write it again. */
function AskAgain({ room, line }: { readonly room: string; readonly line: MessageLine }) {
  const chat = useChat()
  const { index, name, isOwn } = line
  if (isOwn) return null
  return (
    <button
      type="button"
      className="text-button"
      onClick={() => chat.writing.setIntent(room, { kind: 'reply', index, name, text: '' })}
    >
      {texts.encryption.privacyActs.ask}
    </button>
  )
}

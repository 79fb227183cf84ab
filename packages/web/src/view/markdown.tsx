/** The text of a message as people see it. */
import { memo, type ReactNode, useEffect, useMemo, useState } from 'react'
import { isOnlyEmoji } from '../text/emoji.ts'
import { type Highlighter, loadHighlighter } from '../text/highlight.ts'
import { parseMarkdown } from '../text/markdown.ts'
import { blockElements } from '../text/markdown-elements.ts'
import { texts } from '../texts.ts'
import { useChat } from './chat-context.ts'
import { IconButton } from './controls.tsx'

export const Markdown = memo(function Markdown({
  text,
  me,
}: {
  readonly text: string
  readonly me: string
}) {
  const content = useMemo(() => {
    const mine = me.toLowerCase()
    return blockElements(parseMarkdown(text), {
      isMe: (name) => name.toLowerCase() === mine,
      isHere: (href) => href.startsWith(`${location.origin}${location.pathname}#/`),
      code: (code, language) => <Code text={code} language={language} />,
    })
  }, [text, me])
  return (
    <div className={isOnlyEmoji(text) ? 'markdown large' : 'markdown'} dir="auto">
      {content}
    </div>
  )
})

/** The height does not change when the colours come. */
function Code({ text, language }: { readonly text: string; readonly language: string }) {
  const chat = useChat()
  const coloured = useColours(text, language)
  return (
    <div className="code" dir="ltr">
      <pre>
        <code>{coloured}</code>
      </pre>
      <IconButton icon="copy" label={texts.copyCode} onClick={() => void chat.copy(text)} />
    </div>
  )
}

function useColours(text: string, language: string): ReactNode {
  const [highlighter, setHighlighter] = useState<Highlighter>()
  useEffect(() => {
    if (language !== '') void loadHighlighter().then((loaded) => setHighlighter(() => loaded))
  }, [language])
  return useMemo(
    () => (language === '' ? text : (highlighter?.highlight(language, text) ?? text)),
    [highlighter, language, text],
  )
}

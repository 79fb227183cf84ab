/** Begins: comes in again as who one was, or shows the entrance. */
import type { Credentials } from '@starling/client/api'
import { NobodyYet, type SharedClient } from '@starling/client/connect-shared'
import { createRoot, type Root } from 'react-dom/client'
import { Chat } from './shell/chat.ts'
import { Drafts } from './shell/drafts.ts'
import { KeptText } from './shell/kept-text.ts'
import { openClient } from './shell/session.ts'
import { Settings } from './shell/settings.ts'
import { momentsFor } from './text/moment.ts'
import { App } from './view/app.tsx'
import { ChatContext } from './view/chat-context.ts'
import { Entrance } from './view/entrance.tsx'

interface Page {
  readonly root: Root
  readonly kept: KeptText
  readonly settings: Settings
}

function showChat({ root, kept, settings }: Page, client: SharedClient): void {
  const moments = momentsFor(undefined, Date.now)
  const chat = new Chat({ client, settings, kept, moments, drafts: new Drafts(kept) })
  chat.looking.begin()
  root.render(
    <ChatContext value={chat}>
      <App />
    </ChatContext>,
  )
}

/** Until one is in, the same client tries again with what is given anew. */
function showEntrance(page: Page, say: string | undefined): void {
  let client: SharedClient | undefined
  const enter = async (credentials: Credentials): Promise<string | undefined> => {
    try {
      if (client === undefined) client = await openClient(credentials)
      else await client.login(credentials)
    } catch (error) {
      return sentenceOf(error)
    }
    const welcome = await client.ready()
    if (!welcome.ok) return welcome.say
    showChat(page, client)
    return undefined
  }
  page.root.render(<Entrance onEnter={enter} say={say} />)
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

async function begin(): Promise<void> {
  const kept = new KeptText()
  const root = createRoot(document.getElementById('root')!)
  const page = { root, kept, settings: new Settings(kept) }
  try {
    showChat(page, await openClient(undefined))
  } catch (error) {
    showEntrance(page, error instanceof NobodyYet ? undefined : sentenceOf(error))
  }
}

if ('serviceWorker' in navigator && isSecureContext) {
  void navigator.serviceWorker.register('/sw.js')
}
await begin()

/** Gives the components the chat, and draws them again when what they chose of it changes. */
import type { ClientSnapshot, RoomSnapshot } from '@starling/client/api'
import { createContext, useCallback, useContext, useSyncExternalStore } from 'react'
import { type RoomView, type UiState, viewOf } from '../model/ui-state.ts'
import type { Chat } from '../shell/chat.ts'

export const ChatContext = createContext<Chat | undefined>(undefined)

export function useChat(): Chat {
  const chat = useContext(ChatContext)
  if (chat === undefined) throw new Error('there is no chat around this component')
  return chat
}

/** `choose` must give the same object as long as nothing changed. */
export function useWorld<T>(choose: (world: ClientSnapshot) => T): T {
  const { client } = useChat()
  const subscribe = useCallback((listener: () => void) => client.subscribe(listener), [client])
  return useSyncExternalStore(subscribe, () => choose(client.snapshot()))
}

export function useRoom(room: string | undefined): RoomSnapshot | undefined {
  return useWorld(({ rooms }) => rooms.find((one) => one.room === room))
}

export function useUi<T>(choose: (state: UiState) => T): T {
  const { ui } = useChat()
  return useSyncExternalStore(ui.subscribe, () => choose(ui.get()))
}

export function useView(room: string): RoomView {
  return useUi((state) => viewOf(state, room))
}

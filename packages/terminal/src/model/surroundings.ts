/** What a step may look at besides its own state. */
import type { ClientSnapshot, RoomSnapshot } from '@starling/client/api'
import { placeAround, type Window, windowOf } from '../layout/list-window.ts'
import type { ListLine } from '../layout/message-rows.ts'
import type { RowCache, TimelineBlocks } from '../layout/timeline-blocks.ts'
import { blocksOf, geometryOf, roomOf } from './geometry.ts'
import { type UiState, viewOf } from './state.ts'

export interface Surroundings {
  readonly world: ClientSnapshot
  readonly cache: RowCache
}

/** The list of the room on the screen, as it would be drawn. */
export interface ListView {
  readonly room: RoomSnapshot
  readonly blocks: TimelineBlocks
  readonly height: number
  readonly window: Window
}

export function listOf(state: UiState, at: Surroundings): ListView | undefined {
  const room = roomOf(at.world, state.room)
  if (room === undefined) return undefined
  const blocks = blocksOf(state, room, at)
  const height = geometryOf(state).listRows
  return { room, blocks, height, window: windowOf(blocks, viewOf(state).place, height) }
}

export function lineOfKey(blocks: TimelineBlocks, key: string): ListLine | undefined {
  for (let at = blocks.count - 1; at > 0; at--) {
    if (blocks.keyAt(at) === key) return blocks.lineAt(at)
  }
  return undefined
}

/** The shown line at an index, or the next one when that index shows nothing. */
export function lineAtIndex(blocks: TimelineBlocks, index: number): ListLine | undefined {
  for (let at = 1; at < blocks.count; at++) {
    const line = blocks.lineAt(at)
    if (line !== undefined && line.kind !== 'send' && line.index >= index) return line
  }
  return undefined
}

/** The index of the first message in the window; 0 at the bottom. */
export function indexOfWindow({ blocks, window }: ListView): number {
  for (let at = window.above; at < blocks.count; at++) {
    const line = blocks.lineAt(at)
    if (line !== undefined && line.kind !== 'send') return line.index
  }
  return 0
}

/** A message with a third of the window above it. */
export function placeOfTarget(list: ListView, key: string): ReturnType<typeof placeAround> {
  const above = Math.floor(list.height / 3)
  return placeAround(list.blocks, { key, above, height: list.height })
}

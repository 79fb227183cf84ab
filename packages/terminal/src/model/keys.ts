/** The keys as help shows them. A test presses each one, so that this table stays true. */
export interface KeyHelp {
  readonly keys: string
  readonly does: string
}

export const keyHelp: readonly KeyHelp[] = [
  { keys: 'Ctrl-K', does: 'Go to a room or a person' },
  { keys: 'Alt-A', does: 'Go where the action is: for you first, then unread' },
  { keys: 'Alt-↑ Alt-↓', does: 'The room above, the room below' },
  { keys: 'Alt-Shift-↑ ↓', does: 'The next room with unread messages' },
  { keys: 'Alt-1 … Alt-0', does: 'The first ten rooms' },
  { keys: 'PageUp PageDown', does: 'Earlier and later messages' },
  { keys: 'Ctrl-End', does: 'The newest message' },
  { keys: 'Alt-U', does: 'The first unread message' },
  { keys: 'Enter', does: 'Send' },
  { keys: 'Alt-Enter Ctrl-J', does: 'A new line' },
  { keys: 'Tab', does: 'Complete a /command, @person, #room, :emoji:' },
  { keys: '↑', does: 'In an empty composer: edit your last message' },
  { keys: 'Ctrl-↑ Ctrl-↓', does: 'Pick a message: r reply, e edit, d delete, + react' },
  { keys: 'Alt-←', does: 'Back to where you were before a jump' },
  { keys: 'Ctrl-P', does: 'People in this room' },
  { keys: 'Ctrl-F', does: 'Search' },
  { keys: 'Alt-L', does: 'The messages alone, for clean copying' },
  { keys: 'Ctrl-R Ctrl-X', does: 'Send a failed message again, delete it' },
  { keys: 'Ctrl-T', does: 'Connect now instead of waiting' },
  { keys: 'Ctrl-L', does: 'Draw the screen again' },
  { keys: 'Esc', does: 'Back out of whatever it is' },
  { keys: 'Ctrl-C Ctrl-C', does: 'Leave Starling' },
]

/** Every slash command, in the order in which help shows them. */

import { acceptCommand } from './accept.ts'
import { againCommand } from './again.ts'
import { banCommand } from './ban.ts'
import { bareCommand } from './bare.ts'
import type { Command } from './command.ts'
import { createCommand } from './create.ts'
import { deleteCommand } from './delete.ts'
import { devicesCommand } from './devices.ts'
import { editCommand } from './edit.ts'
import { encryptionCommand } from './encryption.ts'
import { helpCommand } from './help.ts'
import { infoCommand } from './info.ts'
import { inviteCommand } from './invite.ts'
import { joinCommand } from './join.ts'
import { kickCommand } from './kick.ts'
import { leaveCommand } from './leave.ts'
import { linkCommand } from './link.ts'
import { loginCommand } from './login.ts'
import { logoutCommand } from './logout.ts'
import { membersCommand } from './members.ts'
import { msgCommand } from './msg.ts'
import { muteCommand } from './mute.ts'
import { passwordCommand } from './password.ts'
import { privateCommand } from './private.ts'
import { quitCommand } from './quit.ts'
import { reactCommand } from './react.ts'
import { readCommand } from './read.ts'
import { recoveryCommand } from './recovery.ts'
import { registerCommand } from './register.ts'
import { replyCommand } from './reply.ts'
import { resetIdentityCommand } from './reset-identity.ts'
import { resetRoomCommand } from './reset-room.ts'
import { restoreCommand } from './restore.ts'
import { revokeCommand } from './revoke.ts'
import { roleCommand } from './role.ts'
import { roomsCommand } from './rooms.ts'
import { safetyCommand } from './safety.ts'
import { searchCommand } from './search.ts'
import { topicCommand } from './topic.ts'
import { unbanCommand } from './unban.ts'
import { unmuteCommand } from './unmute.ts'
import { unreadCommand } from './unread.ts'
import { unverifyCommand } from './unverify.ts'
import { verifyCommand } from './verify.ts'

export const commands: readonly Command[] = [
  helpCommand,
  joinCommand,
  createCommand,
  privateCommand,
  leaveCommand,
  inviteCommand,
  msgCommand,
  topicCommand,
  membersCommand,
  infoCommand,
  roomsCommand,
  searchCommand,
  replyCommand,
  reactCommand,
  editCommand,
  deleteCommand,
  readCommand,
  unreadCommand,
  kickCommand,
  banCommand,
  unbanCommand,
  muteCommand,
  unmuteCommand,
  roleCommand,
  encryptionCommand,
  recoveryCommand,
  restoreCommand,
  linkCommand,
  safetyCommand,
  verifyCommand,
  unverifyCommand,
  acceptCommand,
  againCommand,
  resetRoomCommand,
  resetIdentityCommand,
  registerCommand,
  loginCommand,
  passwordCommand,
  devicesCommand,
  revokeCommand,
  logoutCommand,
  bareCommand,
  quitCommand,
]

export function commandNamed(name: string): Command | undefined {
  return commands.find((one) => one.name === name || one.aliases?.includes(name) === true)
}

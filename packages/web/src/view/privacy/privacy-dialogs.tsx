/** Which of the dialogs of encryption is open. */
import type { PrivacyDialog } from '../../model/ui-state.ts'
import { LinkOtherDialog } from './link-other-dialog.tsx'
import { LinkThisDialog } from './link-this-dialog.tsx'
import { RecoveryKeyDialog } from './recovery-key-dialog.tsx'
import { ResetIdentityDialog, ResetRoomDialog } from './reset-dialogs.tsx'
import { RestoreDialog } from './restore-dialog.tsx'
import { VerifyDialog } from './verify-dialog.tsx'

export function PrivacyDialogs({ dialog }: { readonly dialog: PrivacyDialog }) {
  switch (dialog.kind) {
    case 'recovery-key':
      return <RecoveryKeyDialog />
    case 'link-other':
      return <LinkOtherDialog />
    case 'link-this':
      return <LinkThisDialog />
    case 'restore':
      return <RestoreDialog />
    case 'reset-identity':
      return <ResetIdentityDialog />
    case 'verify':
      return <VerifyDialog key={dialog.user} user={dialog.user} name={dialog.name} />
    case 'reset-room':
      return <ResetRoomDialog room={dialog.room} />
  }
}

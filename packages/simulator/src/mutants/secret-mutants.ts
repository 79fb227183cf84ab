/** Rules of encrypted rooms, removed: at the servers, at the keeper, at the cipher. */
import type { Mutant } from './mutant.ts'

const groups = 'core/src/room/groups.ts'
const commits = 'core/src/room/commits.ts'
const sends = 'core/src/room/sends.ts'
const sealing = 'core/src/client/private/sealing.ts'
const keeper = 'core/src/client/private/group-keeper.ts'
const steps = 'core/src/client/private/group-steps.ts'
const entries = 'core/src/client/private/stand-in-entries.ts'

export const secretMutants: readonly Mutant[] = [
  {
    name: 'stale-epoch',
    without: 'What is sealed is taken only if nobody came or went since its epoch.',
    patches: [{ file: groups, find: 'epoch >= group.membershipEpoch && ', replace: '' }],
  },
  {
    name: 'must-remove-first',
    without: 'Nothing is sealed while a leaf is to be removed.',
    patches: [
      {
        file: groups,
        find: '!isFresh || group.removals.length > 0',
        replace: '!isFresh',
      },
    ],
  },
  {
    name: 'commit-covers-removals',
    without: "A member's commit removes every leaf that is to be removed.",
    patches: [
      {
        file: commits,
        find: 'if (!group.removals.every((leaf) => parts.removes.includes(leaf)))',
        replace: 'if (false)',
      },
      {
        file: steps,
        find: 'const remove = answer.removals\n',
        replace: 'const remove: readonly number[] = []\n',
      },
      {
        file: commits,
        find: 'removals: group.removals.filter((leaf) => !change.removed.includes(leaf)),',
        replace: 'removals: [],',
      },
    ],
  },
  {
    name: 'leavers-go',
    without: 'The leaves of who leaves are to be removed from then on.',
    patches: [
      {
        file: 'core/src/room/turn.ts',
        find: 'if (row.isEncrypted) leavesMustGo(',
        replace: 'if (false) leavesMustGo(',
      },
    ],
  },
  {
    name: 'revoked-go',
    without: 'The leaves of a device that is revoked are to be removed from then on.',
    patches: [
      {
        file: 'core/src/room/accounts.ts',
        find: '    leavesMustGo(store, store.groups.leavesOfDevice(device))\n',
        replace: '',
      },
    ],
  },
  {
    name: 'package-given-once',
    without: 'A key package is given to one claim only.',
    patches: [
      {
        file: 'core/src/room/claims.ts',
        find: '    keys.putPackage({ device, initKey, notAfter })\n',
        replace: '',
      },
    ],
  },
  {
    name: 'stale-consumes-nothing',
    without: 'A box that is refused as stale does not consume its number.',
    patches: [{ file: sends, find: "retryOf(code) !== 'seal'", replace: 'code.length > 0' }],
  },
  {
    name: 'sealed-anew',
    without: 'What was sealed in an epoch that is over is sealed anew.',
    patches: [
      {
        file: sealing,
        find: '    this.forget(room)\n    this.#host.isStale(now, room)',
        replace: '    this.#host.isStale(now, room)',
      },
      {
        file: 'core/src/client/private/keeper.ts',
        find: 'epochChanged: (room) => this.sealing.forget(room),',
        replace: 'epochChanged: () => undefined,',
      },
    ],
  },
  {
    name: 'nothing-in-plain',
    without: 'In an encrypted room nothing that says something goes out in plain.',
    patches: [
      {
        file: sealing,
        find: 'if (!isSealable(op)) return op\n',
        replace: "if (!isSealable(op) || op.kind === 'react') return op as Operation\n",
      },
    ],
  },
  {
    name: 'promoted-by-id',
    without: "One's own commit is promoted when its own id stands, not another's.",
    patches: [
      {
        file: entries,
        find: 'const pending = room.pendings.get(id)\n',
        replace: 'const pending = room.pendings.get(id) ?? [...room.pendings.values()][0]\n',
      },
    ],
  },
  {
    name: 'welcome-kept',
    without: 'A welcome that cannot be used yet is kept until it can.',
    patches: [
      {
        file: keeper,
        find: '    this.#mails.set(mail.room, mail)\n',
        replace: '    if (this.#host.isReady()) this.#mails.set(mail.room, mail)\n',
      },
    ],
  },
  {
    name: 'welcome-awaited',
    without: 'Who was brought into a group does not come in once more by itself.',
    patches: [
      {
        file: steps,
        find: "step === 'enter' && this.#isWelcomeDue(at, group, answer)",
        replace: 'false',
      },
    ],
  },
  {
    name: 'tree-of-the-welcome',
    without: 'A welcome is used with the tree of its own epoch.',
    patches: [{ file: steps, find: ', epoch: mail.epoch }', replace: ' }' }],
  },
  {
    name: 'new-identity-voids',
    without: 'A new identity voids the certificates of the one before.',
    patches: [
      {
        file: 'core/src/room/publications.ts',
        find: '  if (isNew) voidCertificates(store, user)\n',
        replace: '',
      },
    ],
  },
  {
    name: 'failed-opening-again',
    without: 'What could not be opened because the cipher failed is opened again.',
    patches: [
      {
        file: 'core/src/client/private/opening.ts',
        find: "if (outcome.kind !== 'failed' || outcome.code === 'not-linked') return",
        replace: 'if (outcome.kind.length > 0) return',
      },
    ],
  },
  {
    name: 'commits-caught-up',
    without: 'Commits that were missed are asked for.',
    patches: [
      {
        file: 'core/src/client/private/group.ts',
        find: "      if (group.isBehind) return 'commits'\n",
        replace: '',
      },
    ],
  },
]

/**
 * Somebody who keeps a profile and goes on trying: its vault is given all that is in a room's log,
 * again and again, as a server that takes their side would do. The value is what opens.
 */
import { join } from 'node:path'
import { openNodeVaultStore } from '@starling/client/vault/node-vault-store'
import { Vault } from '@starling/client/vault/vault'
import type { OpenedBox } from '@starling/core/client/private/cipher'
import type { Entry } from '@starling/protocol/entry'

const entriesInJob = 200
/** Keys that one round brings open more in the next. */
const rounds = 2

/** The device's process has ended. Index → what was in the box. */
export async function keepTrying(
  directory: string,
  rooms: ReadonlyMap<
    string,
    { readonly entries: readonly Entry[]; readonly isHistoryShared: boolean }
  >,
): Promise<ReadonlyMap<string, ReadonlyMap<number, OpenedBox>>> {
  const path = join(directory, 'keys.sqlite')
  const store = await openNodeVaultStore({ kind: 'sqlite', path, passphrase: undefined })
  const vault = new Vault(store, Date.now)
  try {
    const opened = new Map<string, Map<number, OpenedBox>>()
    for (const [room, { entries, isHistoryShared }] of rooms) {
      const boxes = new Map<number, OpenedBox>()
      opened.set(room, boxes)
      for (let round = 0; round < rounds; round += 1) {
        for (let at = 0; at < entries.length; at += entriesInJob) {
          const batch = entries.slice(at, at + entriesInJob)
          const work = { kind: 'open', room, entries: batch, isHistoryShared } as const
          const { outcome } = await vault.do(work)
          if (outcome.kind === 'failed' && outcome.code !== 'not-ready')
            throw new Error(outcome.say)
          if (outcome.kind === 'opened') for (const box of outcome.boxes) boxes.set(box.index, box)
        }
      }
    }
    return opened
  } finally {
    await vault.close()
  }
}
